"""One turn of the state machine: the execution it changes, the moment, and what must be done afterwards. Pure."""

import secrets
import string
from dataclasses import dataclass, field

from rehearsal.localaws.sagemaker.pipelines.definition import Step
from rehearsal.localaws.sagemaker.pipelines.records import Execution, ExecutionStatus, StepRun, StepStatus

_LETTERS = string.ascii_lowercase + string.digits
_FULL_NAME = 63


@dataclass(frozen=True)
class Begin:
    """Instruction: make this try of the step."""

    run: StepRun


@dataclass(frozen=True)
class Halt:
    """Instruction: ask what the step has started to stop."""

    run: StepRun


@dataclass(frozen=True)
class TellExecution:
    """Instruction: tell the event bus that the execution's status has changed."""

    before: ExecutionStatus | None
    now: ExecutionStatus


@dataclass(frozen=True)
class TellStep:
    """Instruction: tell the event bus that a step's status has changed."""

    run: StepRun
    before: StepStatus | None
    now: StepStatus


Instruction = Begin | Halt | TellExecution | TellStep


@dataclass
class Turn:
    """What the functions of ``execution`` work on."""

    execution: Execution
    now: float
    instructions: list[Instruction] = field(default_factory=list)

    def set_execution(self, status: ExecutionStatus) -> None:
        """The execution has another status."""
        before, self.execution.status = self.execution.status, status
        self.execution.updated_at = self.now
        if not status.is_live:
            self.execution.ended_at = self.now
        self.instructions.append(TellExecution(before, status))

    def set_step(self, run: StepRun, status: StepStatus) -> None:
        """A step has another status."""
        before, run.status = run.status, status
        self.execution.updated_at = self.now
        if not status.is_live:
            run.ended_at, run.resume_at = self.now, None
        self.instructions.append(TellStep(run, before, status))


def new_run(execution_id: str, step: Step, now: float) -> StepRun:
    """A step that begins now."""
    token = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(10))
    return StepRun(step, now, new_name(execution_id, step), token)


def new_name(execution_id: str, step: Step) -> str:
    """``pipelines-<execution>-<step>-<random>`` as the service names jobs; a name in the arguments is a prefix instead.

    Where names are shorter, ``<execution>-<step>-<random>``.
    """
    tail = "".join(secrets.choice(_LETTERS) for _ in range(10))
    prefix = step.arguments.get(step.kind.name_member) if step.kind.name_member else None
    if isinstance(prefix, str) and step.kind.makes_names:
        return f"{prefix[: step.kind.longest_name - 11].rstrip('-')}-{tail}"
    spoken = step.name.replace("_", "-")
    if step.kind.longest_name < _FULL_NAME:
        return f"{execution_id}-{spoken[: step.kind.longest_name - len(execution_id) - 12].rstrip('-')}-{tail}"
    return f"pipelines-{execution_id}-{spoken[:20].rstrip('-')}-{tail}"
