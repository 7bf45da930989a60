"""What takes longer than a page: done beside it, in a thread of its own, and told as it goes on."""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rehearsal.toolkit.aws.errors import RehearsalError
from rehearsal.toolkit.aws.translation import FAILURES, explain
from rehearsal.toolkit.executions.events import (
    ActionChanged,
    Event,
    ExecutionFound,
    Note,
    ResourceChanged,
    StepFinished,
    StepStarted,
    Tell,
)

_KEPT = 50


@dataclass(frozen=True)
class Line:
    """One thing that was told: when, about what, how it stands, and a word on it."""

    at: datetime
    subject: str
    status: str
    detail: str = ""


@dataclass
class Work:
    """One that runs or has ended; ``then`` is where to go when it is done."""

    work_id: str
    sentence: str
    then: str
    lines: list[Line] = field(default_factory=list)
    error: RehearsalError | None = None
    has_ended: bool = False

    @property
    def status(self) -> str:
        if not self.has_ended:
            return "InProgress"
        return "Failed" if self.error else "Succeeded"


def line_of(event: Event, now: datetime) -> Line | None:
    """An event as a line; None for what is no news. Pure."""
    match event:
        case StepStarted(step, subject):
            return Line(now, f"{step} {subject}".strip(), "InProgress")
        case StepFinished(step, subject, result, detail, seconds):
            return Line(now, f"{step} {subject}".strip(), "Succeeded", f"{result}  {detail}  {seconds:.1f} s")
        case ResourceChanged(_, logical_id, resource_type, status, reason):
            return Line(now, logical_id, status, reason or resource_type)
        case ExecutionFound(pipeline, execution_id):
            return Line(now, f"execution {execution_id[:8]}", "InProgress", pipeline)
        case ActionChanged(action):
            return Line(now, action.path, str(action.status), action.summary)
        case Note(text):
            return Line(now, text, "")
    return None


class Works:
    """Those of this start of the console, the last fifty."""

    def __init__(self) -> None:
        self._works: dict[str, Work] = {}

    def find(self, work_id: str) -> Work | None:
        """The work with this id."""
        return self._works.get(work_id)

    def running(self) -> list[Work]:
        """Those that have not ended."""
        return [work for work in list(self._works.values()) if not work.has_ended]

    def start(self, sentence: str, then: str, do: Callable[[Tell], str | None]) -> Work:
        """Begin it; returns at once."""
        work = Work(secrets.token_hex(6), sentence, then)
        while len(self._works) >= _KEPT:
            del self._works[next(iter(self._works))]
        self._works[work.work_id] = work
        threading.Thread(target=_do, args=(work, do), daemon=True).start()
        return work


def _do(work: Work, do: Callable[[Tell], str | None]) -> None:
    def tell(event: Event) -> None:
        line = line_of(event, datetime.now(UTC))
        if line is not None:
            work.lines.append(line)

    try:
        work.then = do(tell) or work.then
    except FAILURES as error:
        work.error = explain(error)
    except Exception as error:  # noqa: BLE001 - the edge of a thread: the page shows what happened
        work.error = RehearsalError(f"this is a fault of the console: {type(error).__name__}: {error}")
    finally:
        work.has_ended = True
