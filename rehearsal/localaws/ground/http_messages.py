"""Just enough of HTTP/1.1 to carry a payload between two processes of this machine: heads in and out, lengths always
given. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

END_OF_HEAD = b"\r\n\r\n"
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_ONLY_ONCE = frozenset({"authorization", "content-length", "content-type", "host", "transfer-encoding"})
_LONGEST_NUMBER = 18
"""Digits: a body of a million terabytes is no body."""


class Head(NamedTuple):
    """The first line and the headers of a message, names in lower case, and how long its body is."""

    first_line: str
    headers: dict[str, str]
    body_length: int

    @property
    def is_chunked(self) -> bool:
        """Whether the body comes in pieces, and ``body_length`` says nothing."""
        return "transfer-encoding" in self.headers


class Malformed(ValueError):
    """What came is not HTTP that this reader takes."""


def parse_head(raw: bytes) -> Head:
    """Read a head, without the empty line that ends it. A header that comes several times is joined by commas.

    Raises:
        Malformed: for a line that is no header, a Content-Length that is no number, a header twice that may come once.
    """
    first, *lines = raw.decode("latin-1").split("\r\n")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not _HEADER_NAME.fullmatch(name):
            raise Malformed(f"no header line: {line[:100]!r}")
        name, value = name.lower(), value.strip(" \t")
        if name in headers:
            if name in _ONLY_ONCE:
                raise Malformed(f"the header {name} comes twice")
            value = f"{headers[name]}, {value}"
        headers[name] = value
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdecimal() and len(length) <= _LONGEST_NUMBER):
        raise Malformed(f"Content-Length is {length[:100]!r}")
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


def answer(status: str, headers: Iterable[tuple[str, str]], body: bytes, *, keep: bool) -> bytes:
    """A whole response to a client; ``keep`` says whether the connection stays open."""
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
    if not keep:
        lines.append("Connection: close")
    return "\r\n".join(lines).encode("latin-1") + END_OF_HEAD + body
