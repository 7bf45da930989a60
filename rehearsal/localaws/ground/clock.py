"""Time for the embedded AWS: every wait of a service goes through here, so that a week can pass in a moment.

The clock is the machine's, plus an offset that :func:`advance` moves forward. A service that waits, or shows when
something happened, asks this clock. Child processes (functions, jobs, builds) keep the machine's time, and so do their
log lines.

When the machine's own clock jumps (it was set, or the machine slept), :func:`watch` sees it within a second: forward,
and who waits for a moment now past wakes; back, and this clock goes on from where it was, since time on AWS does not go
back.
"""

import math
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

FURTHEST_SECONDS = 10 * 365.25 * 86400
"""So far ahead of the machine's clock this one may be: ten years, far from the last date that computers know."""
_JUMP_SECONDS = 1.0
"""The machine's clock has jumped when it differs by so much from what has passed."""
_LONGEST_WAIT_SECONDS = 86400.0
"""Who waits longer looks again in between: the system knows no waits of centuries."""


class Clock:
    """The machine's clock with an offset; waiting threads wake when it is advanced.

    ``machine`` gives seconds since the epoch, ``steady`` seconds that pass evenly, whatever is done to the machine's
    clock.
    """

    def __init__(self, machine: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic) -> None:
        self._machine, self._steady = machine, steady
        self._drift = machine() - steady()
        self._offset_seconds = 0.0
        self._guard = threading.Lock()
        self._waiting: list[threading.Condition] = []
        self._advances: list[tuple[float, float]] = []

    def timestamp(self) -> float:
        """Seconds since the epoch, UTC."""
        return self._machine() + self._offset_seconds

    def now(self) -> datetime:
        """The current moment, aware, UTC."""
        return datetime.fromtimestamp(self.timestamp(), UTC)

    def embedded(self, machine_timestamp: float) -> float:
        """What this clock showed when the machine's showed ``machine_timestamp``: for moments that a client wrote
        down."""
        with self._guard:
            return machine_timestamp + sum(seconds for moment, seconds in self._advances if moment <= machine_timestamp)

    def offset(self) -> float:
        """How many seconds this clock is ahead of the machine's."""
        return self._offset_seconds

    def sleep(self, seconds: float) -> None:
        """Return when ``seconds`` have passed on this clock, from now: nobody knew before that this wait would
        begin."""
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
        """Wait on ``condition`` (held by the caller) until ``predicate()`` or the timeout; return the predicate's last
        value."""
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
                condition.wait(None if left is None else min(left, _LONGEST_WAIT_SECONDS))
            return satisfied
        finally:
            self._unregister(condition)

    def advance(self, seconds: float) -> None:
        """Move the clock forward; whoever waits for a moment now past wakes at once.

        Raises:
            ValueError: backward, by what is no number, or more than ten years ahead of the machine's clock in all.
        """
        if not seconds >= 0 or math.isinf(seconds):  # which NaN is not
            raise ValueError(f"a clock only moves forward, not by {seconds} seconds")
        with self._guard:
            if self._offset_seconds + seconds > FURTHEST_SECONDS:
                left = max(0.0, FURTHEST_SECONDS - self._offset_seconds)
                raise ValueError(
                    f"the clock of the embedded AWS may be ten years ahead of the machine's at most: {left:.0f} "
                    f"seconds ({left / 86400:.0f} days) more, not {seconds:.0f}"
                )
            self._move(seconds)
        self._wake()

    def watch(self) -> None:
        """Look each second whether the machine's clock has jumped, without end."""
        while True:
            time.sleep(_JUMP_SECONDS)
            self.notice_jump()

    def notice_jump(self) -> None:
        """Wake who waits if the machine's clock has jumped since the last look; if back, go on from where this one
        was."""
        drift = self._machine() - self._steady()
        jumped, self._drift = drift - self._drift, drift
        if abs(jumped) < _JUMP_SECONDS:
            return
        if jumped < 0:
            with self._guard:
                self._move(-jumped)
        self._wake()

    def _move(self, seconds: float) -> None:
        self._offset_seconds += seconds
        self._advances.append((self._machine(), seconds))

    def _wake(self) -> None:
        with self._guard:
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
watch = _clock.watch
