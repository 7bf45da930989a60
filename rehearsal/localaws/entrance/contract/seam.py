"""Has moto read no request that does not fit the model of its service.

moto's response object takes a request apart in ``setup_class``, before it asks the authorizer. Before that the request
is parsed here, strictly, and refused in the service's own words; authorizer and operation then read what was parsed
here.
"""

import zlib
from collections.abc import Mapping
from functools import lru_cache, wraps
from typing import Any

from botocore.exceptions import UnknownServiceError
from moto.core.model import OperationModel
from moto.core.request import determine_request_protocol
from moto.core.responses import BaseResponse
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.wrappers import Response

from rehearsal.localaws.authorizer import request_heads, wire_errors
from rehearsal.localaws.authorizer.denials import Denial
from rehearsal.localaws.door.checked import CHECKED, Checked, of
from rehearsal.localaws.entrance import offered
from rehearsal.localaws.entrance.contract import culprits, json_bodies, limits, words
from rehearsal.localaws.entrance.contract.parsers import PARSERS
from rehearsal.localaws.entrance.contract.scalars import Unreadable
from rehearsal.localaws.moto_bridge.replacing import around, replace
from rehearsal.localaws.storage import reception

_REST = ("rest-json", "rest-xml")
_JSON = ("json", "rest-json")


_NEWER = {
    "GetBucketLifecycle": "GetBucketLifecycleConfiguration",
    "GetBucketNotification": "GetBucketNotificationConfiguration",
    "PutBucketLifecycle": "PutBucketLifecycleConfiguration",
    "PutBucketNotification": "PutBucketNotificationConfiguration",
}
"""Names that S3 has given up: the request is the same, and is read by the newer model."""


class Refused(HTTPException):
    """Ends the request with an answer that is serialised already."""


def install() -> None:
    """Put the check before moto's own reading."""
    around(BaseResponse, "setup_class", _checking)
    replace(BaseResponse, "parse_parameters", _parse_parameters)
    around(BaseResponse, "_get_action", _known)
    around(BaseResponse, "_get_action_from_method_and_request_uri", _routed)


def explained(error: Exception, environ: Mapping[str, Any]) -> Denial | None:
    """The answer to the caller whose own value an exception of moto's names; None where the fault is ours."""
    checked = of(environ)
    if checked is None:
        return None
    given = {"params": dict(checked.params), "path": dict(checked.in_path)}
    return culprits.denial(error, checked.service, checked.protocol, checked.model, given)


def _checking(setup: Any) -> Any:
    @wraps(setup)
    def set_up(response: Any, request: Any, *args: Any, **named: Any) -> None:
        if CHECKED not in request.environ:
            is_raw = response.use_raw_body if named.get("use_raw_body") is None else named["use_raw_body"]
            request.environ[CHECKED] = _check(response, request, is_raw=is_raw)
        setup(response, request, *args, **named)

    return set_up


def _parse_parameters(response: Any, request: Any) -> None:
    """In place of moto's method: the parameters have been parsed."""
    checked = of(request.environ)
    assert checked is not None, "a request of no operation has no parameters"
    kind = response.PROTOCOL_PARSER_MAP_TYPE
    response.params = checked.params if kind is dict else kind(checked.params)


def _known(get_action: Any) -> Any:
    """What was checked is executed: moto would also take the name of an operation from the query of a JSON request."""

    @wraps(get_action)
    def known(response: Any) -> Any:
        checked = of(response.normalized_request.environ)
        if checked is None:
            return get_action(response)
        response.uri_match = dict(checked.in_path)
        return checked.operation

    return known


def _routed(route: Any) -> Any:
    """The operation of a REST request is known; moto would look for it several times."""

    @wraps(route)
    def routed(response: Any, request: Any) -> Any:
        checked = of(request.environ)
        if checked is None:
            return route(response, request)
        response.uri_match = dict(checked.in_path)
        return checked.operation

    return routed


