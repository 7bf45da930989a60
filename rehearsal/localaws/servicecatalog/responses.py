"""The API of Service Catalog, as far as products that are CloudFormation templates need it."""

from typing import Any

from moto.servicecatalog.models import servicecatalog_backends

from rehearsal.localaws.ground import constraints
from rehearsal.localaws.servicecatalog.catalog import CatalogOperations
from rehearsal.localaws.servicecatalog.models import ServiceCatalogBackend
from rehearsal.localaws.servicecatalog.provisioning import ProvisioningOperations
from rehearsal.localaws.services.api import ServiceApi


class ServiceCatalogApi(CatalogOperations, ProvisioningOperations, ServiceApi):
    """One request to Service Catalog."""

    params: dict[str, Any]

    def __init__(self) -> None:
        super().__init__(service_name="servicecatalog")

    def check_request(self) -> None:
        """Hold the parameters against the service model."""
        constraints.check("servicecatalog", self._get_action(), self.params)

    @property
    def backend(self) -> ServiceCatalogBackend:
        found: ServiceCatalogBackend = servicecatalog_backends[self.current_account][self.region]
        return found
