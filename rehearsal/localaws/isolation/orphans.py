"""What child processes leave behind when they end is ended, too: daemons in sessions of their own, programs in the
background.

Every child adopts the orphans among its descendants (:mod:`child`), and this server those of a child that has ended. So
a process whose parent is this server, and which this server has not started, belongs to a child that is no more. Needs
Linux: elsewhere the process group is all that is ended.
"""

import os
import selectors
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache

from rehearsal.localaws.ground import host
from rehearsal.localaws.isolation import kernel, process_table
from rehearsal.localaws.isolation.process_table import Process

_GIVE_UP_SECONDS = 5.0
_LOOK_AGAIN_SECONDS = 0.01


class Children:
    """The children that live, by their sessions, and a thread that looks after those that end."""

    def __init__(self) -> None:
        self._guard = threading.RLock()
        self._sessions: set[int] = set()
        self._spared: set[int] = set()
        self._ended = selectors.DefaultSelector()
        self._begun = False
        self.adopts = False
        """Whether the kernel gives orphans among all descendants to this process."""

    @contextmanager
    def starting(self) -> Iterator[Callable[[int, bool], None]]:
        """Start a child in the block and name its process id: until then it would look like an orphan.

        With ``spares`` what it leaves behind in its own session goes on.
        """
        with self._guard:
            yield self._note

    def look_after(self) -> None:
        """Begin, once; not from a thread that is restricted: the new one would be, too."""
        with self._guard:
            if not self._begun and hasattr(os, "pidfd_open") and kernel.adopt_orphans():
                self.adopts = True
                host.in_background(self._follow, name="orphans")
            self._begun = True

    def _note(self, process_id: int, spares: bool) -> None:
        self._sessions.add(process_id)
        if spares:
            self._spared.add(process_id)
        if hasattr(os, "pidfd_open"):
            self._ended.register(os.pidfd_open(process_id), selectors.EVENT_READ, process_id)

    def _follow(self) -> None:
        while True:
            for key, _ in self._ended.select():
                self._ended.unregister(key.fileobj)
                os.close(key.fd)
                with self._guard:
                    self._sessions.discard(key.data)
                self.end_left_behind()

    def end_left_behind(self, look: Callable[[], list[Process]] = process_table.adopted) -> None:
        """End what children that are no more have left, and what that leaves in its turn."""
        give_up_at, ending = time.monotonic() + _GIVE_UP_SECONDS, set[int]()
        while time.monotonic() < give_up_at:
            with self._guard:
                found = orphans(os.getpid(), look(), self._sessions | self._spared)
                for process_id in found:
                    _kill(process_id)
            ending = {each for each in ending.union(found) if not _is_reaped(each)}
            if not ending:
                return
            time.sleep(_LOOK_AGAIN_SECONDS)

    def end_all(self) -> None:
        """End every child and what it left."""
        with self._guard:
            for process_id in self._sessions:
                _kill(process_id)
            self._sessions.clear()
            self._spared.clear()
        self.end_left_behind(process_table.living)


def orphans(server: int, processes: list[Process], sessions: set[int]) -> list[int]:
    """The server's children in sessions that are neither its own nor a living child's: their parents have ended.

    Programs that the server starts for itself (git) stay in its session. Pure.
    """
    own = next((process.session for process in processes if process.id == server), 0)
    known = {own, *sessions}
    return [process.id for process in processes if process.parent == server and process.session not in known]


def _kill(process_id: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(process_id, signal.SIGKILL)


def _is_reaped(process_id: int) -> bool:
    """Whether the kernel may forget it: it has ended, and its parent, this process, has taken note."""
    try:
        return os.waitpid(process_id, os.WNOHANG)[0] == process_id
    except ChildProcessError:
        return True


@lru_cache(maxsize=1)
def children() -> Children:
    """Those of this server."""
    return Children()
