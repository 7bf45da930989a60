"""Signature Version 4: whether a request, or a presigned URL, was signed with the secret that belongs to its access
key. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
"""

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote

from rehearsal.localaws.authorizer.denials import Problem, Rejection
from rehearsal.localaws.storage.body import FileBody

ALGORITHM = "AWS4-HMAC-SHA256"
LONGEST_URL_SECONDS = 7 * 24 * 3600
DATE_FORMAT = "%Y%m%dT%H%M%SZ"
_DATE = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_MEMBERS = ("Credential", "Signature", "SignedHeaders")
_QUERY_MEMBERS = ("Algorithm", "Credential", "Signature", "Date", "SignedHeaders", "Expires")
_UNSIGNED = "UNSIGNED-PAYLOAD"
_SPACES = re.compile(r" +")
_UNRESERVED = "-_.~"

Header = Callable[[str], str | None]
"""Gives a header of the request by its lower-case name."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a credential scope says."""

    access_key_id: str
    date: str
    region: str
    service: str


@dataclass(frozen=True, slots=True)
class Signed:
    """The signature of a request. ``valid_seconds`` is set on presigned URLs."""

    scope: Scope
    signed_headers: tuple[str, ...]
    signature: str
    signed_at: str
    session_token: str | None
    valid_seconds: int | None = None

    @property
    def is_presigned(self) -> bool:
        return self.valid_seconds is not None

    @property
    def signed_at_seconds(self) -> float:
        """When it was signed on the signer's clock, seconds since the epoch."""
        seconds = _seconds(self.signed_at)
        assert seconds is not None, "what was read is a date"
        return seconds


class NotSigned(ValueError):
    """The request has no signature that can be read; ``why`` is what its sender is told."""

    def __init__(self, problem: Problem, detail: str = "") -> None:
        super().__init__(detail or problem.value)
        self.why = Rejection(problem, detail)


def read(header: Header, query: str) -> Signed | None:
    """The signature in the Authorization header or in the query; None where there is none.

    Raises:
        NotSigned: there is one that is incomplete, or one in each place.
    """
    authorization = header("authorization")
    in_query = "X-Amz-Algorithm=" in query or "X-Amz-Signature=" in query
    if authorization is not None:
        if in_query:
            raise NotSigned(Problem.TWO_SIGNATURES)
        return _from_header(authorization, header)
    return _from_query(query) if in_query else None


def _from_header(authorization: str, header: Header) -> Signed:
    algorithm, _, rest = authorization.partition(" ")
    if algorithm != ALGORITHM:
        raise NotSigned(Problem.OTHER_SCHEME)
    given = [each.strip().partition("=")[::2] for each in rest.split(",")]
    members = dict(given)
    if len(members) != len(given):
        raise NotSigned(Problem.INCOMPLETE, "Authorization header names a parameter twice.")
    missing = [name for name in _MEMBERS if not members.get(name)]
    if missing:
        told = " ".join(f"Authorization header requires '{name}' parameter." for name in missing)
        raise NotSigned(Problem.INCOMPLETE, told)
    return Signed(
        scope_of(members["Credential"], Problem.INCOMPLETE),
        tuple(members["SignedHeaders"].lower().split(";")),
        members["Signature"],
        _date(header),
        header("x-amz-security-token"),
    )


def _date(header: Header) -> str:
    """When the request was signed, in the form that is signed: X-Amz-Date, or else Date."""
    given = header("x-amz-date")
    if given is not None:
        return _checked(given, Problem.BAD_DATE)
    given = header("date")
    if given is None:
        raise NotSigned(Problem.BAD_DATE)
    try:
        return given if _seconds(given) else parsedate_to_datetime(given).astimezone(UTC).strftime(DATE_FORMAT)
    except (ValueError, TypeError, OverflowError) as error:
        raise NotSigned(Problem.BAD_DATE, _no_date(given)) from error


def _checked(date: str, problem: Problem) -> str:
    """A date that is one."""
    if _seconds(date) is None:
        raise NotSigned(problem, _no_date(date))
    return date


@lru_cache(maxsize=1024)
def _seconds(date: str) -> float | None:
    """The moment, seconds since the epoch; None for what is no date. Kept, as a thousand requests are signed in one
    second."""
    if not _DATE.fullmatch(date):
        return None
    try:
        return datetime.strptime(date, DATE_FORMAT).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def _no_date(given: str) -> str:
    return f"Date must be in ISO-8601 'basic format'. Got '{given}'. See http://en.wikipedia.org/wiki/ISO_8601"


def _from_query(query: str) -> Signed:
    members = dict(parse_qsl(query, keep_blank_values=True))
    if any(not members.get(f"X-Amz-{name}") for name in _QUERY_MEMBERS):
        raise NotSigned(Problem.INCOMPLETE_URL)
    if members["X-Amz-Algorithm"] != ALGORITHM:
        raise NotSigned(Problem.INCOMPLETE_URL, f'X-Amz-Algorithm only supports "{ALGORITHM}"')
    return Signed(
        scope_of(members["X-Amz-Credential"], Problem.INCOMPLETE_URL),
        tuple(members["X-Amz-SignedHeaders"].lower().split(";")),
        members["X-Amz-Signature"],
        _checked(members["X-Amz-Date"], Problem.INCOMPLETE_URL),
        members.get("X-Amz-Security-Token"),
        _valid_seconds(members["X-Amz-Expires"]),
    )


