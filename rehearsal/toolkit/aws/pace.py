"""How long to wait between two looks at something that changes by itself: a tenth of the time since it last changed.

So what answers in milliseconds is followed closely and what takes half an hour is asked every five seconds,
whichever AWS it is.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

SHORTEST_SECONDS = 0.1
LONGEST_SECONDS = 5.0


@dataclass
class Pace:
    """The rhythm of one watch; tell it when something changed."""

    shortest_seconds: float = SHORTEST_SECONDS
    longest_seconds: float = LONGEST_SECONDS
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _changed_at: float = field(init=False)

    def __post_init__(self) -> None:
        self._changed_at = self.now()

    def changed(self) -> None:
        """Something moved: look closely again."""
        self._changed_at = self.now()

    def next_pause(self) -> float:
        """Seconds to the next look."""
        return min(max((self.now() - self._changed_at) / 10, self.shortest_seconds), self.longest_seconds)

    def wait(self) -> None:
        """Sleep until the next look."""
        self.sleep(self.next_pause())
