"""Just enough of HTTP/1.1 to carry a payload between two processes of this machine: heads in and out, lengths always given. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

END_OF_HEAD = b"\r\n\r\n"


class Head(NamedTuple):
    """The first line and the headers of a message, names in lower case, and how long its body is."""

    first_line: str
    headers: dict[str, str]
    body_length: int


class Malformed(ValueError):
    """What came is not HTTP that this reader takes."""


def parse_head(raw: bytes) -> Head:
    """Read a head, without the empty line that ends it.

    Raises:
        Malformed: for a header without a colon, or a Content-Length that is no number.
    """
    first, *lines = raw.decode("latin-1").split("\r\n")
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise Malformed(f"header line without a colon: {line!r}")
        headers[name.lower()] = value.strip()
    length = headers.get("content-length", "0")
    if not length.isdecimal():
        raise Malformed(f"Content-Length is {length!r}")
    return Head(first, headers, int(length))


def request(method: str, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """A whole request."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return (
        f"{method} {path} HTTP/1.1\r\nHost: model\r\n{lines}Content-Length: {len(body)}\r\n\r\n".encode("latin-1")
        + body
    )


def response(status: int, content_type: str | None, body: bytes) -> bytes:
    """A whole response."""
    kind = f"Content-Type: {content_type}\r\n" if content_type else ""
    return f"HTTP/1.1 {status} .\r\n{kind}Content-Length: {len(body)}\r\n\r\n".encode("latin-1") + body
