"""One model server: answers ``/ping``, ``/execution-parameters`` and ``/invocations`` on a socket, one request after
the other.

Runs in a child process that :mod:`model_host` forks. It ends when ``life`` does, a pipe whose other end the embedded
AWS holds.
"""

import json
import selectors
import socket
from typing import Any, Protocol

from rehearsal.localaws.ground.http_messages import END_OF_HEAD, Head, Malformed, parse_head, response

_CHUNK = 1 << 18


class Scorer(Protocol):
    """What serves: the built-in algorithm's scorer is one."""

    def invoke(self, content_type: str | None, accept: str | None, body: bytes) -> Any: ...


class ModelServer:
    """Serves one scorer."""

    def __init__(self, listening: socket.socket, life: int, scorer: Scorer, parameters: dict[str, Any]) -> None:
        self._listening = listening
        self._life = life
        self._scorer = scorer
        self._parameters = parameters
        self._selector = selectors.DefaultSelector()
        self._received: dict[socket.socket, bytearray] = {}

    def serve(self) -> None:
        """Return when ``life`` ends."""
        self._selector.register(self._life, selectors.EVENT_READ)
        self._selector.register(self._listening, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select():
                if key.fileobj == self._life:
                    return
                if key.fileobj is self._listening:
                    self._accept()
                else:
                    self._read(key.fileobj)  # type: ignore[arg-type]

    def _accept(self) -> None:
        connection, _ = self._listening.accept()
        self._received[connection] = bytearray()
        self._selector.register(connection, selectors.EVENT_READ)

    def _read(self, connection: socket.socket) -> None:
        received = self._received[connection]
        try:
            data = connection.recv(_CHUNK)
            received += data
            complete = _complete_request(received)
            if complete is not None:
                received.clear()
                connection.sendall(self._answer(*complete))
        except (ConnectionError, Malformed):
            data = b""
        if not data:
            self._selector.unregister(connection)
            del self._received[connection]
            connection.close()

    def _answer(self, head: Head, body: bytes) -> bytes:
        method, path, _ = head.first_line.split(" ", 2)
        if (method, path) == ("POST", "/invocations"):
            reply = self._scorer.invoke(head.headers.get("content-type"), head.headers.get("accept"), body)
            if reply.status >= 400:
                print(f"{path} {reply.status} {reply.body.decode(errors='replace')}", flush=True)
            return response(reply.status, reply.content_type, reply.body)
        if (method, path) == ("GET", "/ping"):
            return response(200, None, b"")
        if (method, path) == ("GET", "/execution-parameters"):
            return response(200, "application/json", json.dumps(self._parameters).encode())
        return response(404, "text/plain", f"there is no {method} {path}".encode())


def _complete_request(received: bytearray) -> tuple[Head, bytes] | None:
    """The request, once it has come whole. Callers send one at a time on a connection."""
    end = received.find(END_OF_HEAD)
    if end < 0:
        return None
    head = parse_head(bytes(received[:end]))
    start = end + len(END_OF_HEAD)
    return (head, bytes(memoryview(received)[start:])) if len(received) >= start + head.body_length else None
