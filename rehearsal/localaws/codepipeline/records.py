"""What is kept of pipelines and their executions: plain data, deep-copyable and serialisable, without behaviour of its
own.

Times are seconds since the epoch on the embedded AWS's clock. ``state`` alone changes these records.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from rehearsal.localaws.codepipeline.definition import Action, Declared, Definition, Gate, Result


class ExecutionStatus(StrEnum):
    """Where a pipeline execution is in its life."""

    IN_PROGRESS = "InProgress"
    STOPPING = "Stopping"
    STOPPED = "Stopped"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    SUPERSEDED = "Superseded"
    CANCELLED = "Cancelled"

    @property
    def is_live(self) -> bool:
        """Whether the execution can still change by itself."""
        return self in (ExecutionStatus.IN_PROGRESS, ExecutionStatus.STOPPING)


class StageStatus(StrEnum):
    """Where an execution's run of one stage is."""

    IN_PROGRESS = "InProgress"
    FAILED = "Failed"
    STOPPING = "Stopping"
    STOPPED = "Stopped"
    SUCCEEDED = "Succeeded"
    SKIPPED = "Skipped"
    CANCELLED = "Cancelled"


class RunStatus(StrEnum):
    """Where one run of an action or of a rule is."""

    IN_PROGRESS = "InProgress"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    ABANDONED = "Abandoned"


class ConditionStatus(StrEnum):
    """Where a condition, or all conditions of a gate, are."""

    IN_PROGRESS = "InProgress"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    ABANDONED = "Abandoned"
    OVERRIDDEN = "Overridden"


class JobStatus(StrEnum):
    """Where a job, one call of a function or custom worker, is."""

    QUEUED = "Queued"
    DISPATCHED = "Dispatched"
    IN_PROGRESS = "InProgress"
    TIMED_OUT = "TimedOut"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"

    @property
    def is_open(self) -> bool:
        """Whether a result may still come."""
        return self in (JobStatus.QUEUED, JobStatus.DISPATCHED, JobStatus.IN_PROGRESS)


@dataclass(frozen=True)
class ErrorDetails:
    """Why a run failed, as GetPipelineState and ListActionExecutions show it."""

    code: str
    message: str


@dataclass(frozen=True)
class Artifact:
    """An artifact's place in an artifact store; ``origin`` is the place in another region that it is to be copied
    from."""

    name: str
    bucket: str
    key: str
    revision: str | None = None
    origin: "Artifact | None" = None


@dataclass(frozen=True)
class Revision:
    """A source revision: what an execution is made of."""

    action: str
    artifact: str
    id: str
    summary: str | None
    created: float
    url: str | None = None
    change_id: str | None = None


@dataclass
class Job:
    """One call of a function, or one unit of work for a custom worker."""

    id: str
    nonce: str
    status: JobStatus
    deadline: float
    continuation_token: str | None


@dataclass
class Run:
    """One run of an action or rule."""

    id: str
    stage: str
    declared: Declared
    started_at: float
    updated_at: float
    deadline: float
    status: RunStatus = RunStatus.IN_PROGRESS
    configuration: dict[str, str] = field(default_factory=dict)
    inputs: list[Artifact] = field(default_factory=list)
    outputs: list[Artifact] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    summary: str | None = None
    external_id: str | None = None
    external_url: str | None = None
    log_stream_arn: str | None = None
    percent: int | None = None
    error: ErrorDetails | None = None
    approval_token: str | None = None
    spent_token: str | None = None
    updated_by: str | None = None
    jobs: list[Job] = field(default_factory=list)
    continuation_token: str | None = None
    resume_at: float | None = None

    @property
    def is_live(self) -> bool:
        return self.status is RunStatus.IN_PROGRESS


@dataclass
class ActionRun(Run):
    """One run of an action."""

    @property
    def action(self) -> Action:
        assert isinstance(self.declared, Action)
        return self.declared


@dataclass
class RuleRun(Run):
    """One run of a rule."""


@dataclass
class ConditionRun:
    """The runs of one condition's rules."""

    result: Result
    rules: list[RuleRun]
    updated_at: float
    status: ConditionStatus = ConditionStatus.IN_PROGRESS
    summary: str | None = None


