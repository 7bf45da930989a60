"""Signature Version 4: whether a request, or a presigned URL, was signed with the secret that belongs to its access key. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
"""

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote

from rehearsal.localaws.storage.body import FileBody

ALGORITHM = "AWS4-HMAC-SHA256"
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
        return datetime.strptime(self.signed_at, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()


class NotSigned(ValueError):
    """The request has no signature that can be read."""


def read(header: Header, query: str) -> Signed | None:
    """The signature in the Authorization header or, of a presigned URL, in the query; None where there is neither.

    Raises:
        NotSigned: there is one, but not of Signature Version 4.
    """
    authorization = header("authorization")
    if authorization:
        return _from_header(authorization, header)
    if "X-Amz-Signature=" in query:
        return _from_query(query)
    return None


def _from_header(authorization: str, header: Header) -> Signed:
    algorithm, _, rest = authorization.partition(" ")
    if algorithm != ALGORITHM:
        raise NotSigned(f"Unsupported authorization type {algorithm!r}: sign with {ALGORITHM}")
    members = dict(each.strip().partition("=")[::2] for each in rest.split(","))
    try:
        return Signed(
            _scope(members["Credential"]),
            tuple(members["SignedHeaders"].split(";")),
            members["Signature"],
            header("x-amz-date") or "",
            header("x-amz-security-token"),
        )
    except KeyError as missing:
        raise NotSigned(f"Authorization header requires {missing} parameter.") from missing


def _from_query(query: str) -> Signed:
    members = dict(parse_qsl(query, keep_blank_values=True))
    try:
        return Signed(
            _scope(members["X-Amz-Credential"]),
            tuple(members["X-Amz-SignedHeaders"].split(";")),
            members["X-Amz-Signature"],
            members["X-Amz-Date"],
            members.get("X-Amz-Security-Token"),
            int(members["X-Amz-Expires"]),
        )
    except (KeyError, ValueError) as error:
        raise NotSigned(f"the presigned URL is incomplete: {error}") from error


def _scope(credential: str) -> Scope:
    parts = credential.rsplit("/", 4)
    if len(parts) != 5 or parts[4] != "aws4_request":
        raise NotSigned(f"Credential must be <key>/<date>/<region>/<service>/aws4_request, not {credential!r}")
    return Scope(*parts[:4])


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
            hashlib.sha256(canonical.encode()).hexdigest(),
        )
    )
    key = _signing_key(secret, scope.date, scope.region, scope.service)
    expected = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, signed.signature)


def body_is_as_declared(header: Header, body: bytes | FileBody) -> bool:
    """Whether the body has the hash that ``x-amz-content-sha256`` declares (chunked and unsigned bodies declare none)."""
    declared = header("x-amz-content-sha256")
    if declared is None or len(declared) != hashlib.sha256().digest_size * 2:
        return True
    return hmac.compare_digest(_sha256(body), declared)


@lru_cache(maxsize=512)
def _signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
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
