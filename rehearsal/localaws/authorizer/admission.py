"""Who comes in, decided on the head of a request, before its body is read and before anybody parses it.

In this order: the Host must be the server's own; a request that a web page sent (Origin) must come from a page that
may; then the caller must be recognised by a signature. Without one come in only: requests to S3 buckets whose policy
lets everybody do something (what exactly, the policy decides), and uploads by an HTML form, whose fields carry the
signature. Whoever reads heads calls :func:`arrive`, then :func:`admit`; both answer at once and change nothing.
"""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from rehearsal.localaws.authorizer import bucket_access, web_origins, wire_errors
from rehearsal.localaws.authorizer.authentication import Authenticated, RequestHead, authenticate_head
from rehearsal.localaws.authorizer.denials import Denial, Problem, Rejection
from rehearsal.localaws.authorizer.web_origins import Guests, Sender
from rehearsal.localaws.ground import host
from rehearsal.localaws.ground.replies import Reply
from rehearsal.localaws.moto_bridge import moto_records
from rehearsal.localaws.storage import cors

_FORM = "application/x-www-form-urlencoded"
_UPLOAD = "multipart/form-data"
_LONGEST_FEDERATED_BYTES = 128 * 1024
FEDERATED = re.compile(rb"(?:^|&)Action=(AssumeRoleWith(?:SAML|WebIdentity))(?:&|$)")
"""The two operations of STS that come with another identity provider's word in place of a signature; AWS has them in a
form."""


@dataclass(frozen=True)
class Arrival:
    """A head that may be looked at further: the bucket that its Host names, and what a browser is told with the
    answer."""

    bucket_of_host: str | None = None
    browser_headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Unsigned:
    """A request that may come in without a signature of its head, to ``service`` and to no other.

    ``is_upload`` is a form whose fields are still to be checked; ``is_federated`` one that may ask STS for a role.
    """

    service: str
    is_upload: bool = False
    is_federated: bool = False


Caller = Authenticated | Unsigned
CALLER = "rehearsal.caller"
"""WSGI key of who was admitted."""


def arrive(head: RequestHead) -> Arrival | Reply:
    """Judge Host and Origin; a :class:`Reply` is the answer to give instead, without reading the body."""
    guests = _guests()
    addressed = web_origins.addressed(head.header("host"), guests)
    if addressed is None:
        return _refuse(head, 403, "AccessDenied", _foreign_host(head))
    who = web_origins.sender(head.header("origin"), head.header("host"), guests)
    if who is Sender.STRANGER:
        return _from_a_strange_page(head, addressed.bucket)
    return Arrival(addressed.bucket)


def _guests() -> Guests:
    settings = host.current().settings
    return _as_guests(settings.allowed_hosts, settings.allowed_origins)


@lru_cache(maxsize=8)
def _as_guests(hosts: tuple[str, ...], origins: tuple[str, ...]) -> Guests:
    return Guests(hosts, origins)


def admit(head: RequestHead, arrival: Arrival) -> Caller | Reply:
    """Judge the signature; a :class:`Reply` is the answer to give instead, without reading the body."""
    found = authenticate_head(head)
    if isinstance(found, Rejection):
        return wire_errors.refusal(head, service_in_scope(head), found)
    return found if found is not None else _unsigned(head, arrival)


def service_in_scope(head: RequestHead) -> str | None:
    """The service that the credential scope names, whether the signature is good or not; None without a signature."""
    if "AWSAccessKeyId=" in head.query:
        return "s3"
    given = head.header("authorization") or unquote(head.query)
    found = _SCOPE.search(given)
    return found[1].lower() if found else None


_SCOPE = re.compile(r"Credential=[^/,\s]+/[^/,\s]*/[^/,\s]*/([^/,\s]+)/aws4_request")


def _unsigned(head: RequestHead, arrival: Arrival) -> Unsigned | Reply:
    kind = (head.header("content-type") or "").partition(";")[0].strip().lower()
    if head.header("x-amz-target") is not None:
        return _not_signed(head)
    is_alone = arrival.bucket_of_host is None and head.raw_path == "/"
    if kind == _FORM and head.method == "POST":
        if is_alone and not head.query and _length(head) <= _LONGEST_FEDERATED_BYTES:
            return Unsigned("sts", is_federated=True)
        return _not_signed(head)
    bucket = bucket_of(head, arrival)
    if wire_errors.protocol_of(head, None) != "s3" or bucket is None:
        return _not_signed(head)
    if kind == _UPLOAD and head.method == "POST" and not head.query and _bucket(bucket) is not None:
        return Unsigned("s3", is_upload=True)
    return Unsigned("s3") if may_be_public(bucket) else _not_signed(head)


