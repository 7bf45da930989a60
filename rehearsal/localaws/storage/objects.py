"""Has moto's S3 keep and send large objects as files: the few places where it would hold all bytes in memory."""

import base64
import hashlib
import io
import logging
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any

from moto.s3.exceptions import EntityTooSmall, InvalidPart, MalformedXML
from moto.s3.models import S3_UPLOAD_PART_MIN_SIZE, FakeKey, FakeMultipart, S3Backend
from moto.s3.responses import S3Response
from werkzeug.datastructures import Headers

from rehearsal.localaws.ground import host
from rehearsal.localaws.moto_bridge.replacing import around, replace
from rehearsal.localaws.storage.body import IN_MEMORY_BYTES, LARGE_BYTES, FileBody, Span, written
from rehearsal.localaws.storage.disk import DamagedContent
from rehearsal.localaws.storage.reception import LARGE_BODY, UNDERSCORED

_moto_value: Any = FakeKey.__dict__["value"]
_moto_complete = FakeMultipart.complete
_here = threading.local()
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")

log = logging.getLogger("rehearsal.localaws.storage")

Checksum = tuple[str, str, int]
"""Type, value and number of parts, as moto keeps them."""


def install() -> None:
    """Put the places over moto's."""
    replace(FakeKey, "__del__", _closed_by_itself)
    replace(FakeKey, "value", property(_value, _set_value))
    replace(FakeMultipart, "complete", _complete)
    around(S3Response, "setup_class", _with_large_body)
    around(S3Response, "get_object", _unread)
    around(S3Backend, "put_object", _encrypted)
    around(S3Backend, "get_bucket_encryption", _or_default)
    around(S3Response, "get_bucket_notification", _with_event_bridge)
    for name in ("copy_object", "upload_part_copy"):
        around(S3Backend, name, _unread)


_DEFAULT_ENCRYPTION = {
    "Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}
}
"""Of every bucket; https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html"""


