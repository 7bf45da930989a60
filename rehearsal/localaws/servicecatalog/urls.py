"""Where moto finds Service Catalog's API."""

from moto.servicecatalogappregistry.responses import AppRegistryResponse
from moto.servicecatalogappregistry.urls import url_paths as registry_paths

from rehearsal.localaws.servicecatalog.responses import ServiceCatalogApi

url_bases = [r"https?://servicecatalog\.(.+)\.amazonaws\.com"]
url_paths = {"{0}/$": ServiceCatalogApi.dispatch, **dict.fromkeys(registry_paths, AppRegistryResponse.dispatch)}
