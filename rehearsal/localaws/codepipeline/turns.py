"""One turn of the state machine: the pipeline it changes, the moment it happens at, and what must be done afterwards.
Pure."""

import uuid
from dataclasses import dataclass, field

from rehearsal.localaws.codepipeline.records import Execution, Pipeline, Run, StageRun


@dataclass(frozen=True)
class Work:
    """Instruction: let the provider of this run begin, or go on with its continuation token."""

    execution_id: str
    run_id: str


@dataclass(frozen=True)
class Withdraw:
    """Instruction: this run was abandoned; its provider may stop what it does."""

    execution_id: str
    run_id: str


@dataclass(frozen=True)
class Announce:
    """Instruction: tell the event bus that an execution, a stage of it or an action run of it is now in ``state``."""

    execution_id: str
    state: str
    stage: str | None = None
    run_id: str | None = None


Instruction = Work | Withdraw | Announce


@dataclass
class Turn:
    """What the functions of ``entry``, ``stage`` and ``state`` work on."""

    pipeline: Pipeline
    now: float
    instructions: list[Instruction] = field(default_factory=list)

    def announce_execution(self, execution: Execution, state: str) -> None:
        """The execution has changed its state."""
        execution.updated_at = self.now
        self.instructions.append(Announce(execution.id, state))

    def announce_stage(self, execution: Execution, stage_run: StageRun, state: str) -> None:
        """The run of a stage has changed its state."""
        execution.updated_at = self.now
        self.instructions.append(Announce(execution.id, state, stage_run.name))

    def announce_run(self, execution: Execution, run: Run, state: str) -> None:
        """The run of an action has changed its state."""
        execution.updated_at = run.updated_at = self.now
        self.instructions.append(Announce(execution.id, state, run.stage, run.id))


def new_id() -> str:
    """An id as CodePipeline makes them."""
    return str(uuid.uuid4())
