"""API Gateway's actions: the HTTP method, on the path of the request.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagement.html
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from moto.core.utils import get_service_model

SERVICES = frozenset({"apigateway", "apigatewayv2"})
_PLACEHOLDER = re.compile(r"\{(\w+)\+?\}")


def action_and_resource(service: str, operation: str, params: Mapping[str, Any], region: str) -> tuple[str, str]:
    """``apigateway:GET`` and ``arn:aws:apigateway:us-east-1::/restapis/abc``."""
    model = get_service_model(service).operation_model(operation)
    members = {} if model.input_shape is None else model.input_shape.members
    values = {shape.serialization.get("name", name): params.get(name) for name, shape in members.items()}
    path = model.http["requestUri"].partition("?")[0].removeprefix("/v2")
    filled = _PLACEHOLDER.sub(lambda found: quote(str(values.get(found[1]) or "*"), safe="*"), path)
    return f"apigateway:{model.http['method']}", f"arn:aws:apigateway:{region}::{filled}"
