"""Heads of requests in the form in which they are judged: read from the wire, or by a WSGI application."""

from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.localaws.authorizer.authentication import Incoming, RequestHead
from rehearsal.localaws.authorizer.signature import Header
from rehearsal.localaws.ground.http_messages import Head
from rehearsal.localaws.storage import reception
from rehearsal.localaws.storage.body import FileBody

_WITHOUT_PREFIX = ("CONTENT_TYPE", "CONTENT_LENGTH")


def of_message(head: Head) -> RequestHead:
    """A head as it came over the wire."""
    return RequestHead(*_target(head), head.headers.get, head.headers)


def whole_message(head: Head, body: bytes) -> Incoming:
    """A request as it came over the wire."""
    return Incoming(*_target(head), head.headers.get, head.headers, body=body)


def _target(head: Head) -> tuple[str, str, str]:
    method, target, _ = head.first_line.split(" ", 2)
    path, _, query = target.partition("?")
    return method, path, query


def of_environ(environ: dict[str, Any]) -> RequestHead:
    """A head as WSGI has it; also after the body was taken away, its headers are those that were sent."""
    return RequestHead(*_line(environ), _header(environ), _Names(environ), _source(environ))


def whole_environ(environ: dict[str, Any], body: bytes | FileBody) -> Incoming:
    """A request as WSGI has it, whose body was read."""
    return Incoming(*_line(environ), _header(environ), _Names(environ), _source(environ), body)


class _Names:
    """The headers' names, looked up when they are asked for."""

    def __init__(self, environ: Mapping[str, Any]) -> None:
        self._environ = environ

    def __iter__(self) -> Iterator[str]:
        return (key[5:].lower().replace("_", "-") for key in self._environ if key.startswith("HTTP_"))


def _line(environ: dict[str, Any]) -> tuple[str, str, str]:
    path, _, query = (environ.get("RAW_URI") or environ.get("REQUEST_URI") or environ["PATH_INFO"]).partition("?")
    return environ["REQUEST_METHOD"], path, query or environ.get("QUERY_STRING", "")


def _header(environ: dict[str, Any]) -> Header:
    def header(name: str) -> str | None:
        key = name.upper().replace("-", "_")
        key = key if key in _WITHOUT_PREFIX else f"HTTP_{key}"
        as_sent: Mapping[str, str | None] = environ.get(reception.AS_SENT, {})
        return as_sent[key] if key in as_sent else environ.get(key)

    return header


def _source(environ: dict[str, Any]) -> str:
    return environ.get("REMOTE_ADDR") or "127.0.0.1"
