"""Large bodies of S3 uploads, which the event loop has put on disk: nobody has them in memory.

The request goes on with an empty body; :data:`LARGE_BODY` has the file, :data:`AS_SENT` the headers that were changed
for that, since signatures are made over what was sent. Plain bodies and ``aws-chunked`` ones, signed or not, with
trailers or not: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html (the signatures of single chunks
are not checked).
"""

import base64
import io
from collections.abc import Iterator
from typing import IO, Any

from rehearsal.localaws.ground import host
from rehearsal.localaws.storage.body import PIECE_BYTES, FileBody, written

RECEIVED = "rehearsal.received"
"""WSGI key of a large body as it came, a file; absent for others."""
UNDERSCORED = "rehearsal.underscored_headers"
"""WSGI key of the headers with a ``_`` in their names, which WSGI itself cannot tell from ``-``."""
LARGE_BODY = "rehearsal.large_body"
AS_SENT = "rehearsal.headers_as_sent"
_LONGEST_LINE = 16 * 1024


class BadBody(Exception):
    """A body that S3 refuses; ``code`` is S3's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def receive(environ: dict[str, Any]) -> None:
    """Make an object's content of the request's body if it is a large one of S3.

    Raises:
        BadBody: IncompleteBody, when less came than was announced; BadDigest, when it is not what its checksum says.
    """
    if not _is_large_upload(environ):
        return
    received: FileBody = environ[RECEIVED]
    trailers: dict[str, str] = {}
    body = received
    if _is_aws_chunked(environ):
        with received.path.open("rb") as stream:
            body = written(_decoded(stream, trailers), host.current().scratch("objects"))
        _check_length(environ, body)
    environ[LARGE_BODY] = body
    _put_aside(environ, trailers)
    _check_digests(environ, body)


def _is_large_upload(environ: dict[str, Any]) -> bool:
    return RECEIVED in environ and environ["REQUEST_METHOD"] == "PUT" and _is_for_s3(environ)


def _is_for_s3(environ: dict[str, Any]) -> bool:
    signed = environ.get("HTTP_AUTHORIZATION", "") or environ.get("QUERY_STRING", "").replace("%2F", "/")
    return "/s3/aws4_request" in signed or "AWSAccessKeyId=" in signed


def _check_length(environ: dict[str, Any], body: FileBody) -> None:
    announced = environ.get("HTTP_X_AMZ_DECODED_CONTENT_LENGTH")
    if announced is not None and announced != str(body.size):
        raise BadBody(
            "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header"
        )


def _is_aws_chunked(environ: dict[str, Any]) -> bool:
    return str(environ.get("HTTP_X_AMZ_CONTENT_SHA256", "")).startswith("STREAMING-")


def _decoded(stream: IO[bytes], trailers: dict[str, str]) -> Iterator[bytes]:
    """The data of the chunks; what follows the last one goes into ``trailers``."""
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


def _chunk_size(stream: IO[bytes]) -> int:
    line = stream.readline(_LONGEST_LINE)
    size = line.partition(b";")[0].strip()
    if not size or size.strip(b"0123456789abcdefABCDEF"):  # int() would also take a sign, an underscore, 0x
        raise BadBody("IncompleteBody", "The request body terminated unexpectedly")
    return int(size, 16)


def _put_aside(environ: dict[str, Any], trailers: dict[str, str]) -> None:
    """Leave a request without a body, its checksums among its headers."""
    sent: dict[str, str | None] = {}

    def change(name: str, value: str | None) -> None:
        sent.setdefault(name, environ.get(name))
        environ.pop(name, None)
        if value is not None:
            environ[name] = value

    change("CONTENT_LENGTH", "0")
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
