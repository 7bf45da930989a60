"""One client's connection on the event loop: requests are collected here, answers that a client takes slowly sent from
here.

A worker has the connection only while it works on an answer; a client who sends nothing, half a head or half a body
costs none. All runs on the event loop's thread, but for :meth:`Conversation.answered`.
"""

import io
import logging
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from rehearsal.localaws.door import direct, heads
from rehearsal.localaws.door.answers import send_some
from rehearsal.localaws.door.bodies import Framing, Sink, framing_of
from rehearsal.localaws.door.direct import Service
from rehearsal.localaws.door.heads import Refused, not_http
from rehearsal.localaws.door.requests import Connection, Received
from rehearsal.localaws.ground import host
from rehearsal.localaws.ground.event_loop import loop
from rehearsal.localaws.ground.http_messages import Head, Malformed
from rehearsal.localaws.storage import disk
from rehearsal.localaws.storage.body import LARGE_BYTES

IDLE_SECONDS = 120.0
"""A connection without requests is closed after so long."""
STALLED_SECONDS = 60.0
"""One that stands still in the middle of a request or of an answer."""
_LINGER_SECONDS = 5.0
"""How long what a refused client still sends is read and thrown away: closing at once could take the answer from it."""
_CHUNK = 1 << 18

log = logging.getLogger("rehearsal.localaws")


