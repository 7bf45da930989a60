"""InvokeEndpoint straight from the socket: read one request, answer it."""

import select
import socket
from collections.abc import Callable, Iterable
from typing import Any

from rehearsal.localaws import direct, front
from rehearsal.localaws.authorizer import gate
from rehearsal.localaws.authorizer.authentication import Incoming
from rehearsal.localaws.sagemaker.hosting.http_messages import END_OF_HEAD, Head, Malformed, parse_head
from rehearsal.localaws.sagemakerruntime import messages
from rehearsal.localaws.sagemakerruntime.messages import MAX_BODY_BYTES, Answer
from rehearsal.localaws.sagemakerruntime.requests import answer_request

PREFIX = b"POST /endpoints/"
_CHUNK = 1 << 18
_MAX_HEAD = 1 << 16
_STALLED_SECONDS = 60


def install() -> None:
    """Take these requests from the server's connections, and those that reach the front by the usual way."""
    direct.add(PREFIX, serve)
    front.add_shortcut(serve_wsgi)


def serve_wsgi(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes] | None:
    """The usual way: for a request whose first bytes came alone, or behind another one in one piece."""
    if environ["REQUEST_METHOD"] != "POST" or not environ["PATH_INFO"].startswith("/endpoints/"):
        return None
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > MAX_BODY_BYTES:
        answer = messages.too_large()
    else:
        answer = answer_request(gate.incoming_of(environ, environ["wsgi.input"].read(length)))
    start_response(answer.status, answer.head())
    return [answer.body]


def serve(connection: socket.socket) -> bool:
    """Answer the request that is arriving; gives whether the connection stays open."""
    received = bytearray()
    while (end := received.find(END_OF_HEAD)) < 0:
        if len(received) > _MAX_HEAD or not _more(connection, received):
            return False
    try:
        head = parse_head(bytes(received[:end]))
    except Malformed as error:
        return _send(connection, messages.error(400, "ValidationError", str(error)), keep=False)
    if "transfer-encoding" in head.headers:
        return _send(connection, messages.error(411, None, "InvokeEndpoint needs a Content-Length."), keep=False)
    if head.body_length > MAX_BODY_BYTES:
        return _send(connection, messages.too_large(), keep=False)
    if head.headers.get("expect", "").lower() == "100-continue":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    start = end + len(END_OF_HEAD)
    while len(received) < start + head.body_length:
        if not _more(connection, received):
            return False
    body = bytes(memoryview(received)[start : start + head.body_length])
    keep = head.headers.get("connection", "").lower() != "close"
    return _send(connection, answer_request(incoming_of(head, body)), keep=keep)


def _more(connection: socket.socket, received: bytearray) -> bool:
    try:
        data = connection.recv(_CHUNK)
    except (
        BlockingIOError
    ):  # the connection waits but shortly, for the sake of idle ones: this one is in the middle of a request
        if not select.select([connection], [], [], _STALLED_SECONDS)[0]:
            return False
        data = connection.recv(_CHUNK)
    received += data
    return bool(data)


def incoming_of(head: Head, body: bytes) -> Incoming:
    """The request as the authorizer reads it."""
    method, target, _ = head.first_line.split(" ", 2)
    path, _, query = target.partition("?")
    return Incoming(method, path, query, head.headers.get, body)


def _send(connection: socket.socket, answer: Answer, *, keep: bool) -> bool:
    lines = [f"HTTP/1.1 {answer.status}", *(f"{name}: {value}" for name, value in answer.head())]
    if not keep:
        lines.append("Connection: close")
    connection.sendall("\r\n".join(lines).encode("latin-1") + END_OF_HEAD + answer.body)
    return keep
