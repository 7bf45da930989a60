"""The one door: every API call passes here before its service sees it.

moto asks its authorizer in one method, which :func:`install` replaces: the front has seen to who the caller is. The
short cut of the endpoints' data plane asks :func:`authorize`, which sees to that too. Both work out what the call
needs, and raise or return AWS's own answer.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.errors import COMMON_ERROR_CODES
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import get_service_model
from werkzeug.exceptions import HTTPException

from rehearsal.localaws.authorizer import (
    admission,
    bucket_access,
    denials,
    documents,
    encryption,
    lag,
    planned_errors,
    request_heads,
    requests,
    resources,
    scaling,
)
from rehearsal.localaws.authorizer.admission import Caller, Unsigned
from rehearsal.localaws.authorizer.authentication import Authenticated, Incoming, RequestHead, authenticate
from rehearsal.localaws.authorizer.decide import Circumstances, decide, owner_of, reason_of
from rehearsal.localaws.authorizer.denials import Denial, Problem, Rejection, Style
from rehearsal.localaws.authorizer.policy import Decision, Kind
from rehearsal.localaws.authorizer.requests import Call, Need
from rehearsal.localaws.door import checked, faults
from rehearsal.localaws.ground import accounts, host
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.moto_bridge.replacing import replace

_FEDERATED = {"AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"}
_FOR_SEVERAL = {("events", "PutEvents")}
"""Requests whose entries may each be for another account: the service hands them on."""
REFUSED_KEYS = "rehearsal.refused_keys"
"""WSGI key of the objects that a DeleteObjects may not delete."""


def install() -> None:
    """Put this authorizer in moto's place. It is always on."""
    replace(ActionAuthenticatorMixin, "_authenticate_and_authorize_action", _authorize_response)
    replace(BaseResponse, "get_current_account", _account_of_caller)
    COMMON_ERROR_CODES.extend(denials.CODES)  # or moto warns that the called service's model does not have them


def authorize(incoming: Incoming, action: str, resource_arn: str, region: str) -> Denial | None:
    """Judge one request of a REST-JSON service that moto does not see: None when it may pass. Host and Origin were
    judged before.

    ``action`` is IAM's (``sagemaker:InvokeEndpoint``), ``region`` the one that the resource is in.
    """
    caller = authenticate(incoming)
    if isinstance(caller, Rejection):
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
    service = response.boto3_service_name
    environ = response.normalized_request.environ
    caller: Caller | None = environ.get(admission.CALLER)
    stranger = _stranger(service, caller)
    if stranger is not None:
        _refuse(response, stranger)
    operation, params = _operation_of(response)
    visit = _Visit(caller if isinstance(caller, Authenticated) else None, request_heads.of_environ(environ))
    call = _call(service, operation, params, visit)
    if operation == "DeleteObjects" and service == "s3":
        denial, environ[REFUSED_KEYS] = None, _refused_keys(call, visit)
    else:
        denial = _judge(call, visit) or documents.refusal(service, operation, params)
    if denial is None and service == "s3":
        denial = bucket_access.refusal(operation, params, visit.caller.principal.arn if visit.caller else "anonymous")
    if denial is None:
        style = denials.style_of(service, get_service_model(service).protocol)
        denial = _planned(service, operation, params, style)
    if denial is not None:
        _refuse(response, denial)
    if accounts.added:
        response.current_account = _served_account(call, visit)
    faults.loses(response, service, operation, params)
    lag.before_change(service, operation)


@dataclass(frozen=True)
class _Visit:
    """Who was admitted (None: somebody unsigned, whom only S3 knows), and the head of their request."""

    caller: Authenticated | None
    head: RequestHead


def _stranger(service: str, caller: Caller | None) -> Denial | None:
    """The answer to a caller without a signature; S3 has them: bucket policies may let them in."""
    if isinstance(caller, Authenticated) or (isinstance(caller, Unsigned) and caller.service == service == "s3"):
        return None
    return denials.unrecognised(denials.style_of(service, get_service_model(service).protocol), Problem.NO_SIGNATURE)


def _account_of_caller(response: Any) -> str:
    """In the place of moto's, which believes a header: whose records answer unless the request is about another's."""
    caller = response.normalized_request.environ.get(admission.CALLER)
    return caller.principal.account_id if isinstance(caller, Authenticated) else accounts.first()


def _served_account(call: Call, visit: _Visit) -> str:
    """The account whose records answer: that of what the request is about, by its ARN, URL or bucket's name."""
    if (call.service, call.operation) in _FOR_SEVERAL:
        return call.account_id
    own = requests.needs_of(call, get_service_model(call.service).signing_name)[0]
    if call.service == "s3" and call.params.get("Bucket"):
        own = dataclasses.replace(own, resource=f"arn:aws:s3:::{call.params['Bucket']}")
    return owner_of(own, visit.caller.principal if visit.caller else None) or call.account_id


def _call(service: str, operation: str, params: Mapping[str, Any], visit: _Visit) -> Call:
    region = host.current().settings.region if visit.caller is None else visit.caller.region
    account_id = accounts.first() if visit.caller is None else visit.caller.principal.account_id
    place = resources.Place(region, account_id)
    return Call(service, operation, resources.identified(service, params, place), region, account_id)


def _judge(call: Call, visit: _Visit) -> Denial | None:
    model = get_service_model(call.service)
    style = denials.style_of(call.service, model.protocol)
    if call.operation in _FEDERATED:
        return denials.no_identity_provider(call.operation)
    needs = (
        *requests.needs_of(call, model.signing_name),
        *_needs_to_learn_of_absence(call),
        *encryption.needs(call),
        *scaling.needs(call),
    )
    return _first_denial(needs, visit.caller, visit.head, call.service, style, call.region)


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


def _refused_keys(call: Call, visit: _Visit) -> frozenset[str]:
    """DeleteObjects is judged key by key: the answer names the keys refused."""
    needs = requests.needs_of(call, "s3")
    return frozenset(
        need.resource for need in needs if _first_denial((need,), visit.caller, visit.head, "s3", Style.S3, call.region)
    )


def _first_denial(
    needs: tuple[Need, ...], caller: Authenticated | None, head: RequestHead, service: str, style: Style, region: str
) -> Denial | None:
    principal = None if caller is None else caller.principal
    circumstances = Circumstances(principal, region, head.source_ip, head.header("user-agent") or "")
    keys = circumstances.keys()
    for need in needs:
        decision = decide(need, circumstances, keys)
        if not decision.allowed:
            if principal is None:
                return denials.unrecognised(style, Problem.NO_SIGNATURE)
            if owner_of(need, principal) != principal.account_id:
                return _between_accounts(service, style, principal.arn, need, decision)
            reason = reason_of(need, decision)
            return denials.not_authorized(service, style, principal.arn, need.action, need.resource, reason)
    return None


def _between_accounts(service: str, style: Style, caller_arn: str, need: Need, decision: Decision) -> Denial:
    """What a caller hears of another account's resource."""
    if need.action == "iam:PassRole":
        return denials.no_foreign_role(style)
    if style is Style.S3 and need.service == "s3":
        return denials.FOREIGN_BUCKET
    if need.service == "kms" and decision.kind is Kind.RESOURCE:
        return denials.foreign_key(style, caller_arn, need.action)
    return denials.not_authorized(service, style, caller_arn, need.action, need.resource, reason_of(need, decision))


def _operation_of(response: Any) -> tuple[str, Mapping[str, Any]]:
    """The operation and its parameters, which were held against the service model before."""
    request = checked.of(response.normalized_request.environ)
    if request is None:
        return str(response._get_action()), {}
    return request.operation, request.params


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
