"""Who sends a request: its signature checked, its session's expiry judged on the embedded clock."""

from dataclasses import dataclass

from rehearsal.localaws.authorizer import principals, signature, signature_v2
from rehearsal.localaws.authorizer.denials import Problem
from rehearsal.localaws.authorizer.principals import Principal
from rehearsal.localaws.authorizer.signature import Header, NotSigned, Signed
from rehearsal.localaws.authorizer.signature_v2 import PresignedV2
from rehearsal.localaws.ground import clock, host, regions
from rehearsal.localaws.storage.body import FileBody


@dataclass(frozen=True)
class Incoming:
    """An HTTP request as it came over the wire: the path still percent-encoded, the query as text."""

    method: str
    raw_path: str
    query: str
    header: Header
    body: bytes | FileBody
    source_ip: str = "127.0.0.1"


@dataclass(frozen=True)
class Authenticated:
    """The caller, and the region that they signed for."""

    principal: Principal
    region: str


def authenticate(incoming: Incoming) -> Authenticated | Problem:
    """The caller of ``incoming``, or why they are not recognised."""
    try:
        signed = signature.read(incoming.header, incoming.query) or signature_v2.read(incoming.query)
    except NotSigned:
        return Problem.NO_SIGNATURE
    if signed is None:
        return Problem.NO_SIGNATURE
    if isinstance(signed, PresignedV2):
        return _by_version_2(incoming, signed)
    return _by_version_4(incoming, signed)


def _by_version_4(incoming: Incoming, signed: Signed) -> Authenticated | Problem:
    principal = principals.find(signed.scope.access_key_id)
    if principal is None:
        return Problem.UNKNOWN_KEY
    if signed.session_token != principal.session_token:
        return Problem.WRONG_TOKEN
    if signed.scope.region not in regions.played():
        return Problem.UNKNOWN_REGION
    if not _is_valid(incoming, signed, principal):
        return Problem.WRONG_SIGNATURE
    if not signature.body_is_as_declared(incoming.header, incoming.body):
        return Problem.WRONG_BODY
    ends = None if signed.valid_seconds is None else signed.signed_at_seconds + signed.valid_seconds
    begun = None if signed.valid_seconds is None else signed.signed_at_seconds
    return _expiry(principal, begun, ends) or Authenticated(principal, signed.scope.region)


def _is_valid(incoming: Incoming, signed: Signed, principal: Principal) -> bool:
    return signature.is_valid(
        signed,
        principal.secret_access_key,
        method=incoming.method,
        raw_path=incoming.raw_path,
        query=incoming.query,
        header=incoming.header,
        body=incoming.body,
    )


def _by_version_2(incoming: Incoming, signed: PresignedV2) -> Authenticated | Problem:
    principal = principals.find(signed.access_key_id)
    if principal is None:
        return Problem.UNKNOWN_KEY
    if signed.session_token != principal.session_token:
        return Problem.WRONG_TOKEN
    if not signature_v2.is_valid(
        signed,
        principal.secret_access_key,
        method=incoming.method,
        raw_path=incoming.raw_path,
        header=incoming.header,
    ):
        return Problem.WRONG_SIGNATURE
    problem = _expiry(principal, None, signed.expires_at)
    return problem or Authenticated(principal, host.current().settings.region)


def _expiry(principal: Principal, signed_at: float | None, ends_at: float | None) -> Problem | None:
    """``signed_at`` and ``ends_at`` of a URL are the signer's, so the machine's, time.

    A URL of version 4 says when it was signed, so that what the embedded clock was advanced since then counts; one of
    version 2 does not, and is judged as if it had been signed now.
    """
    now = clock.timestamp()
    if principal.expires_at is not None and now >= principal.expires_at:
        return Problem.EXPIRED_SESSION
    if ends_at is None:
        return None
    ahead = 0.0 if signed_at is None else clock.embedded(signed_at) - signed_at
    reference = now if signed_at is not None else now - clock.offset()
    return Problem.EXPIRED_URL if reference >= ends_at + ahead else None
