"""A request that is there as a whole, as the workers see it: cheroot's classes, without a socket to wait for.

cheroot's own classes read head and body from the socket, and so hold a worker for as long as the client takes. Here
both lie in memory or in a file before a worker is asked; what is left of cheroot is WSGI, the writing of answers, and
the pool of workers.
"""

import io
import re
from collections.abc import Iterator, Mapping
from typing import IO, Any, NamedTuple
from urllib.parse import unquote_to_bytes

from cheroot.server import HTTPConnection, HTTPRequest
from cheroot.wsgi import Gateway_10

from rehearsal.localaws.door.answers import Answer
from rehearsal.localaws.ground import host
from rehearsal.localaws.ground.http_messages import Head
from rehearsal.localaws.storage import reception
from rehearsal.localaws.storage.body import FileBody

_ENCODED_SLASH = re.compile(rb"(?i)%2F")


class Received(NamedTuple):
    """Head and body of one request. A large body is a file."""

    head: Head
    body: bytes | FileBody

    def opened(self) -> IO[bytes]:
        """The body, to be read once."""
        return io.BytesIO(self.body) if isinstance(self.body, bytes) else self.body.path.open("rb")

    @property
    def size(self) -> int:
        """Bytes of the body."""
        return len(self.body) if isinstance(self.body, bytes) else self.body.size


class Request(HTTPRequest):
    """Takes what was received in place of parsing a stream."""

    def parse_request(self) -> None:
        """Set what cheroot's parser would have set."""
        head: Head = self.conn.received.head
        method, target, version = head.first_line.split(" ")
        self.uri = _without_authority(target).encode("latin-1")
        self.method = method.upper().encode()
        path, _, self.qs = self.uri.partition(b"?")
        self.path = b"%2F".join(unquote_to_bytes(part) for part in _ENCODED_SLASH.split(path))
        self.authority = b""
        self.request_protocol, self.response_protocol = version.encode(), version
        self.inheaders = {
            name.title().encode(): value.encode("latin-1")
            for name, value in head.headers.items()
            if name != "transfer-encoding"
        }
        if head.is_chunked:
            self.inheaders[b"Content-Length"] = str(self.conn.received.size).encode()
        self.close_connection = not _stays_open(head, version)
        self.started_request = self.ready = True

    def respond(self) -> None:
        """Call the application, and write what it gives."""
        with self.conn.received.opened() as self.rfile:
            self.server.gateway(self).respond()
        self.ensure_headers_sent()
        if self.chunked_write:
            self.conn.wfile.write(b"0\r\n\r\n")


def _without_authority(target: str) -> str:
    """The path and query of ``http://host/path?query``, or of what has no host."""
    if target.startswith("/"):
        return target
    _, _, rest = target.partition("://")
    return "/" + (rest.partition("/")[2] if rest else target)


def _stays_open(head: Head, version: str) -> bool:
    wanted = head.headers.get("connection", "").lower()
    return wanted != "close" if version == "HTTP/1.1" else wanted == "keep-alive"


class Gateway(Gateway_10):
    """WSGI, with the file of a large body beside its stream."""

    def get_environ(self) -> dict[str, Any]:  # type: ignore[override]
        """What the application is called with."""
        environ: dict[str, Any] = super().get_environ()  # type: ignore[no-untyped-call]
        body = self.req.conn.received.body
        if isinstance(body, FileBody):
            environ[reception.RECEIVED] = body
        named = {name.lower(): value for name, value in _texts(self.req.inheaders) if "_" in name}
        if named:
            environ[reception.UNDERSCORED] = named
        return environ


def _texts(headers: Mapping[bytes, bytes]) -> Iterator[tuple[str, str]]:
    return ((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers.items())


def _no_stream(*_: Any) -> io.BytesIO:
    """In place of the socket's streams, which the event loop reads; one that is open, as the server asks when it stops
    a busy worker."""
    return io.BytesIO()


class Connection(HTTPConnection):
    """A connection as a worker has it while it answers one request; ``conversation`` is what the event loop has of
    it."""

    RequestHandlerClass = Request
    received: Received

    def __init__(self, server: Any, conversation: Any, address: tuple[str, int]) -> None:
        super().__init__(server, conversation.socket, _no_stream)
        self.remote_addr, self.remote_port = address
        self._conversation = conversation

    def communicate(self) -> bool:
        """Answer what was received; gives whether the connection stays open."""
        self.wfile = Answer(self.socket, host.current().settings.scratch)
        keep = bool(super().communicate())  # type: ignore[no-untyped-call]
        del self.received
        try:
            self.wfile.finish()
        except OSError:  # the client is gone
            return False
        return keep

    def close(self) -> None:
        """What a worker calls when the connection is to end; :meth:`Server.put_conn` when it goes on."""
        self._conversation.answered(keep=False)

    def kept(self) -> None:
        """The other case."""
        self._conversation.answered(keep=True)