def _or_default(get: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(get)
    def got(backend: Any, bucket_name: str) -> Any:
        return get(backend, bucket_name) or _DEFAULT_ENCRYPTION

    return got


def _encrypted(put: Callable[..., Any]) -> Callable[..., Any]:
    """With S3's own keys, where neither the request nor the bucket says otherwise."""

    @wraps(put)
    def encrypted(backend: Any, bucket_name: str, *args: Any, **named: Any) -> Any:
        if not named.get("encryption") and not backend.get_bucket(bucket_name).encryption:
            named["encryption"] = "AES256"
        return put(backend, bucket_name, *args, **named)

    return encrypted


def _with_event_bridge(get: Callable[..., Any]) -> Callable[..., Any]:
    """moto delivers to EventBridge, and does not say so."""

    @wraps(get)
    def told(response: Any) -> Any:
        found = response.backend.get_bucket_notification_configuration(response.bucket_name)
        status, headers, body = get(response)
        if found is None or found.event_bridge is None:
            return status, headers, body
        asked = "<EventBridgeConfiguration/></NotificationConfiguration>"
        if body.endswith("/>"):
            return status, headers, f"{body.removesuffix('/>')}>{asked}"
        return status, headers, body.replace("</NotificationConfiguration>", asked)

    return told


def _renamed(headers: Any, underscored: Mapping[str, str]) -> Headers:
    """WSGI knows no ``_`` in the name of a header, and takes it for a ``-``."""
    changed = Headers(list(headers))
    for name, value in underscored.items():
        changed.remove(name.replace("_", "-"))
        changed.add(name, value)
    return changed


def _closed_by_itself(_key: FakeKey) -> None:
    """moto warns of an object that nobody closed, and closes its parts, which another version may have too."""


def _with_large_body(setup: Callable[..., None]) -> Callable[..., None]:
    """The body that the front has put on disk is the request's."""

    @wraps(setup)
    def set_up(response: Any, request: Any, *args: Any, **named: Any) -> None:
        is_form = request.method == "PUT" and (request.content_type or "").startswith(_FORMS)
        content = request.get_data() if is_form else None
        setup(response, request, *args, **named)
        if content is not None:  # moto takes the file within a form for the object
            response.body = response.raw_body = content
        body = request.environ.get(LARGE_BODY)
        if body is not None:
            response.body = response.raw_body = Span.whole(body)
        if UNDERSCORED in request.environ:
            response.headers = _renamed(response.headers, request.environ[UNDERSCORED])
            hyphened = {name.replace("_", "-") for name in request.environ[UNDERSCORED]}
            for name in [name for name in response.querystring if name.lower() in hyphened]:
                response.querystring.pop(name)  # moto looks for metadata among these, too

    return set_up


def _unread(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Within the operation an object's value is a span, which is passed on without being read."""

    @wraps(operation)
    def unread(*args: Any, **named: Any) -> Any:
        with _passing_on():
            return operation(*args, **named)

    return unread


@contextmanager
def _passing_on() -> Iterator[None]:
    _here.passes_on = True
    try:
        yield
    finally:
        _here.passes_on = False


def _value(key: FakeKey) -> Any:
    body = key._value_buffer
    if not isinstance(body, FileBody):
        return _moto_value.fget(key)
    check(key, body)
    return Span.whole(body) if getattr(_here, "passes_on", False) else body.content()


def check(key: FakeKey, body: FileBody) -> None:
    """See that the file holds what was put.

    Raises:
        DamagedContent: it does not; the log says so too.
    """
    try:
        body.check()
    except (DamagedContent, OSError) as error:
        told = f"The content of s3://{key.bucket_name}/{key.name} cannot be served: {error}. Put the object again."
        log.error(told)  # noqa: TRY400 - where it was found says nothing
        raise DamagedContent(told) from error


def _set_value(key: FakeKey, value: Any) -> None:
    if isinstance(value, Span):
        body = value.as_body(host.current().scratch("objects"))
    elif isinstance(value, bytes) and len(value) > IN_MEMORY_BYTES:
        body = written([value], host.current().scratch("objects"))
    else:
        content = value.encode() if isinstance(value, str) else bytes(value)
        key._value_buffer.close()
        key._value_buffer, key.contentsize = io.BytesIO(content), len(content)
        return
    key._value_buffer.close()
    key._value_buffer, key.contentsize = body, body.size
    if key._etag is None:
        key._etag = body.md5


def _complete(multipart: FakeMultipart, body: Iterable[tuple[int, str]]) -> tuple[Any, str, Checksum | None]:
    """moto's own for what fits in memory; else the parts are joined on disk."""
    named = list(body)
    parts = [multipart.parts[number] for number, _ in named if number in multipart.parts]
    if sum(part.contentsize for part in parts) <= LARGE_BYTES:
        return _moto_complete(multipart, iter(named))
    _check_parts(multipart, named)
    joined = written(_pieces(parts), host.current().scratch("objects"))
    algorithm = multipart.metadata.get("x-amz-checksum-algorithm")
    checksum = _checksum(parts, joined, algorithm, multipart.metadata.get("x-amz-checksum-type"))
    md5s = b"".join(bytes.fromhex(part.etag.strip('"')) for part in parts)
    etag = f"{hashlib.md5(md5s, usedforsecurity=False).hexdigest()}-{len(parts)}"
    for part in parts:
        part.dispose()
        part._value_buffer = joined  # moto keeps the parts with the object; their own files may go
    return Span.whole(joined), etag, checksum


def _check_parts(multipart: FakeMultipart, named: list[tuple[int, str]]) -> None:
    if not named:
        raise MalformedXML
    for place, (number, etag) in enumerate(named):
        part = multipart.parts.get(number)
        if part is None or part.etag.strip('"') != etag.strip('"'):
            raise InvalidPart
        if part.contentsize < S3_UPLOAD_PART_MIN_SIZE and place < len(named) - 1:
            raise EntityTooSmall


def _pieces(parts: Iterable[FakeKey]) -> Iterator[bytes]:
    for part in parts:
        body = part._value_buffer
        if isinstance(body, FileBody):
            yield from Span.whole(body)
        else:
            yield part.value


def _checksum(parts: list[FakeKey], joined: FileBody, algorithm: str | None, kind: str | None) -> Checksum | None:
    """Composite checksums by CRC32, SHA-1 and SHA-256, and CRC32 of the full object; no other is computed on large
    objects."""
    if kind == "FULL_OBJECT":
        return (kind, _encoded(joined.crc32.to_bytes(4, "big")), 1) if algorithm == "CRC32" else None
    if algorithm not in ("CRC32", "SHA1", "SHA256"):
        return None
    digests = b"".join(_digest(algorithm, _pieces([part])) for part in parts)
    return "COMPOSITE", _encoded(_digest(algorithm, [digests])), len(parts)


def _digest(algorithm: str, pieces: Iterable[bytes]) -> bytes:
    if algorithm == "CRC32":
        crc = 0
        for piece in pieces:
            crc = zlib.crc32(piece, crc)
        return crc.to_bytes(4, "big")
    digest = hashlib.new(algorithm.lower(), usedforsecurity=False)
    for piece in pieces:
        digest.update(piece)
    return digest.digest()


def _encoded(digest: bytes) -> str:
    return base64.b64encode(digest).decode()
