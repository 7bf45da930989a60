"""Warm sandboxes, waiting for their next invocation under the key they were made for; reaped when idle for long."""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, Generic, Protocol, TypeVar

IDLE_SECONDS = 300.0
"""AWS does not say how long it keeps an idle environment; some minutes are what is seen."""


class Worker(Hashable, Protocol):
    """What is kept of a sandbox."""

    @property
    def is_ready(self) -> bool:
        """Whether it can take another invocation."""
        ...

    def kill(self) -> None:
        """End it from another thread than the one at work, which cleans up."""
        ...

    def end(self) -> None:
        """End it and give back what it holds."""
        ...


W = TypeVar("W", bound=Worker)


class WarmSandboxes(Generic[W]):
    """Every sandbox that lives, at work or idle. ``now`` is a clock in seconds that only moves forward."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._idle: dict[Hashable, list[tuple[W, float]]] = {}
        self._alive: set[W] = set()
        self._timer: threading.Timer | None = None
        self._closed = False

    def take(self, key: Hashable) -> W | None:
        """The most recently used one that is ready; None when there is none."""
        with self._lock:
            waiting = self._idle.get(key, [])
            while waiting:
                sandbox, _ = waiting.pop()
                if sandbox.is_ready:
                    return sandbox
                self._alive.discard(sandbox)
                sandbox.end()
        return None

    def add(self, sandbox: W) -> None:
        """Know a new one that goes to work; it is killed at once when all have been closed meanwhile."""
        with self._lock:
            self._alive.add(sandbox)
            closed = self._closed
        if closed:
            sandbox.kill()

    def put_back(self, key: Hashable, sandbox: W) -> None:
        """Keep it for the next invocation when it can take one, end it otherwise."""
        with self._lock:
            if sandbox.is_ready and not self._closed:
                self._idle.setdefault(key, []).append((sandbox, self._now()))
                self._watch()
                return
            self._alive.discard(sandbox)
        sandbox.end()

    def reap(self) -> None:
        """End those that have been idle for long."""
        limit = self._now() - IDLE_SECONDS
        with self._lock:
            self._timer = None
        self._end_idle(lambda _key, since: since <= limit)

    def end_idle(self, is_over: Callable[[Any], bool]) -> None:
        """End those that wait under keys that nobody will ask for again."""
        self._end_idle(lambda key, _since: is_over(key))

    def _end_idle(self, is_over: Callable[[Any, float], bool]) -> None:
        """By key and since when they have been idle."""
        with self._lock:
            ending, kept = list[W](), dict[Hashable, list[tuple[W, float]]]()
            for key, waiting in self._idle.items():
                for sandbox, since in waiting:
                    if is_over(key, since):
                        ending.append(sandbox)
                    else:
                        kept.setdefault(key, []).append((sandbox, since))
            self._idle = kept
            self._alive.difference_update(ending)
            self._watch()
        for sandbox in ending:
            sandbox.end()

    def close(self) -> None:
        """End all, idle or at work; none is kept from now on."""
        with self._lock:
            self._closed = True
            idle = {sandbox for waiting in self._idle.values() for sandbox, _ in waiting}
            working = self._alive - idle
            self._idle.clear()
            if self._timer is not None:
                self._timer.cancel()
        for sandbox in working:
            sandbox.kill()
        for sandbox in idle:
            sandbox.end()

    def _watch(self) -> None:
        """Under the lock: one timer, as long as something is idle."""
        if self._timer is None and self._idle and not self._closed:
            self._timer = threading.Timer(IDLE_SECONDS / 5, self.reap)
            self._timer.daemon = True
            self._timer.start()
