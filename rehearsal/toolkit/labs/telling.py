"""A step of a lab, told when it begins and when it is over; and waiting for what happens by itself."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from rehearsal.toolkit.aws.errors import RehearsalError
from rehearsal.toolkit.aws.pace import Pace
from rehearsal.toolkit.executions.events import StepFinished, StepStarted, Tell

_Found = TypeVar("_Found")


@dataclass
class Step:
    """What is told of a step at its end."""

    result: str = "done"
    detail: str = ""


@contextmanager
def step(tell: Tell, kind: str, name: str) -> Iterator[Step]:
    """Tell of a step; the block fills in how it went. A step that fails is told by its error."""
    began, made = time.monotonic(), Step()
    tell(StepStarted(kind, name))
    yield made
    tell(StepFinished(kind, name, made.result, made.detail, time.monotonic() - began))


def until(find: Callable[[], _Found], seconds: float, what: str, where: str, next_step: str) -> _Found:
    """What ``find`` gives as soon as it gives anything.

    Raises:
        RehearsalError: after so many seconds there is nothing yet: ``what`` says what was waited for.
    """
    pace = Pace()
    give_up_at = pace.now() + seconds
    while not (found := find()):
        if pace.now() > give_up_at:
            raise RehearsalError(f"{what} within {seconds:.0f} s", where=where, next_step=next_step)
        pace.wait()
    return found
