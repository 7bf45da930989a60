"""Who sends a request: its signature checked, its session's expiry judged on the embedded clock.

A head tells all but what the signature of a body without a declared hash is worth: :func:`authenticate_head` judges it
before the body is read, :func:`check_body` afterwards.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from rehearsal.localaws.authorizer import principals, signature, signature_v2
from rehearsal.localaws.authorizer.denials import Problem, Rejection, unknown_key
from rehearsal.localaws.authorizer.principals import Principal
from rehearsal.localaws.authorizer.signature import DATE_FORMAT, Header, NotSigned, Signed
from rehearsal.localaws.authorizer.signature_v2 import PresignedV2
from rehearsal.localaws.ground import clock, host, regions
from rehearsal.localaws.storage.body import FileBody

_MINUTE = 60.0
_TOLERANCE_SECONDS = {"s3": 15 * _MINUTE}
_USUAL_TOLERANCE_SECONDS = 5 * _MINUTE


@dataclass(frozen=True)
class RequestHead:
    """The head of an HTTP request as it came over the wire: the path still percent-encoded, the query as text.

    ``header`` gives a header by its lower-case name, ``names`` are those that the request has (lower case, with
    dashes).
    """

    method: str
    raw_path: str
    query: str
    header: Header
    names: Iterable[str] = ()
    source_ip: str = "127.0.0.1"


@dataclass(frozen=True)
class Incoming(RequestHead):
    """A whole request."""

    body: bytes | FileBody = b""


@dataclass(frozen=True)
class Authenticated:
    """The caller, the region and the service that they signed for, and whether the body is still to be checked."""

    principal: Principal
    region: str
    service: str = ""
    signed: Signed | None = field(default=None, repr=False)
    awaits_body: bool = False


def authenticate(incoming: Incoming) -> Authenticated | Rejection:
    """The caller of a whole request, or why they are not recognised."""
    caller = authenticate_head(incoming)
    if caller is None:
        return Rejection(Problem.NO_SIGNATURE)
    if isinstance(caller, Rejection):
        return caller
    return check_body(caller, incoming, incoming.body) or caller


def authenticate_head(head: RequestHead) -> Authenticated | Rejection | None:
    """The caller by the head alone, or why they are not recognised; None for a head without a signature."""
    try:
        signed = signature.read(head.header, head.query) or signature_v2.read(head.query)
    except NotSigned as error:
        return error.why
    if signed is None:
        return None
    if isinstance(signed, PresignedV2):
        return _by_version_2(head, signed)
    return _by_version_4(head, signed)


def check_body(caller: Authenticated, head: RequestHead, body: bytes | FileBody) -> Rejection | None:
    """What the body shows to be wrong with a request whose head was right."""
    if caller.signed is None:
        return None
    if caller.awaits_body and not _is_valid(head, caller.signed, caller.principal, body):
        return Rejection(Problem.WRONG_SIGNATURE)
    return None if signature.body_is_as_declared(head.header, body) else Rejection(Problem.WRONG_BODY)


def _by_version_4(head: RequestHead, signed: Signed) -> Authenticated | Rejection:
    principal = principals.find(signed.scope.access_key_id)
    if principal is None:
        return unknown_key(signed.scope.access_key_id)
    if signed.session_token != principal.session_token:
        return Rejection(Problem.WRONG_TOKEN)
    if signed.scope.region not in regions.played():
        return Rejection(Problem.UNKNOWN_REGION)
    unsigned = _unsigned_headers(head, signed)
    if unsigned is not None:
        return unsigned
    awaits_body = not signature.is_payload_declared(signed, head.header)
    if not awaits_body and not _is_valid(head, signed, principal, b""):
        return Rejection(Problem.WRONG_SIGNATURE)
    wrong = _wrong_date(signed) or _expiry_of(principal, signed)
    return wrong or Authenticated(principal, signed.scope.region, signed.scope.service, signed, awaits_body)


def _unsigned_headers(head: RequestHead, signed: Signed) -> Rejection | None:
    """Host must be signed, and so must what makes another request of it: for S3 each x-amz header."""
    if "host" not in signed.signed_headers:
        told = "" if signed.scope.service == "s3" else _HOST_NOT_SIGNED
        return Rejection(Problem.NOT_SIGNED_HEADER, told)
    if signed.scope.service != "s3":
        is_routed = "x-amz-target" not in signed.signed_headers and head.header("x-amz-target") is not None
        return Rejection(Problem.NOT_SIGNED_HEADER) if is_routed else None
    covered = {name.replace("_", "-") for name in signed.signed_headers} | {"x-amz-content-sha256"}
    if all(name in covered for name in head.names if name.startswith("x-amz-")):
        return None
    return Rejection(Problem.NOT_SIGNED_HEADER)


_HOST_NOT_SIGNED = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."


def _wrong_date(signed: Signed) -> Rejection | None:
    """A date that is not the scope's, or too far from now by the embedded clock and by the machine's."""
    day = signed.signed_at[:8]
    if signed.scope.date != day:
        told = (
            f'The authorization header is malformed; Invalid credential date "{signed.scope.date}". This date is not '
            f'the same as X-Amz-Date: "{day}".'
            if signed.scope.service == "s3"
            else f"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{signed.scope.date}' != '{day}', from '{signed.signed_at}'."
        )
        return Rejection(Problem.INCOMPLETE_URL if signed.is_presigned else Problem.OTHER_DAY, told)
    tolerance = _TOLERANCE_SECONDS.get(signed.scope.service, _USUAL_TOLERANCE_SECONDS)
    if signed.is_presigned:
        is_early = signed.signed_at_seconds > max(time.time(), clock.timestamp()) + tolerance
        return Rejection(Problem.NOT_YET) if is_early else None
    if any(abs(now - signed.signed_at_seconds) <= tolerance for now in (time.time(), clock.timestamp())):
        return None
    return Rejection(Problem.SKEWED, "" if signed.scope.service == "s3" else _skew(signed, tolerance))


def _skew(signed: Signed, tolerance: float) -> str:
    """AWS's words, by the machine's clock, which is the one that signers know."""
    now = time.time()
    shown, minutes = _shown(now), f"{tolerance / _MINUTE:.0f} min."
    if signed.signed_at_seconds < now:
        limit = _shown(now - tolerance)
        return f"Signature expired: {signed.signed_at} is now earlier than {limit} ({shown} - {minutes})"
    limit = _shown(now + tolerance)
    return f"Signature not yet current: {signed.signed_at} is still later than {limit} ({shown} + {minutes})"


def _shown(moment: float) -> str:
    return time.strftime(DATE_FORMAT, time.gmtime(moment))


def _is_valid(head: RequestHead, signed: Signed, principal: Principal, body: bytes | FileBody) -> bool:
    return signature.is_valid(
        signed,
        principal.secret_access_key,
        method=head.method,
        raw_path=head.raw_path,
        query=head.query,
        header=head.header,
        body=body,
    )


def _by_version_2(head: RequestHead, signed: PresignedV2) -> Authenticated | Rejection:
    principal = principals.find(signed.access_key_id)
    if principal is None:
        return unknown_key(signed.access_key_id)
    if signed.session_token != principal.session_token:
        return Rejection(Problem.WRONG_TOKEN)
    if not signature_v2.is_valid(
        signed,
        principal.secret_access_key,
        method=head.method,
        raw_path=head.raw_path,
        header=head.header,
    ):
        return Rejection(Problem.WRONG_SIGNATURE)
    wrong = expiry(principal, None, signed.expires_at)
    return wrong or Authenticated(principal, host.current().settings.region, "s3")


def _expiry_of(principal: Principal, signed: Signed) -> Rejection | None:
    if signed.valid_seconds is None:
        return expiry(principal, None, None)
    return expiry(principal, signed.signed_at_seconds, signed.signed_at_seconds + signed.valid_seconds)


def expiry(principal: Principal, signed_at: float | None, ends_at: float | None) -> Rejection | None:
    """Whether a session, or what it signed for a time, has ended.

    ``signed_at`` and ``ends_at`` of a URL are the signer's, so the machine's, time.

    A URL of version 4 says when it was signed, so that what the embedded clock was advanced since then counts; one of
    version 2 does not, and is judged as if it had been signed now.
    """
    now = clock.timestamp()
    if principal.expires_at is not None and now >= principal.expires_at:
        return Rejection(Problem.EXPIRED_SESSION)
    if ends_at is None:
        return None
    ahead = 0.0 if signed_at is None else clock.embedded(signed_at) - signed_at
    reference = now if signed_at is not None else now - clock.offset()
    return Rejection(Problem.EXPIRED_URL) if reference >= ends_at + ahead else None
