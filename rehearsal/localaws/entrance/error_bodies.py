"""Bodies of errors as the service's model has them: the message under its own name, and who is to blame.

moto's older services write ``message`` into every body of theirs. Most models say ``Message``, and SDKs give a caller
of ``error.response["Message"]`` what they find under the model's name. The decision is pure; ``install`` puts it behind
moto's operations.
"""

import json
from collections.abc import Mapping
from functools import lru_cache, wraps
from typing import Any

from moto.core.responses import BaseResponse

from rehearsal.localaws.door.checked import Checked, of
from rehearsal.localaws.moto_bridge.replacing import around

_JSON = ("json", "rest-json")
_LEAST_ERROR = 400
_FAULT = 500
_ALWAYS = {"lambda": {"Type": "User"}}
"""Members that a service gives each of its errors."""


def install() -> None:
    """Look at what each operation answers."""
    around(BaseResponse, "call_action", _modelled)


def _modelled(call: Any) -> Any:
    @wraps(call)
    def modelled(response: Any) -> Any:
        status, headers, body = call(response)
        checked = of(response.normalized_request.environ) if status >= _LEAST_ERROR else None
        if checked is None or checked.protocol not in _JSON:
            return status, headers, body
        status, body = as_modelled(checked, status, headers, body)
        return status, headers, body

    return modelled


def as_modelled(checked: Checked, status: int, headers: Mapping[str, Any], body: Any) -> tuple[int, Any]:
    """Status and body of an error, by the model of its operation; what is no error of the model stays as it is."""
    try:
        told = json.loads(body)
    except ValueError:
        return status, body
    code = _code(headers, told) if isinstance(told, dict) else ""
    shape = _errors(checked.model).get(code)
    if shape is None:
        return status, body
    message = next((told.pop(name) for name in ("message", "Message") if name in told), None)
    told.pop("message", None)
    told.pop("Message", None)
    name = next((name for name in shape.members if name.lower() == "message"), "message")
    given = {name: value for name, value in _ALWAYS.get(checked.service, {}).items() if name in shape.members}
    if message is not None:
        told[name] = message
    return _status(checked, shape, status), json.dumps({**told, **given})


def _code(headers: Mapping[str, Any], told: Mapping[str, Any]) -> str:
    given = told.get("__type") or next(
        (value for name, value in headers.items() if name.lower() == "x-amzn-errortype"), ""
    )
    return str(given).rpartition("#")[2].partition(":")[0]


@lru_cache(maxsize=1024)
def _errors(operation: Any) -> Mapping[str, Any]:
    """The errors of an operation's service, by code and by the shape's name."""
    shapes = operation.service_model.error_shapes
    return {
        name: shape for shape in shapes for name in (shape.name, shape.metadata.get("error", {}).get("code")) if name
    }


def _status(checked: Checked, shape: Any, status: int) -> int:
    """As the model says. JSON services answer 400 to whatever is the caller's fault."""
    modelled = shape.metadata.get("error", {}).get("httpStatusCode")
    if modelled is not None:
        return int(modelled)
    return 400 if checked.protocol == "json" and status < _FAULT else status