def _not_signed(head: RequestHead) -> Reply:
    return wire_errors.refusal(head, None, Rejection(Problem.NO_SIGNATURE))


def _length(head: RequestHead) -> int:
    """Of the body; what names none, or nonsense, is taken for too long."""
    given = head.header("content-length") or ""
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 16 else sys.maxsize


def bucket_of(head: RequestHead, arrival: Arrival) -> str | None:
    """The bucket that a request to S3 addresses, by its Host or its path."""
    return arrival.bucket_of_host or unquote(head.raw_path.lstrip("/").partition("/")[0]) or None


def _bucket(name: str) -> Any:
    """moto's record of a bucket; None where there is none, also while nobody has used S3 yet."""
    return moto_records.bucket(name) if "moto.s3.models" in sys.modules else None


def may_be_public(name: str) -> bool:
    """Whether somebody unknown may be let in by the bucket's policy."""
    found = _bucket(name)
    return found is not None and found.policy is not None and not bucket_access.is_closed_to_everybody(found)


def _foreign_host(head: RequestHead) -> str:
    return (
        f"The embedded AWS does not answer requests for the host {head.header('host') or '(none)'!s}: it serves names "
        "and addresses of loopback. Name a further one with --allow-host at its start."
    )


def _refuse(head: RequestHead, status: int, code: str, message: str) -> Reply:
    """In the words of the embedded AWS: no AWS refuses so."""
    protocol = wire_errors.protocol_of(head, service_in_scope(head))
    return wire_errors.shaped(head, protocol, Denial(status, code, message))


def _from_a_strange_page(head: RequestHead, bucket_of_host: str | None) -> Arrival | Reply:
    """A page of another site may use a bucket of S3 whose CORS configuration names it, and nothing else."""
    origin = head.header("origin") or ""
    is_preflight = head.method == "OPTIONS" and head.header("access-control-request-method") is not None
    arrival = Arrival(bucket_of_host)
    rules = _cors_rules(head, arrival)
    if rules is None:
        told = (
            f"The embedded AWS takes no requests of web pages of {origin}. A bucket's CORS configuration may let a "
            "page use the bucket; --allow-origin at the start of the embedded AWS lets it send requests to all "
            "services."
        )
        return _refuse(head, 403, "AccessDenied", told)
    wanted = cors.requested_headers(head.header("access-control-request-headers")) if is_preflight else ()
    method = (head.header("access-control-request-method") or "") if is_preflight else head.method
    rule = cors.rule_for(rules, origin, method, wanted)
    if rule is None:
        return _refuse(head, 403, "AccessForbidden", cors.NOT_ALLOWED if rules else cors.NOT_ENABLED)
    if is_preflight:
        return Reply("200 OK", tuple(cors.told_before(rule, origin, wanted)), b"")
    return replace(arrival, browser_headers=tuple(cors.told(rule, origin)))


def _cors_rules(head: RequestHead, arrival: Arrival) -> Sequence[cors.Rule] | None:
    """The rules of the bucket that S3 would be asked for; None for a request that goes to another service, or to no
    bucket."""
    service = service_in_scope(head)
    is_for_s3 = service == "s3" if service else wire_errors.protocol_of(head, None) == "s3"
    name = bucket_of(head, arrival)
    found = _bucket(name) if is_for_s3 and name is not None and head.header("x-amz-target") is None else None
    return None if found is None else [_rule(each) for each in found.cors or ()]


def _rule(rule: Any) -> cors.Rule:
    """moto's record of a rule."""
    age = rule.max_age_seconds
    return cors.Rule(
        tuple(rule.allowed_origins or ()),
        tuple(rule.allowed_methods or ()),
        tuple(rule.allowed_headers or ()),
        tuple(rule.exposed_headers or ()),
        int(age) if age is not None else None,
    )
