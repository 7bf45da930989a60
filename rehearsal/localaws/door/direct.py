"""A second way into the server for requests that come by the thousand: answered on the event loop, without WSGI between.

A connection whose next request begins with a service's prefix is lent to the event loop, which gives it back when it is idle, or when
another kind of request follows. Looking at the first bytes does not take them from the socket, so the server finds the request whole.
"""

import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from cheroot.server import HTTPConnection

from rehearsal.localaws.ground.event_loop import loop
from rehearsal.localaws.ground.http_messages import END_OF_HEAD, Head, Malformed, parse_head

IDLE_SECONDS = 1.0
"""A connection without requests goes back to the server after so long; the server closes it in its own time."""
_STALLED_SECONDS = 60.0
_CHUNK = 1 << 18
_MAX_HEAD = 1 << 16

Reply = Callable[[bytes], None]
"""Takes the whole answer. To be called on the event loop's thread, now or later."""


@dataclass(frozen=True)
class Service:
    """Who answers requests that begin with ``prefix`` (``b"POST /endpoints/"``). None of its functions may wait."""

    prefix: bytes
    serve: Callable[[Head, bytes, bool, Reply], None]
    """Takes head and body, and whether the connection stays open, which the answer has to say."""
    refuse: Callable[[Head], bytes | None]
    """The answer to a head whose body is not worth reading; None for all others."""
    complain: Callable[[str], bytes]
    """The answer to what is not HTTP."""


_services: list[Service] = []


def add(service: Service) -> None:
    """Have it answer."""
    _services.append(service)


class Connection(HTTPConnection):
    """A connection of the server."""

    _is_to_be_lent = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def communicate(self) -> bool:
        """Answer what has come; gives whether the connection stays with the server."""
        self._is_to_be_lent = not self.rfile.has_data() and service_of(self._start()) is not None
        return False if self._is_to_be_lent else bool(super().communicate())  # type: ignore[no-untyped-call]

    def _start(self) -> bytes:
        try:
            return bytes(self.socket.recv(32, socket.MSG_PEEK))
        except TimeoutError:
            return b""

    def close(self) -> None:
        """What the server calls when it has done with the connection: its end, or the moment to lend it."""
        if self._is_to_be_lent:
            self._is_to_be_lent = False
            loop().call(_Loan(self).begin)
        else:
            super().close()


def service_of(start: bytes) -> Service | None:
    """Who serves a request that begins so."""
    return next((service for service in _services if start.startswith(service.prefix)), None)


class _Loan:
    """A connection while the event loop has it: all on that thread."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._socket = connection.socket
        self._received = bytearray()
        self._service: Service | None = None
        self._head: Head | None = None
        self._body_start = 0
        self._is_answering = False
        self._is_watched = False
        self._last_used = time.monotonic()

    def begin(self) -> None:
        self._socket.setblocking(False)
        _lent.add(self)
        self._watch()
        self._read()

    def end(self, *, closing: bool) -> None:
        """Give the connection back to the server, or close it."""
        _lent.discard(self)
        self._unwatch()
        if closing:
            self._connection.close()
        else:
            self._socket.settimeout(self._connection.server.timeout)
            self._connection.server.put_conn(self._connection)

    def look_after(self, now: float) -> None:
        """End what is idle, or stands still in the middle of a request."""
        unused = now - self._last_used
        if self._is_answering:
            return
        if not self._received and unused > IDLE_SECONDS:
            self.end(closing=False)
        elif unused > _STALLED_SECONDS:
            self.end(closing=True)

    def _watch(self) -> None:
        self._is_watched = True
        loop().watch(self._socket, self._read)

    def _unwatch(self) -> None:
        if self._is_watched:
            self._is_watched = False
            loop().unwatch(self._socket)

    def _read(self) -> None:
        if self._is_answering:  # the caller is gone, or ahead of its answer: that is looked at after the answer
            self._unwatch()
            return
        try:
            if not self._received and not self._begins():
                return
            data = self._socket.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.end(closing=True)
            return
        self._received += data
        self._go_on()

    def _begins(self) -> bool:
        """Whether a request begins that is served here; the connection goes back to the server when it is another."""
        start = self._socket.recv(32, socket.MSG_PEEK)
        self._service = service_of(start)
        if start and self._service is None:
            self.end(closing=False)
            return False
        return True

    def _go_on(self) -> None:
        """Do with what has come all that can be done."""
        self._last_used = time.monotonic()
        if self._head is None and not self._read_head():
            return
        assert self._head is not None and self._service is not None
        end = self._body_start + self._head.body_length
        if len(self._received) < end:
            return
        head, body = self._head, bytes(memoryview(self._received)[self._body_start : end])
        is_ahead = len(self._received) > end  # of its answer; what came too early is lost, so the connection has to end
        keep = not is_ahead and head.headers.get("connection", "").lower() != "close"
        self._received, self._head = bytearray(), None
        self._is_answering = True
        self._service.serve(head, body, keep, lambda answer: self._answer(answer, keep))

    def _read_head(self) -> bool:
        """Whether the head is there, and is one whose body is to be read."""
        end = self._received.find(END_OF_HEAD)
        if end < 0 and len(self._received) <= _MAX_HEAD:
            return False
        refusal = self._judge_head(end)
        if refusal is not None:
            self._answer(refusal, False)
            return False
        assert self._head is not None
        self._body_start = end + len(END_OF_HEAD)
        if self._head.headers.get("expect", "").lower() == "100-continue":
            with suppress(OSError):  # a caller who is gone: the next read says so
                self._socket.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        return True

    def _judge_head(self, end: int) -> bytes | None:
        """Read the head; gives the answer to one whose body is not to be read."""
        assert self._service is not None
        if not 0 <= end <= _MAX_HEAD:
            return self._service.complain(f"the headers are longer than {_MAX_HEAD} bytes")
        try:
            self._head = parse_head(bytes(self._received[:end]))
        except Malformed as error:
            return self._service.complain(str(error))
        return self._service.refuse(self._head)

    def _answer(self, answer: bytes, keep: bool) -> None:
        try:
            sent = self._socket.send(answer)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.end(closing=True)
            return
        if sent == len(answer):
            self._answered(keep)
        else:  # the caller takes its time
            self._is_answering = True
            self._unwatch()
            loop().aside(lambda: self._send_slowly(answer[sent:], keep))

    def _send_slowly(self, rest: bytes, keep: bool) -> None:
        """In another thread."""
        try:
            self._socket.settimeout(_STALLED_SECONDS)
            self._socket.sendall(rest)
            self._socket.setblocking(False)
        except OSError:
            keep = False
        loop().call(lambda: self._answered(keep))

    def _answered(self, keep: bool) -> None:
        self._is_answering = False
        self._last_used = time.monotonic()
        if not keep:
            self.end(closing=True)
        elif not self._is_watched:
            self._watch()


_lent: set[_Loan] = set()


def look_after_loans() -> None:
    """At every tick."""
    now = time.monotonic()
    for loan in list(_lent):
        loan.look_after(now)
