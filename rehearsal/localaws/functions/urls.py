"""Lambda's paths: moto's, dispatched to our responses."""

from moto.awslambda.urls import url_bases
from moto.awslambda.urls import url_paths as moto_paths

from rehearsal.localaws.functions.responses import FunctionsResponse

url_paths = dict.fromkeys(moto_paths, FunctionsResponse.dispatch)

__all__ = ["url_bases", "url_paths"]