def _check(response: Any, request: Any, *, is_raw: bool) -> Checked | None:
    service = response.boto3_service_name
    model = _model(service)
    if model is None or _is_browser_upload(service, request):
        return None
    try:
        protocol = determine_request_protocol(model, request.content_type)
    except NotImplementedError:
        protocol = ""
    if protocol not in PARSERS:
        raise _refused(request, model.protocol, words.unknown_protocol(service, request.content_type or ""))
    try:
        _decompress(response, request)
        if not is_raw:
            _check_text(request)
        operation, in_path = _operation(model, protocol, request)
        if operation is None:
            raise _refused(request, protocol, words.unknown_operation(service, protocol, _name(protocol, request)))
        if protocol in _JSON:
            _make_readable(operation, request)
        params = _parsed(operation, protocol, request, in_path)
    except Unreadable as error:
        raise _refused(request, protocol, words.unreadable(service, protocol, str(error))) from None
    if (service == "s3" and _is_unknown_to_moto(operation)) or not offered.is_offered(service, operation.name):
        raise NotImplementedError(operation.name)
    denial = limits.violated(service, protocol, operation, params)
    if denial is not None:
        raise _refused(request, protocol, denial)
    if offered.is_recorded_only(service, operation.name):
        raise NotImplementedError(operation.name)
    return Checked(operation.name, params, in_path, service, protocol, operation)


@lru_cache
def _model(service: str) -> Any:
    try:
        return get_service_model(service)
    except UnknownServiceError:
        return None


def _decompress(response: Any, request: Any) -> None:
    """Bodies that SDKs have compressed, as moto unpacks them; it would unpack a second time what says that it is
    packed."""
    if request.content_encoding != "gzip" or not response.allow_request_decompression:
        return
    try:
        response.decompress_request_body(request)
    except (OSError, EOFError, zlib.error):
        raise Unreadable("The request body is not what its Content-Encoding says") from None
    request.environ.pop("HTTP_CONTENT_ENCODING")


def _check_text(request: Any) -> None:
    """moto decodes every body of these services, read or not."""
    try:
        request.data.decode()
    except UnicodeDecodeError:
        raise Unreadable("The request body is not UTF-8") from None


def _make_readable(operation: OperationModel, request: Any) -> None:
    """For moto's operations too, which read the body."""
    if reception.LARGE_BODY not in request.environ:
        body = json_bodies.readable(request.data, operation.input_shape)
        request.data = request._cached_data = body  # werkzeug keeps a body in both places


def _is_browser_upload(service: str, request: Any) -> bool:
    return (
        service == "s3" and request.method == "POST" and (request.content_type or "").startswith("multipart/form-data")
    )


def _is_unknown_to_moto(operation: OperationModel) -> bool:
    """moto takes a POST to a bucket for a browser's upload, whatever its path or query says."""
    is_post = operation.http_trait.method == "POST" and "{Key" not in operation.http_trait.path
    return is_post and operation.name != "DeleteObjects"


def _operation(model: Any, protocol: str, request: Any) -> tuple[OperationModel | None, Mapping[str, Any]]:
    if protocol in _REST:
        try:
            found, in_path = get_service_router(model.service_name).match(request)
        except NotFound:
            return None, {}
        newer = _NEWER.get(found.name) if model.service_name == "s3" else None
        return (model.operation_model(newer) if newer else found), in_path
    name = _name(protocol, request)
    return (model.operation_model(name) if name in model.operation_names else None), {}


def _name(protocol: str, request: Any) -> str:
    if protocol == "json":
        return str(request.headers.get("X-Amz-Target", "")).rpartition(".")[2]
    return str(request.values.get("Action", ""))


def _parsed(operation: OperationModel, protocol: str, request: Any, in_path: Mapping[str, Any]) -> Mapping[str, Any]:
    body = b"" if reception.LARGE_BODY in request.environ else request.data
    parsed: Mapping[str, Any] = PARSERS[protocol](operation).parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": body,
            "url_path": request.path,
            "url_params": in_path,
        }
    )
    return parsed or {}


def _refused(request: Any, protocol: str, denial: Denial) -> Refused:
    head = request_heads.of_environ(request.environ)
    shape = "s3" if wire_errors.protocol_of(head, None) == "s3" else protocol
    reply = wire_errors.shaped(head, shape, denial)
    return Refused(response=Response(reply.body, reply.status, reply.head()))
