"""Requests pass one way, snapshots are taken in between: a gate for many readers (requests) and one writer (the
snapshot).

A request may wait for another one (a function that calls S3 while its Invoke is open), so the gate is never closed for
longer than :data:`LONGEST_SECONDS`: what is still open then waits for something itself, and is in the middle of no
change.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

LONGEST_SECONDS = 0.25


class Closed(Exception):
    """The server is being stopped, and its state has been written."""


class Gate:
    """Counts the requests that are being answered, and stops new ones for a moment."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._passing = 0
        self._is_closed = self._is_over = False
        self._last_arrival = 0.0

    @contextmanager
    def passing(self) -> Iterator[None]:
        """One request is answered while the block runs.

        Raises:
            Closed: when the last snapshot has been taken.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._is_closed)
            if self._is_over:
                raise Closed
            self._passing += 1
            self._last_arrival = time.monotonic()
        try:
            yield
        finally:
            with self._changed:
                self._passing -= 1
                self._changed.notify_all()

    @contextmanager
    def closed(self, *, for_ever: bool = False) -> Iterator[None]:
        """No request begins while the block runs; those that were open have ended, or wait for something.

        ``for_ever``: nor afterwards. What still comes is told so by :class:`Closed`.
        """
        with self._changed:
            self._is_closed = True
            self._changed.wait_for(lambda: not self._passing, LONGEST_SECONDS)
        try:
            yield
        finally:
            with self._changed:
                self._is_closed, self._is_over = False, for_ever
                self._changed.notify_all()

    def quiet_seconds(self) -> float:
        """How long ago the last request came."""
        return time.monotonic() - self._last_arrival


gate = Gate()
"""The gate of this process."""
