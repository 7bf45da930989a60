"""The Runtime API, over which a sandbox fetches its invocations and returns their results.

One listening socket a sandbox, on loopback. Nothing here waits: the sandbox's event loop says when there is a request.
Protocol: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import http.client
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO

_PREFIX = "/2018-06-01/runtime"
_PATIENCE_SECONDS = 10.0
ACCEPTED = b'{"status":"OK"}'


@dataclass(frozen=True)
class RuntimeRequest:
    """One call of the runtime; it waits until it is answered."""

    connection: socket.socket
    path: str
    body: bytes

    @property
    def asks_for_work(self) -> bool:
        return self.path == f"{_PREFIX}/invocation/next"

    @property
    def is_init_error(self) -> bool:
        return self.path == f"{_PREFIX}/init/error"

    def is_response(self, request_id: str) -> bool:
        return self.path == f"{_PREFIX}/invocation/{request_id}/response"

    def is_error(self, request_id: str) -> bool:
        return self.path == f"{_PREFIX}/invocation/{request_id}/error"

    def answer(self, status: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        """Send the answer and close; a runtime that has died meanwhile is noticed by the sandbox, not here."""
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        try:
            self.connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        except OSError:
            return
        finally:
            self.connection.close()


class RuntimeApi:
    """The listening end."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.address = "{}:{}".format(*self.socket.getsockname())

    def take(self) -> RuntimeRequest | None:
        """Read the request that is there; None when its sender broke off."""
        connection, _ = self.socket.accept()
        connection.settimeout(_PATIENCE_SECONDS)
        try:
            with connection.makefile("rb") as stream:
                return _read(connection, stream)
        except (OSError, ValueError, http.client.HTTPException):
            connection.close()
            return None

    def close(self) -> None:
        self.socket.close()


def _read(connection: socket.socket, stream: IO[bytes]) -> RuntimeRequest:
    _method, path, _version = stream.readline(65536).decode("latin-1").split()
    headers = http.client.parse_headers(stream)
    if headers.get("Expect", "").lower() == "100-continue":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    if headers.get("Transfer-Encoding", "").lower() == "chunked":
        return RuntimeRequest(connection, path, _read_chunks(stream))
    return RuntimeRequest(connection, path, stream.read(int(headers.get("Content-Length", 0))))


def _read_chunks(stream: IO[bytes]) -> bytes:
    chunks = []
    while size := int(stream.readline().partition(b";")[0], 16):
        chunks.append(stream.read(size))
        stream.readline()
    stream.readline()
    return b"".join(chunks)
