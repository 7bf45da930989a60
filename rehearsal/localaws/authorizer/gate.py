"""The one door: every API call passes here before its service sees it.

moto asks its authorizer in one method, which :func:`install` replaces; the short cut of the endpoints' data plane asks
:func:`authorize`. Both authenticate the caller, work out what the call needs, and raise or return AWS's own answer.
"""

from collections.abc import Mapping
from typing import Any

from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.errors import COMMON_ERROR_CODES
from moto.core.model import OperationModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import determine_request_protocol
from moto.core.responses import ActionResult
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import HTTPException, NotFound

from rehearsal.localaws.authorizer import (
    denials,
    documents,
    encryption,
    planned_errors,
    requests,
    resources,
    scaling,
    side_doors,
)
from rehearsal.localaws.authorizer.authentication import Authenticated, Incoming, authenticate
from rehearsal.localaws.authorizer.decide import Circumstances, decide, reason_of
from rehearsal.localaws.authorizer.denials import Denial, Problem, Style
from rehearsal.localaws.authorizer.requests import Call, Need
from rehearsal.localaws.door import faults, front
from rehearsal.localaws.ground import host
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.moto_bridge.replacing import replace
from rehearsal.localaws.storage import reception
from rehearsal.localaws.storage.body import FileBody

_FEDERATED = {"AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"}
REFUSED_KEYS = "rehearsal.refused_keys"
"""WSGI key of the objects that a DeleteObjects may not delete."""


def install() -> None:
    """Put this authorizer in moto's place. It is always on."""
    replace(ActionAuthenticatorMixin, "_authenticate_and_authorize_action", _authorize_response)
    COMMON_ERROR_CODES.extend(denials.CODES)  # or moto warns that the called service's model does not have them
    front.add_shortcut(side_doors.close)


def authorize(incoming: Incoming, action: str, resource_arn: str, region: str) -> Denial | None:
    """Judge one request of a REST-JSON service before moto sees it: None when it may pass.

    ``action`` is IAM's (``sagemaker:InvokeEndpoint``), ``region`` the one that the resource is in.
    """
    caller = authenticate(incoming)
    if isinstance(caller, Problem):
        return denials.unrecognised(Style.REST_JSON, caller)
    need = Need(action, resource_arn, {})
    service, _, operation = action.partition(":")
    denial = _first_denial((need,), caller, incoming, service, Style.REST_JSON, region)
    return denial or _planned(service, operation, {"Resource": resource_arn}, Style.REST_JSON)


def _planned(service: str, operation: str, params: Mapping[str, Any], style: Style) -> Denial | None:
    """The error that a planned fault answers this request with."""
    kind = faults.strike(service, operation, params)
    return kind and planned_errors.answer(kind, service, operation, style)


def _authorize_response(response: Any, _request_class: type, _resource: str = "*") -> None:
    """What moto calls, as a method of its response object."""
    if response.headers.get("X-Amz-Target") in ActionAuthenticatorMixin.PUBLIC_OPERATIONS:
        return
    operation, params = _operation_of(response)
    service = response.boto3_service_name
    environ = response.normalized_request.environ
    incoming = incoming_of(environ, _body_of(response))
    if operation == "DeleteObjects":
        denial, environ[REFUSED_KEYS] = _judge_keys(params, incoming)
    else:
        denial = _judge(service, operation, params, incoming) or documents.refusal(service, operation, params)
    if denial is None:
        style = denials.style_of(service, get_service_model(service).protocol)
        denial = _planned(service, operation, params, style)
    if denial is not None:
        _refuse(response, denial)
    faults.loses(response, service, operation, params)


def _judge(service: str, operation: str, params: Mapping[str, Any], incoming: Incoming) -> Denial | None:
    model = get_service_model(service)
    style = denials.style_of(service, model.protocol)
    if operation in _FEDERATED:
        return denials.no_identity_provider(operation)
    found = authenticate(incoming)
    if isinstance(found, Problem) and not (found is Problem.NO_SIGNATURE and style is Style.S3):
        return denials.unrecognised(style, found)
    caller = (
        found if isinstance(found, Authenticated) else None
    )  # S3 has anonymous callers: bucket policies may let them in
    region = host.current().settings.region if caller is None else caller.region
    call = Call(service, operation, resources.identified(service, params, region), region, host.current().account_id)
    needs = (
        *requests.needs_of(call, model.signing_name),
        *_needs_to_learn_of_absence(call),
        *encryption.needs(call),
        *scaling.needs(call),
    )
    return _first_denial(needs, caller, incoming, service, style, region)


