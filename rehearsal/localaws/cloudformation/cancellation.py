"""Tells everyone who works on a stack that the operation has failed elsewhere, also those who wait for something."""

import threading
from collections.abc import Callable

from rehearsal.localaws.ground import clock


class Cancellation:
    """Set once; whoever waits through it wakes."""

    def __init__(self) -> None:
        self._cancelled = threading.Event()
        self._guard = threading.Lock()
        self._waiting: list[threading.Condition] = []

    def set(self) -> None:
        """Cancel."""
        self._cancelled.set()
        with self._guard:
            waiting = list(self._waiting)
        for condition in waiting:
            with condition:
                condition.notify_all()

    def is_set(self) -> bool:
        """Whether it is cancelled."""
        return self._cancelled.is_set()

    def wait_until(
        self, condition: threading.Condition, predicate: Callable[[], bool], moment: float | None = None
    ) -> bool:
        """Wait (holding ``condition``) until ``predicate()``, a moment of the clock or the cancellation; the
        predicate's last value."""
        with self._guard:
            self._waiting.append(condition)
        try:
            clock.wait_until(condition, lambda: predicate() or self.is_set(), moment)
        finally:
            with self._guard:
                self._waiting.remove(condition)
        return predicate()

    def sleep_until(self, moment: float) -> None:
        """Wait, on the embedded AWS's clock, or until cancelled."""
        condition = threading.Condition()
        with condition:
            self.wait_until(condition, lambda: False, moment)
