"""Waiting in tests for what happens in the background: the only place where a test looks again and again."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")

PAUSE_SECONDS = 0.02


def wait_until(
    condition: Callable[[], Found | None],
    what: str | Callable[[], object] = "what the test waits for",
    *,
    seconds: float = 120,
) -> Found:
    """The first true value of ``condition``.

    An assertion error that says ``what`` (or what it returns: a log, the last state) when there is none in time.
    """
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() >= deadline:
            raise AssertionError(f"not within {seconds:g} s: {what if isinstance(what, str) else what()}")
        time.sleep(PAUSE_SECONDS)
    return value