@dataclass
class GateRun:
    """All conditions of a gate."""

    conditions: list[ConditionRun]
    status: ConditionStatus = ConditionStatus.IN_PROGRESS
    summary: str | None = None


class Phase(StrEnum):
    """What a run of a stage is busy with."""

    BEFORE_ENTRY = "before entry"
    ACTIONS = "actions"
    ON_SUCCESS = "on success"
    ON_FAILURE = "on failure"
    OVER = "over"


@dataclass
class StageRun:
    """An execution's run of one stage: ``actions`` holds every run of every attempt, ``current`` the ids that count
    now."""

    name: str
    started_at: float
    status: StageStatus = StageStatus.IN_PROGRESS
    phase: Phase = Phase.BEFORE_ENTRY
    actions: list[ActionRun] = field(default_factory=list)
    current: dict[str, str] = field(default_factory=dict)
    gates: dict[Gate, GateRun] = field(default_factory=dict)
    past_rules: list[RuleRun] = field(default_factory=list)
    manual_retries: int = 0
    automatic_retries: int = 0
    latest_retry: str | None = None

    def latest(self, action: str) -> ActionRun | None:
        """The run of ``action`` that counts, or the last one made when none does."""
        wanted = self.current.get(action)
        runs = [run for run in self.actions if run.declared.name == action and wanted in (None, run.id)]
        return runs[-1] if runs else None

    def current_runs(self) -> list[ActionRun]:
        """The action runs that count now."""
        ids = set(self.current.values())
        return [run for run in self.actions if run.id in ids]

    def rule_runs(self) -> Iterator[RuleRun]:
        """Every rule run, those of earlier attempts first."""
        yield from self.past_rules
        for gate in self.gates.values():
            for condition in gate.conditions:
                yield from condition.rules


@dataclass
class Execution:
    """One run of a pipeline: it keeps the version of the definition with which it started."""

    id: str
    definition: Definition
    trigger_type: str
    trigger_detail: str
    started_at: float
    updated_at: float
    variables: dict[str, str] = field(default_factory=dict)
    source_overrides: dict[str, Mapping[str, str]] = field(default_factory=dict)
    status: ExecutionStatus = ExecutionStatus.IN_PROGRESS
    status_summary: str | None = None
    position: int = 0
    waiting: bool = True
    waiting_since: float = 0.0
    stage_runs: dict[str, StageRun] = field(default_factory=dict)
    artifacts: dict[str, Artifact] = field(default_factory=dict)
    namespaces: dict[str, dict[str, str]] = field(default_factory=dict)
    revisions: list[Revision] = field(default_factory=list)
    stop_reason: str | None = None
    rollback_target: str | None = None

    @property
    def stage_name(self) -> str:
        return self.definition.stages[self.position].name

    @property
    def type(self) -> str:
        return "ROLLBACK" if self.rollback_target else "STANDARD"

    def runs(self) -> Iterator[Run]:
        """Every run of an action or rule."""
        for stage in self.stage_runs.values():
            yield from stage.actions
            yield from stage.rule_runs()


@dataclass(frozen=True)
class Transition:
    """Whether executions may enter a stage."""

    enabled: bool
    changed_by: str
    changed_at: float
    reason: str | None = None


@dataclass
class Pipeline:
    """A pipeline, its executions (oldest first) and what is set beside its definition."""

    arn: str
    region: str
    account_id: str
    definition: Definition
    created_at: float
    updated_at: float
    executions: dict[str, Execution] = field(default_factory=dict)
    transitions: dict[str, Transition] = field(default_factory=dict)
    revisions: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    polled: dict[str, str] = field(default_factory=dict)
    start_tokens: dict[str, str] = field(default_factory=dict)
    versions: dict[int, Definition] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.versions.setdefault(self.definition.version, self.definition)

    @property
    def name(self) -> str:
        return self.definition.name

    def live(self) -> list[Execution]:
        """Executions that are not over, oldest first."""
        return [execution for execution in self.executions.values() if execution.status.is_live]
