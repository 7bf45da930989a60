"""Waiting for what another service does: by asking again, as CodePipeline itself does, until it is over or nobody waits
any more."""

from collections.abc import Callable
from typing import TypeVar

from rehearsal.localaws.codepipeline.actions.context import ActionFailed, Context

T = TypeVar("T")

_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.02, 1.0


def until(context: Context, look: Callable[[], T | None]) -> T:
    """The first answer of ``look`` that is not None. The pauses are the machine's: what is waited for takes real time.

    Raises:
        ActionFailed: when the run was abandoned or timed out meanwhile; nobody hears of it.
    """
    pause = _FIRST_PAUSE_SECONDS
    while (found := look()) is None:
        if context.withdrawn.wait(pause):
            raise ActionFailed("Abandoned", "Nobody waits for this action any more.")
        pause = min(_LONGEST_PAUSE_SECONDS, pause * 1.5)
    return found