def _needs_to_learn_of_absence(call: Call) -> tuple[Need, ...]:
    """Only who may list a bucket is told that an object is not there.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """
    if call.service != "s3" or call.operation not in ("GetObject", "HeadObject") or "Key" not in call.params:
        return ()
    bucket = call.params["Bucket"]
    if call.params.get("VersionId") or resources.object_is_there(bucket, call.params["Key"]):
        return ()
    return (Need("s3:ListBucket", f"arn:aws:s3:::{bucket}", {}),)


def _judge_keys(params: Mapping[str, Any], incoming: Incoming) -> tuple[Denial | None, frozenset[str]]:
    """DeleteObjects is judged key by key: the answer names the keys refused. No caller, no answer."""
    found = authenticate(incoming)
    if isinstance(found, Problem) and found is not Problem.NO_SIGNATURE:
        return denials.unrecognised(Style.S3, found), frozenset()
    caller = found if isinstance(found, Authenticated) else None
    region = host.current().settings.region if caller is None else caller.region
    needs = requests.needs_of(Call("s3", "DeleteObjects", params, region, host.current().account_id), "s3")
    refused = (need.resource for need in needs if _first_denial((need,), caller, incoming, "s3", Style.S3, region))
    return None, frozenset(refused)


def _first_denial(
    needs: tuple[Need, ...], caller: Authenticated | None, incoming: Incoming, service: str, style: Style, region: str
) -> Denial | None:
    principal = None if caller is None else caller.principal
    circumstances = Circumstances(principal, region, incoming.source_ip, incoming.header("user-agent") or "")
    keys = circumstances.keys()
    for need in needs:
        decision = decide(need, circumstances, keys)
        if not decision.allowed:
            if principal is None:
                return denials.unrecognised(style, Problem.NO_SIGNATURE)
            reason = reason_of(need, decision)
            return denials.not_authorized(service, style, principal.arn, need.action, need.resource, reason)
    return None


def incoming_of(environ: dict[str, Any], body: bytes | FileBody) -> Incoming:
    """A request of WSGI as the authorizer reads it."""
    path, _, query = (environ.get("RAW_URI") or environ.get("REQUEST_URI") or environ["PATH_INFO"]).partition("?")

    as_sent: Mapping[str, str | None] = environ.get(reception.AS_SENT, {})

    def header(name: str) -> str | None:
        key = name.upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        return as_sent[key] if key in as_sent else environ.get(key)

    return Incoming(
        environ["REQUEST_METHOD"],
        path,
        query or environ.get("QUERY_STRING", ""),
        header,
        body,
        environ.get("REMOTE_ADDR") or "127.0.0.1",
    )


def _body_of(response: Any) -> bytes | FileBody:
    environ = response.normalized_request.environ
    if reception.LARGE_BODY in environ:
        large: FileBody = environ[reception.LARGE_BODY]
        return large
    form = environ.get(front.FORM_BODY)
    if form is not None:
        return bytes(form)
    body = response.raw_body
    return body.encode() if isinstance(body, str) else body or b""


def _operation_of(response: Any) -> tuple[str, Mapping[str, Any]]:
    """The operation and its parameters, by the service model, whatever the wire protocol."""
    service = response.boto3_service_name
    request = response.normalized_request
    model = get_service_model(service)
    uri_params: Mapping[str, Any] = response.uri_match or {}
    if service == "s3":
        operation, uri_params = _s3_operation(response)
    else:
        name = response._get_action()
        uri_params = response.uri_match or {}
        operation = model.operation_model(name) if name in model.operation_names else None
    if operation is None:
        return str(response._get_action()), {}
    if response.automated_parameter_parsing and service != "s3":
        return operation.name, response.params
    return operation.name, _parsed(model, operation, request, uri_params)


def _s3_operation(response: Any) -> tuple[OperationModel | None, Mapping[str, Any]]:
    try:
        return get_service_router("s3").match(response.normalized_request)
    except (NotFound, NotImplementedError):
        return None, {}


def _parsed(model: Any, operation: OperationModel, request: Any, uri_params: Mapping[str, Any]) -> Mapping[str, Any]:
    parser = PROTOCOL_PARSERS[determine_request_protocol(model, request.content_type)](operation)
    return parser.parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.data,
            "url_path": request.path,
            "url_params": uri_params,
        }
    )


class _Refused(HTTPException):
    """Ends the request with an answer that is serialised already."""


def _refuse(response: Any, denial: Denial) -> None:
    if response.boto3_service_name == "s3":
        from moto.s3.exceptions import S3ClientError  # S3 is loaded by now, and not before it is used

        raise S3ClientError(denial.code, denial.message)
    _, headers, body = response.serialized(ActionResult(AwsError(denial.code, denial.message)))
    response.response_headers.update(headers)
    refused = _Refused(description=body)
    refused.code = denial.status
    raise refused
