"""A server of the built-in algorithm, forked by the model host, on a unix socket. It answers one request after the
other.

The event loop keeps connections to it that it takes turns with; whoever else asks (a ping, a transform job) blocks on
one of its own.
"""

import os
import signal
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from rehearsal.localaws.ground import http_messages
from rehearsal.localaws.ground.event_loop import loop
from rehearsal.localaws.ground.http_messages import END_OF_HEAD, Head, parse_head
from rehearsal.localaws.sagemaker.hosting.servers.instances import (
    INVOCATION_SECONDS,
    Done,
    Exchange,
    Instance,
    InstanceError,
    InstanceTimeout,
    Outcome,
)

_CHUNK = 1 << 18
_MOST_AT_ONCE = 1 << 16
"""Bytes of a request that the kernel takes in one piece; with more, sending may wait."""


class ForkedServer(Instance):
    """One server process."""

    def __init__(self, address: Path, process_id: int, life: int) -> None:
        super().__init__()
        self._address = str(address)
        self._process_id = process_id
        self._life = life
        self._blocking = threading.local()
        self._idle: list[_LoopConnection] = []

    def begin_invoke(self, headers: Mapping[str, str], body: bytes, done: Done) -> None:
        """On the event loop itself, unless the request is so large that sending it may wait."""
        if len(body) > _MOST_AT_ONCE:
            super().begin_invoke(headers, body, done)
            return
        try:
            connection = self._idle.pop() if self._idle else _LoopConnection(self._address, self._idle, self._end)
        except InstanceError as error:
            done(error)
            return
        connection.ask(http_messages.request("POST", "/invocations", headers, body), done)

    def _exchange(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, timeout_seconds: float
    ) -> Exchange:
        connection: socket.socket | None = getattr(self._blocking, "open", None)
        if connection is None:
            connection = self._blocking.open = _connect(self._address)
        try:
            _wait_at_most(connection, timeout_seconds)
            connection.sendall(http_messages.request(method, path, headers, body))
            reading = _Reading()
            while (exchange := reading.take(connection.recv(_CHUNK))) is None:
                continue
            return exchange
        except BlockingIOError as error:
            self._drop()
            if method == "POST":
                self._end()
            raise InstanceTimeout(timeout_seconds) from error
        except OSError as error:
            self._drop()
            raise _gone(error) from error

    def _drop(self) -> None:
        self._blocking.open.close()
        self._blocking.open = None

    def stop(self) -> None:
        if self._life < 0:
            return
        life, self._life = self._life, -1
        os.close(life)
        if not self.ended.wait(2):
            self._end()

    def _end(self) -> None:
        """Kill the process: one that does not answer in time would answer nobody else either. Its endpoint starts
        another."""
        if not self.ended.is_set():
            with suppress(ProcessLookupError):
                os.kill(self._process_id, signal.SIGKILL)


class _Reading:
    """An answer as it comes in."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._head: Head | None = None
        self._body_start = 0

    def take(self, data: bytes) -> Exchange | None:
        """The answer, once it is whole.

        Raises:
            ConnectionResetError: the server hung up before.
        """
        if not data:
            raise ConnectionResetError("connection closed")
        self._received += data
        if self._head is None:
            end = self._received.find(END_OF_HEAD)
            if end < 0:
                return None
            self._head = parse_head(bytes(self._received[:end]))
            self._body_start = end + len(END_OF_HEAD)
        if len(self._received) < self._body_start + self._head.body_length:
            return None
        status = int(self._head.first_line.split(" ", 2)[1])
        return Exchange(status, self._head.headers, bytes(memoryview(self._received)[self._body_start :]))


class _LoopConnection:
    """A connection of the event loop: asks one question at a time, and goes back to the idle ones with the answer."""

    def __init__(self, address: str, idle: "list[_LoopConnection]", give_up: Callable[[], None]) -> None:
        self._socket = _connect(address)
        self._socket.setblocking(False)
        self._idle = idle
        self._give_up = give_up
        self._reading = _Reading()
        self._done: Done | None = None
        self._deadline = 0.0
        loop().watch(self._socket, self._read)

    def ask(self, request: bytes, done: Done) -> None:
        """Send a request; its outcome goes to ``done``."""
        self._done = done
        self._deadline = time.monotonic() + INVOCATION_SECONDS
        _asking.add(self)
        try:
            self._socket.sendall(request)
        except OSError as error:
            self._end(_gone(error))

    def _read(self) -> None:
        try:
            exchange = self._reading.take(self._socket.recv(_CHUNK))
        except OSError as error:
            self._end(_gone(error))
            return
        if exchange is not None:
            self._reading = _Reading()
            self._idle.append(self)
            self._give(exchange)

    def look_after(self, now: float) -> None:
        """Give up an answer that takes too long."""
        if now > self._deadline:
            self._give_up()
            self._end(InstanceTimeout(INVOCATION_SECONDS))

    def _end(self, error: InstanceError) -> None:
        loop().unwatch(self._socket)
        self._socket.close()
        with suppress(ValueError):  # it was busy
            self._idle.remove(self)
        self._give(error)

    def _give(self, outcome: Outcome) -> None:
        _asking.discard(self)
        done, self._done = self._done, None
        if done is not None:
            done(outcome)


_asking: set[_LoopConnection] = set()


def look_after_questions() -> None:
    """At every tick."""
    now = time.monotonic()
    for connection in list(_asking):
        connection.look_after(now)


def _connect(address: str) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(address)
    except OSError as error:
        connection.close()
        raise InstanceError(f"the model server is gone ({error})") from error
    return connection


def _gone(error: OSError) -> InstanceError:
    return InstanceError(f"the model server ended without an answer ({error})")


def _wait_at_most(connection: socket.socket, seconds: float) -> None:
    """Have reads end with BlockingIOError after so long. The kernel's own limit: Python's costs a system call with each
    read."""
    limit = struct.pack("ll", int(seconds), int(seconds % 1 * 1e6))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
