"""A second way into the server for requests that come by the thousand: served from the socket, without WSGI between.

A connection whose next request begins with a registered prefix is given to the prefix's service, socket and all; any other
request, on the same connection too, goes the usual way. Looking at the first bytes does not take them from the socket.
"""

import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from cheroot.server import HTTPConnection

LINGER_SECONDS = 0.02
"""A thread stays with a connection for so long after an answer, which spares a busy caller two changes of thread a request."""

Serve = Callable[[socket.socket], bool]
"""Takes one request from the socket and answers it; gives whether the connection stays open."""

_services: list[tuple[bytes, Serve]] = []


def add(prefix: bytes, serve: Serve) -> None:
    """Serve requests that begin with ``prefix`` (``b"POST /endpoints/"``)."""
    _services.append((prefix, serve))


class Connection(HTTPConnection):
    """A connection of the server."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def communicate(self) -> bool:
        """Answer what has come; gives whether the connection stays open."""
        serve = None if self.rfile.has_data() else self._service()
        if serve is None:
            return bool(super().communicate())  # type: ignore[no-untyped-call]
        with suppress(OSError), _waiting_in_the_kernel(self.socket, self.server.timeout):
            while serve(self.socket):
                following = self._service()
                if following is None:
                    return True  # idle, or another kind of request: the server comes back to it
                serve = following
        return False  # done, or the caller is gone

    def _service(self) -> Serve | None:
        """Who serves the request that is arriving; None when that is nobody's, or none arrives in time."""
        try:
            start = self.socket.recv(32, socket.MSG_PEEK)
        except (BlockingIOError, TimeoutError):
            return None
        return next((serve for prefix, serve in _services if start.startswith(prefix)), None)


@contextmanager
def _waiting_in_the_kernel(connection: socket.socket, usual_timeout: float) -> Iterator[None]:
    """Within the block a read waits :data:`LINGER_SECONDS` and costs one system call: Python's own time limit takes two."""
    connection.settimeout(None)
    set_read_timeout(connection, LINGER_SECONDS)
    try:
        yield
    finally:
        set_read_timeout(connection, 0)
        connection.settimeout(usual_timeout)


def set_read_timeout(connection: socket.socket, seconds: float) -> None:
    """Have reads of a blocking socket end with BlockingIOError after so long; 0 is never."""
    connection.setsockopt(
        socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", int(seconds), int(seconds % 1 * 1e6))
    )