def _valid_seconds(expires: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,18}", expires):
        raise NotSigned(Problem.INCOMPLETE_URL, "X-Amz-Expires should be a number")
    seconds = int(expires)
    if seconds < 0:
        raise NotSigned(Problem.INCOMPLETE_URL, "X-Amz-Expires must be non-negative")
    if seconds > LONGEST_URL_SECONDS:
        told = (
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than "
            f"{LONGEST_URL_SECONDS} seconds"
        )
        raise NotSigned(Problem.INCOMPLETE_URL, told)
    return seconds


def scope_of(credential: str, problem: Problem) -> Scope:
    """Read a credential.

    Raises:
        NotSigned: with ``problem``, when it is none.
    """
    parts = credential.rsplit("/", 4)
    if len(parts) != 5 or parts[4] != "aws4_request" or not all(parts):
        told = (
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
            f"got '{credential}'"
        )
        raise NotSigned(problem, told)
    return Scope(*parts[:4])


def is_payload_declared(signed: Signed, header: Header) -> bool:
    """Whether the request's head alone says what the signature was made over."""
    return header("x-amz-content-sha256") is not None or (signed.is_presigned and signed.scope.service == "s3")


def is_valid(
    signed: Signed, secret: str, *, method: str, raw_path: str, query: str, header: Header, body: bytes | FileBody
) -> bool:
    """Whether ``secret`` signed this very request."""
    canonical = "\n".join(
        (
            method,
            _canonical_path(raw_path, signed.scope.service),
            _canonical_query(query),
            *(f"{name}:{_trimmed(header(name))}" for name in signed.signed_headers),
            "",
            ";".join(signed.signed_headers),
            _payload_hash(signed, header, body),
        )
    )
    scope = signed.scope
    to_sign = "\n".join(
        (
            ALGORITHM,
            signed.signed_at,
            f"{scope.date}/{scope.region}/{scope.service}/aws4_request",
            hashlib.sha256(_as_sent(canonical)).hexdigest(),
        )
    )
    key = _signing_key(secret, scope.date, scope.region, scope.service)
    expected = hmac.new(key, _as_sent(to_sign), hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), _as_sent(signed.signature))


def of_text(text: str, secret: str, scope: Scope) -> str:
    """The signature of a text: forms carry that of their policy."""
    return hmac.new(
        _signing_key(secret, scope.date, scope.region, scope.service), text.encode(), hashlib.sha256
    ).hexdigest()


def body_is_as_declared(header: Header, body: bytes | FileBody) -> bool:
    """Whether the body has the hash that ``x-amz-content-sha256`` declares (chunked and unsigned bodies declare
    none)."""
    declared = header("x-amz-content-sha256")
    if declared is None or len(declared) != hashlib.sha256().digest_size * 2:
        return True
    return hmac.compare_digest(_sha256(body).encode(), _as_sent(declared))


@lru_cache(maxsize=512)
def _signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.new(key, _as_sent(part), hashlib.sha256).digest()
    return key


def _sha256(body: bytes | FileBody) -> str:
    return hashlib.sha256(body).hexdigest() if isinstance(body, bytes) else body.sha256


def _payload_hash(signed: Signed, header: Header, body: bytes | FileBody) -> str:
    declared = header("x-amz-content-sha256")
    if declared is not None:
        return declared
    if signed.is_presigned and signed.scope.service == "s3":
        return _UNSIGNED
    return _sha256(body)


def _canonical_path(raw_path: str, service: str) -> str:
    """S3 signs the path as sent; all others encode it once more and leave out empty and dotted segments."""
    if service == "s3" or raw_path == "/":
        return raw_path or "/"
    kept: list[str] = []
    for segment in raw_path.split("/"):
        if segment == "..":
            kept = kept[:-1]
        elif segment not in ("", "."):
            kept.append(segment)
    path = "/" + "/".join(kept) + ("/" if kept and raw_path.endswith("/") else "")
    return quote(path, safe=f"/{_UNRESERVED}")


def _canonical_query(query: str) -> str:
    if not query:
        return ""
    pairs = []
    for member in query.split("&"):
        name, _, value = member.partition("=")
        if name and name != "X-Amz-Signature":
            pairs.append((_encoded(name), _encoded(value)))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def _encoded(text: str) -> str:
    return quote(unquote(text), safe=_UNRESERVED)


def _trimmed(value: str | None) -> str:
    return _SPACES.sub(" ", value.strip()) if value else ""


def _as_sent(text: str) -> bytes:
    """The bytes of what came over the wire; heads are read as Latin-1, where each byte is a character."""
    return text.encode("latin-1", "replace")
