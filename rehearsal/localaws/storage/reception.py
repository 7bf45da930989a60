"""Large bodies of S3 uploads, taken from the socket straight to disk, before anybody has them in memory.

The request goes on with an empty body; :data:`LARGE_BODY` has the file, :data:`AS_SENT` the headers that were changed for
that, since signatures are made over what was sent. Plain bodies and ``aws-chunked`` ones, signed or not, with trailers or not:
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html (the signatures of single chunks are not checked).
"""

import base64
import io
from collections.abc import Iterator
from typing import Any

from rehearsal.localaws.ground import host
from rehearsal.localaws.storage.body import PIECE_BYTES, FileBody, written

LARGE_BYTES = 4 * 1024 * 1024
"""Larger bodies go to disk."""
LARGE_BODY = "rehearsal.large_body"
AS_SENT = "rehearsal.headers_as_sent"
_LONGEST_LINE = 16 * 1024


class BadBody(Exception):
    """A body that S3 refuses; ``code`` is S3's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def receive(environ: dict[str, Any]) -> None:
    """Put the request's body on disk if it is a large one of S3.

    Raises:
        BadBody: IncompleteBody, when less came than was announced; BadDigest, when it is not what its checksum says.
    """
    if not _is_large_upload(environ):
        return
    trailers: dict[str, str] = {}
    pieces = _decoded(environ, trailers) if _is_aws_chunked(environ) else _plain(environ)
    body = written(pieces, host.current().scratch("objects"))
    announced = environ.get("HTTP_X_AMZ_DECODED_CONTENT_LENGTH") if _is_aws_chunked(environ) else _length(environ)
    if announced is not None and int(announced) != body.size:
        raise BadBody(
            "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header"
        )
    environ[LARGE_BODY] = body
    _put_aside(environ, trailers)
    _check_digests(environ, body)


def _is_large_upload(environ: dict[str, Any]) -> bool:
    if environ["REQUEST_METHOD"] != "PUT" or not _is_for_s3(environ):
        return False
    length = _length(environ)
    return (length is None and _is_transferred_in_chunks(environ)) or (length or 0) > LARGE_BYTES


def _is_for_s3(environ: dict[str, Any]) -> bool:
    signed = environ.get("HTTP_AUTHORIZATION", "") or environ.get("QUERY_STRING", "").replace("%2F", "/")
    return "/s3/aws4_request" in signed or "AWSAccessKeyId=" in signed


def _length(environ: dict[str, Any]) -> int | None:
    given = environ.get("CONTENT_LENGTH")
    return int(given) if given else None


def _is_transferred_in_chunks(environ: dict[str, Any]) -> bool:
    return "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()


def _is_aws_chunked(environ: dict[str, Any]) -> bool:
    return str(environ.get("HTTP_X_AMZ_CONTENT_SHA256", "")).startswith("STREAMING-")


def _plain(environ: dict[str, Any]) -> Iterator[bytes]:
    stream, left = environ["wsgi.input"], _length(environ)
    while left is None or left > 0:
        piece = stream.read(PIECE_BYTES if left is None else min(PIECE_BYTES, left))
        if not piece:
            return
        left = None if left is None else left - len(piece)
        yield piece


def _decoded(environ: dict[str, Any], trailers: dict[str, str]) -> Iterator[bytes]:
    """The data of the chunks; what follows the last one goes into ``trailers``."""
    stream = environ["wsgi.input"]
    while (left := _chunk_size(stream)) > 0:
        while left:
            piece = stream.read(min(PIECE_BYTES, left))
            if not piece:
                raise BadBody("IncompleteBody", "The request body terminated unexpectedly")
            left -= len(piece)
            yield piece
        stream.readline(_LONGEST_LINE)
    while line := stream.readline(_LONGEST_LINE).strip():
        name, _, value = line.decode("latin-1").partition(":")
        trailers[name.strip().lower()] = value.strip()


def _chunk_size(stream: Any) -> int:
    line = stream.readline(_LONGEST_LINE)
    try:
        return int(line.partition(b";")[0].strip(), 16)
    except ValueError:
        raise BadBody("IncompleteBody", "The request body terminated unexpectedly") from None


def _put_aside(environ: dict[str, Any], trailers: dict[str, str]) -> None:
    """Leave a request without a body, its checksums among its headers."""
    sent: dict[str, str | None] = {}

    def change(name: str, value: str | None) -> None:
        sent.setdefault(name, environ.get(name))
        environ.pop(name, None)
        if value is not None:
            environ[name] = value

    change("CONTENT_LENGTH", "0")
    change("HTTP_TRANSFER_ENCODING", None)
    if _is_aws_chunked(environ):
        change("HTTP_X_AMZ_CONTENT_SHA256", "UNSIGNED-PAYLOAD")
    for name, value in trailers.items():
        if name.startswith("x-amz-checksum-"):
            change(f"HTTP_{name.upper().replace('-', '_')}", value)
    algorithm = environ.get("HTTP_X_AMZ_SDK_CHECKSUM_ALGORITHM")
    if algorithm and f"HTTP_X_AMZ_CHECKSUM_{algorithm.upper()}" not in environ:
        change("HTTP_X_AMZ_SDK_CHECKSUM_ALGORITHM", None)
    environ["wsgi.input"], environ[AS_SENT] = io.BytesIO(), sent


def _check_digests(environ: dict[str, Any], body: FileBody) -> None:
    """MD5, CRC32 and SHA-256, where they were given; other checksums are kept as they were given."""
    computed = {
        "HTTP_CONTENT_MD5": bytes.fromhex(body.md5 or ""),
        "HTTP_X_AMZ_CHECKSUM_CRC32": body.crc32.to_bytes(4, "big"),
        "HTTP_X_AMZ_CHECKSUM_SHA256": bytes.fromhex(body.sha256),
    }
    for name, digest in computed.items():
        if environ.get(name) not in (None, base64.b64encode(digest).decode()):
            kind = name.rpartition("_")[2]
            raise BadBody("BadDigest", f"The {kind} you specified did not match the calculated checksum.")