class Conversation:
    """A connection, from its beginning to its end."""

    def __init__(
        self,
        connection: socket.socket,
        hand_over: Callable[[Connection], None],
        ended: Callable[["Conversation"], None],
    ) -> None:
        self.socket = connection
        self._hand_over = hand_over
        self._ended = ended
        self._received = bytearray()
        self._head: Head | None = None
        self._service: Service | None = None
        self._framing: Framing | None = None
        self._sink: Sink | None = None
        self._rest: IO[bytes] | None = None
        self._keep = True
        self._is_answering = False
        self._is_watched = False
        self._lingers_until: float | None = None
        self._last_used = time.monotonic()
        self.worker: Connection | None = None

    @property
    def is_idle(self) -> bool:
        """Whether it is between requests, so that closing it does no harm."""
        return not (self._is_answering or self._received or self._head)

    def is_idle_since(self, moment: float) -> bool:
        """Whether it has been idle since then (``time.monotonic``)."""
        return self.is_idle and self._last_used < moment

    def begin(self) -> None:
        """Listen to the client."""
        self.socket.setblocking(False)
        self._watch()

    def end(self) -> None:
        """Close the connection."""
        self._unwatch()
        if self._sink is not None:
            self._sink.discard()
        if self._rest is not None:
            self._rest.close()
        self.socket.close()
        self._ended(self)

    def look_after(self, now: float) -> None:
        """At every tick: end what is idle, or stands still."""
        unused = now - self._last_used
        if self._lingers_until is not None:
            if now > self._lingers_until:
                self.end()
        elif self._rest is not None:
            if unused > STALLED_SECONDS:
                self.end()
        elif not (self.is_idle or self._is_answering):
            if unused > STALLED_SECONDS:
                self._refuse(self._timed_out().answer)
        elif self.is_idle and unused > IDLE_SECONDS:
            self.end()

    def answered(self, *, keep: bool) -> None:
        """A worker has written the answer, as far as the client took it. Called on the worker's thread."""
        assert self.worker is not None
        if not keep or self.worker.wfile.rest is not None or self._received or not self._is_watched:
            loop().call(lambda: self._answered(keep))
            return
        self._last_used = time.monotonic()
        self._is_answering = False  # the usual case costs the event loop nothing: it reads this when more comes
        if self._received:  # it came meanwhile
            loop().call(lambda: self._answered(keep))

    def _watch(self) -> None:
        self._is_watched = True
        loop().watch(self.socket, self._read)

    def _unwatch(self) -> None:
        if self._is_watched:
            self._is_watched = False
            loop().unwatch(self.socket)

    def _read(self) -> None:
        try:
            data = self.socket.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if self._lingers_until is not None:
            if not data:
                self.end()
            return
        if not data and not self._is_answering:
            self.end()
            return
        self._received += data
        if self._is_answering:  # the client is gone, or ahead of its answer: that is looked at after the answer
            self._unwatch()
            if not self._is_answering:  # the worker has just finished, and saw the connection watched
                self._watch()
        else:
            self._go_on()

    def _go_on(self) -> None:
        """Do with what has come all that can be done."""
        self._last_used = time.monotonic()
        try:
            if self._head is None:
                self._begin_request()
            if self._framing is not None and self._sink is not None and self._framing.take(self._received, self._sink):
                self._request_is_whole()
        except Refused as refused:
            self._refuse(refused.answer)
        except Malformed as error:
            self._refuse(not_http(str(error)).answer)
        except OSError as error:
            self._refuse(self._disk_is_full(error).answer)

    def _begin_request(self) -> None:
        """Read the head, if it is there, and decide what becomes of the body."""
        self._service = direct.service_of(self._received)
        try:
            head = heads.take_head(self._received)
            if head is None:
                return
            self._framing = framing_of(head)
        except (Malformed, Refused) as error:
            if self._service is None:
                raise
            raise Refused(self._service.complain(str(error))) from None
        self._judge(head)
        self._head = head
        self._sink = Sink(_folder(), sys.maxsize if self._service else LARGE_BYTES)
        if head.headers.get("expect", "").lower() == "100-continue" and not self._received:
            with suppress(OSError):  # a caller who is gone: the next read says so
                self.socket.send(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _judge(self, head: Head) -> None:
        """Refuse what is not worth a body."""
        if self._service is None:
            heads.judge(head)
            return
        refusal = self._service.refuse(head)
        if refusal is not None:
            raise Refused(refusal)

    def _request_is_whole(self) -> None:
        assert self._head is not None and self._sink is not None
        head, body = self._head, self._sink.finish()
        self._head = self._framing = self._sink = None
        self._is_answering = True
        if self._service is not None:
            assert isinstance(body, bytes)
            keep = head.headers.get("connection", "").lower() != "close"
            self._service.serve(head, body, keep, lambda answer: self._reply(answer, keep))
        else:
            assert self.worker is not None
            self.worker.received = Received(head, body)
            self._hand_over(self.worker)

    def _refuse(self, answer: bytes) -> None:
        """Answer what is not read to its end; the connection ends with it."""
        self._is_answering = True
        if self._sink is not None:
            self._sink.discard()
        self._head = self._framing = self._sink = None
        self._reply(answer, False)

    def _timed_out(self) -> Refused:
        """What to say to a client of whom nothing comes."""
        message = f"nothing of the request has come for {STALLED_SECONDS:g} seconds"
        if self._service is not None and self._head is not None:
            return Refused(self._service.complain(message))
        return heads.told(self._head, 408, "RequestTimeout", message)

    def _disk_is_full(self, error: OSError) -> Refused:
        """What to say when a body cannot be put down."""
        if not disk.is_full(error):
            raise error
        return heads.told(self._head, disk.STATUS, disk.CODE, disk.told(error, _folder()))

    def _reply(self, answer: bytes, keep: bool) -> None:
        """Send an answer that was made on this thread."""
        try:
            sent = self.socket.send(answer)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.end()
            return
        if sent == len(answer):
            self._sent(keep)
        else:  # the client takes its time
            self._send_rest(io.BytesIO(answer[sent:]), keep)

    def _answered(self, keep: bool) -> None:
        """The worker has finished."""
        assert self.worker is not None
        if self.worker.wfile.rest is None:
            self._sent(keep)
        else:
            self._send_rest(self.worker.wfile.rest, keep)

    def _send_rest(self, rest: IO[bytes], keep: bool) -> None:
        self._rest, self._keep = rest, keep
        self._last_used = time.monotonic()
        if not self._is_watched:
            self._watch()
        loop().watch_writing(self.socket, self._send_more)

    def _send_more(self) -> None:
        assert self._rest is not None
        self._last_used = time.monotonic()
        try:
            if not send_some(self.socket, self._rest):
                return
        except OSError:
            self.end()
            return
        self._rest.close()
        self._rest = None
        loop().watch_reading(self.socket, self._read)
        self._sent(self._keep)

    def _sent(self, keep: bool) -> None:
        """The answer is out; what the client sent meanwhile, the next request or its end, is looked at now."""
        self._is_answering = False
        self._last_used = time.monotonic()
        if not keep:
            self._finish()
            return
        if not self._is_watched:
            self._watch()
        if self._received:
            self._go_on()

    def _finish(self) -> None:
        """Tell the client that no more comes, and wait a little for it to hang up."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)
        self._received.clear()
        self._lingers_until = time.monotonic() + _LINGER_SECONDS
        if not self._is_watched:
            self._watch()


def _folder() -> Path:
    return host.current().scratch("received")
