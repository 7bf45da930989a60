"""What the toolkit tells while it works: values that any face (terminal, log, console) can show."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from rehearsal.toolkit.executions.executions import ActionRun


@dataclass(frozen=True)
class StepStarted:
    """A step of the story began (``stack``, ``mlops-prep-sde``)."""

    step: str
    subject: str = ""


@dataclass(frozen=True)
class StepFinished:
    """The step ended well: its result (``CREATE_COMPLETE``), a word on it, the seconds it took."""

    step: str
    subject: str
    result: str
    detail: str
    seconds: float


@dataclass(frozen=True)
class ResourceChanged:
    """One event of a stack."""

    stack: str
    logical_id: str
    resource_type: str
    status: str
    reason: str


@dataclass(frozen=True)
class ExecutionFound:
    """The execution that is watched from now on."""

    pipeline: str
    execution_id: str


@dataclass(frozen=True)
class ActionChanged:
    """An action of the watched execution began, moved on or ended."""

    action: ActionRun


@dataclass(frozen=True)
class StillRunning:
    """Nothing changed about an action for so many seconds since it began."""

    action: ActionRun
    seconds: float


@dataclass(frozen=True)
class FunctionFailed:
    """An action's function has ended without telling CodePipeline a result: ``reason`` is how, ``advice`` what can be
    done."""

    action: ActionRun
    function: str
    reason: str
    waits_until: datetime
    advice: tuple[str, ...]


@dataclass(frozen=True)
class Note:
    """Something worth a line, neither step nor failure."""

    text: str


Event = (
    StepStarted | StepFinished | ResourceChanged | ExecutionFound | ActionChanged | StillRunning | FunctionFailed | Note
)
Tell = Callable[[Event], None]


def silence(_event: Event) -> None:
    """For callers who want no progress."""
