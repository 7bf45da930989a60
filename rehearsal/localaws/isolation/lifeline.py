"""End this process and all that it started when the server has ended, however it did. Standard library alone: runs in
child processes."""

import os
import select
import signal
import threading
from collections.abc import Callable
from contextlib import suppress

VARIABLE = "_REHEARSAL_LIFELINE"
_EXIT_CODE = 137  # as of a process that was killed
_ROUNDS = 1_000  # what ends leaves orphans, which are seen in the next one


def end_with_server(lifeline: int, descendants: Callable[[], list[int]]) -> None:
    """``lifeline`` is the reading end of a pipe whose writing end the server alone holds: it closes when the server
    ends.

    This process has adopted its orphans, so that among its descendants is, too, what runs in a session of its own.
    """

    def watch() -> None:
        while os.read(lifeline, 1):
            pass
        end(descendants)
        os._exit(_EXIT_CODE)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()


def has_ended(lifeline: int) -> bool:
    """Whether the server has: a program may notice it before the thread does, and end by itself."""
    return bool(select.select([lifeline], [], [], 0)[0])


def end(descendants: Callable[[], list[int]]) -> None:
    """Kill all that this process has started."""
    for _ in range(_ROUNDS):
        if not (found := descendants()):
            return
        for process_id in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(process_id, signal.SIGKILL)
