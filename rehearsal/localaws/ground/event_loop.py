"""One thread that watches many sockets, for exchanges that come by the thousand: nobody whom it calls may wait for
anything.

A thread for each connection would do, but for Python's one lock: eight threads that wake each other for every read
spend more time on that than on the requests themselves.
"""

import logging
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from rehearsal.localaws.ground import host

log = logging.getLogger("rehearsal.localaws")
TICK_SECONDS = 1.0
_ASIDE_THREADS = 64

Callback = Callable[[], None]


class EventLoop:
    """Calls back when a socket can be read, when another thread asks for it, and every second."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._asked: deque[Callback] = deque()
        self._ticking: list[Callback] = []
        self._bell, self._button = socket.socketpair()
        self._aside = ThreadPoolExecutor(_ASIDE_THREADS, thread_name_prefix="data plane, aside")
        self.watch(self._bell, self._run_asked)
        host.in_background(self._run, name="data plane")

    def watch(self, connection: socket.socket, readable: Callback) -> None:
        """Call back whenever there is something to read, or the other side is gone. On this thread, as
        :meth:`unwatch`."""
        self._selector.register(connection, selectors.EVENT_READ, readable)

    def watch_writing(self, connection: socket.socket, writable: Callback) -> None:
        """Of a watched connection: call back when there is room to send, and no more for reading; :meth:`watch_reading`
        goes back."""
        self._selector.modify(connection, selectors.EVENT_WRITE, writable)

    def watch_reading(self, connection: socket.socket, readable: Callback) -> None:
        """Undo :meth:`watch_writing`."""
        self._selector.modify(connection, selectors.EVENT_READ, readable)

    def unwatch(self, connection: socket.socket) -> None:
        """Call back no more."""
        self._selector.unregister(connection)

    def call(self, callback: Callback) -> None:
        """Have it run on this thread soon; from any thread."""
        self._asked.append(callback)
        self._button.send(b"!")

    def call_and_wait(self, callback: Callback) -> None:
        """The same, and return when it has run; never from this loop's own thread."""
        done = threading.Event()
        self.call(callback)
        self.call(done.set)  # in the order in which it was asked
        done.wait()

    def aside(self, work: Callback) -> None:
        """Have what may wait run in another thread."""
        self._aside.submit(_safely, work)

    def every_second(self, callback: Callback) -> None:
        """Have it run at every tick."""
        self._ticking.append(callback)

    def _run(self) -> None:
        ticked = time.monotonic()
        while True:
            for key, _ in self._selector.select(TICK_SECONDS):
                _safely(key.data)
            now = time.monotonic()
            if now - ticked >= TICK_SECONDS:
                ticked = now
                for callback in self._ticking:
                    _safely(callback)

    def _run_asked(self) -> None:
        self._bell.recv(4096)
        while self._asked:
            _safely(self._asked.popleft())


def _safely(callback: Callback) -> None:
    """The outermost edge: a fault in one exchange must not end the others."""
    try:
        callback()
    except Exception:
        log.exception("a fault of the embedded AWS, in its data plane")


_loops: list[EventLoop] = []
_making = threading.Lock()


def loop() -> EventLoop:
    """The one of this embedded AWS, made when it is first needed."""
    if not _loops:
        with _making:
            if not _loops:
                _loops.append(EventLoop())
    return _loops[0]
