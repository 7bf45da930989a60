"""The HTTP server: takes connections on the event loop, and has workers answer the requests that are there as a
whole."""

import errno
import logging
import resource
import socket
import time
from pathlib import Path

from cheroot import wsgi

from rehearsal.localaws.door.conversation import Conversation
from rehearsal.localaws.door.requests import Connection, Gateway
from rehearsal.localaws.ground.event_loop import loop
from rehearsal.localaws.ground.http_messages import answer

log = logging.getLogger("rehearsal.localaws")

_WORKERS = 64
_MOST_WORKERS = 1024
_WORKERS_AT_ONCE = 32
_BUSY = 0.7
"""Of one processor's time: above this the workers compute, below they wait."""
_MOST_FILES = 65536
_ACCEPTED_AT_ONCE = 64
_IDLE_SECONDS = 1.0
"""After so long without a request a connection may be closed to make room for another."""
_TOO_MANY_FILES = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Server(wsgi.Server):
    """A WSGI server whose connections wait on the event loop. ``serve`` returns at once."""

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__(
            address, None, numthreads=_WORKERS, max=_MOST_WORKERS, request_queue_size=512, shutdown_timeout=1
        )
        self.gateway = Gateway
        self._conversations: set[Conversation] = set()
        self._most_connections = _MOST_FILES
        self._complained_at = float("-inf")
        self._serves = False
        self._computed = time.process_time()

    @property
    def can_add_keepalive_connection(self) -> bool:
        """Connections that wait cost next to nothing."""
        return bool(self.ready)

    def serve(self) -> None:
        """Begin to take connections."""
        self._most_connections = _room_for_connections()
        self._serves = True
        self.socket.setblocking(False)
        loop().call(lambda: loop().watch(self.socket, self._accept))
        loop().every_second(self._tick)

    def put_conn(self, conn: Connection) -> None:
        """What a worker calls with a connection that stays open."""
        conn.kept()

    def stop(self) -> None:
        """Take no more connections, and wait a moment for the workers."""
        if self._serves:
            self._serves = False
            loop().call_and_wait(lambda: loop().unwatch(self.socket))
        from rehearsal.localaws.door import (
            faults,
        )  # it imports moto, which is not to be read before its settings are made

        faults.let_go()
        super().stop()

    def _accept(self) -> None:
        """On the event loop, as all that follows."""
        for _ in range(_ACCEPTED_AT_ONCE):
            try:
                connection, address = self.socket.accept()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno in _TOO_MANY_FILES:
                    self._complain(str(error.strerror))
                    self._end_an_idle_one()
                return
            if len(self._conversations) >= self._most_connections and not self._end_an_idle_one():
                self._turn_away(connection)
            else:
                self._converse(connection, address)

    def _converse(self, connection: socket.socket, address: tuple[str, int]) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        conversation = Conversation(connection, self.process_conn, self._conversations.discard)
        conversation.worker = Connection(self, conversation, address)
        self._conversations.add(conversation)
        conversation.begin()

    def _end_an_idle_one(self) -> bool:
        """Make room: a client whose connection is closed between requests opens another."""
        ago = time.monotonic() - _IDLE_SECONDS
        idle = next((each for each in self._conversations if each.is_idle_since(ago)), None)
        if idle is not None:
            self._complain(f"{len(self._conversations)} connections are open")
            idle.end()
        return idle is not None

    def _turn_away(self, connection: socket.socket) -> None:
        message = self._complain(f"{len(self._conversations)} connections are open").encode()
        headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(message)))]
        with connection:
            connection.setblocking(False)
            try:
                connection.send(answer("503 Service Unavailable", headers, message, keep=False))
            except OSError:
                return

    def _complain(self, what: str) -> str:
        """Say it in the log, once a minute."""
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        message = (
            f"{what}, and the limit of open files is {limit}: the embedded AWS closes idle connections, and takes no "
            f"more when none is idle. Close some, or start it with a higher limit (ulimit -n 4096)."
        )
        now = time.monotonic()
        if now - self._complained_at > 60:
            self._complained_at = now
            log.error(message)
        return message

    def _tick(self) -> None:
        now = time.monotonic()
        for conversation in list(self._conversations):
            conversation.look_after(now)
        computed, before = time.process_time(), self._computed
        self._computed = computed
        if self._serves and self.requests.qsize and not self.requests.idle and computed - before < _BUSY:
            # all workers wait for something: a long poll, a function that itself calls the embedded AWS. Not while it
            # stops: new workers would take the orders to end that the old ones wait for.
            loop().aside(lambda: self.requests.grow(_WORKERS_AT_ONCE))


def allow_many_files() -> None:
    """Have as many open files as the system lets this user have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _room_for_connections() -> int:
    """Half the files that may still be opened: an answer opens files, too, and starts processes with pipes."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if limit == resource.RLIM_INFINITY:
        return _MOST_FILES
    descriptors = Path("/dev/fd")
    used = len(list(descriptors.iterdir())) if descriptors.is_dir() else 32
    return max(4, (limit - used) // 2)
