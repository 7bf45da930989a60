"""Time for the embedded AWS: every wait of a service goes through here, so that a week can pass in a moment.

The clock is the machine's, plus an offset that :func:`advance` moves forward. A service that waits, or shows when something
happened, asks this clock. Child processes (functions, jobs, builds) keep the machine's time, and so do their log lines.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime


class Clock:
    """The machine's clock with an offset; waiting threads wake when it is advanced."""

    def __init__(self) -> None:
        self._offset_seconds = 0.0
        self._guard = threading.Lock()
        self._waiting: list[threading.Condition] = []
        self._advances: list[tuple[float, float]] = []

    def timestamp(self) -> float:
        """Seconds since the epoch, UTC."""
        return time.time() + self._offset_seconds

    def now(self) -> datetime:
        """The current moment, aware, UTC."""
        return datetime.fromtimestamp(self.timestamp(), UTC)

    def embedded(self, machine_timestamp: float) -> float:
        """What this clock showed when the machine's showed ``machine_timestamp``: for moments that a client wrote down."""
        with self._guard:
            return machine_timestamp + sum(seconds for moment, seconds in self._advances if moment <= machine_timestamp)

    def offset(self) -> float:
        """How many seconds this clock is ahead of the machine's."""
        return self._offset_seconds

    def sleep(self, seconds: float) -> None:
        """Return when ``seconds`` have passed on this clock, from now: nobody knew before that this wait would begin."""
        self.sleep_until(self.timestamp() + seconds)

    def sleep_until(self, moment: float) -> None:
        """Return when this clock shows ``moment``: for a wait that counts from something that others may have seen."""
        condition = threading.Condition()
        with condition:
            self.wait_until(condition, lambda: False, moment)

    def every(self, seconds: float, work: Callable[[], None], since: float) -> None:
        """Call ``work`` after each ``seconds``, the first time so long after ``since``, without end.

        The time counts from before the work: a clock that is moved on while it is at work is not missed.
        """
        while True:
            self.sleep_until(since + seconds)
            since = self.timestamp()
            work()

    def wait_for(
        self, condition: threading.Condition, predicate: Callable[[], bool], timeout_seconds: float | None = None
    ) -> bool:
        """Wait on ``condition`` (held by the caller) until ``predicate()`` or the timeout; return the predicate's last value."""
        return self.wait_until(
            condition, predicate, None if timeout_seconds is None else self.timestamp() + timeout_seconds
        )

    def wait_until(
        self, condition: threading.Condition, predicate: Callable[[], bool], moment: float | None = None
    ) -> bool:
        """The same until this clock shows ``moment``: for a wait that others may know of before it begins.

        Whoever saw the state that it counts from may move the clock at once. ``moment - timestamp()`` given to
        :meth:`wait_for` would take what the clock was moved meanwhile for time that is still to pass.
        """
        self._register(condition)
        try:
            while not (satisfied := predicate()):
                left = None if moment is None else moment - self.timestamp()
                if left is not None and left <= 0:
                    break
                condition.wait(left)
            return satisfied
        finally:
            self._unregister(condition)

    def advance(self, seconds: float) -> None:
        """Move the clock forward; whoever waits for a moment now past wakes at once."""
        if seconds < 0:
            raise ValueError(f"a clock only moves forward, not by {seconds} seconds")
        with self._guard:
            self._offset_seconds += seconds
            self._advances.append((time.time(), seconds))
            waiting = list(self._waiting)
        for condition in waiting:
            with condition:
                condition.notify_all()

    def _register(self, condition: threading.Condition) -> None:
        with self._guard:
            self._waiting.append(condition)

    def _unregister(self, condition: threading.Condition) -> None:
        with self._guard:
            self._waiting.remove(condition)


_clock = Clock()

timestamp = _clock.timestamp
now = _clock.now
embedded = _clock.embedded
offset = _clock.offset
sleep = _clock.sleep
sleep_until = _clock.sleep_until
every = _clock.every
wait_for = _clock.wait_for
wait_until = _clock.wait_until
advance = _clock.advance
