"""What is kept of pipelines, their versions and executions: plain data without behaviour of its own.

Times are seconds since the epoch on the embedded clock. ``execution`` alone changes executions and their steps.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from rehearsal.localaws.sagemaker.pipelines.definition import Definition, Step


class ExecutionStatus(StrEnum):
    """PipelineExecutionStatus."""

    EXECUTING = "Executing"
    STOPPING = "Stopping"
    STOPPED = "Stopped"
    FAILED = "Failed"
    SUCCEEDED = "Succeeded"

    @property
    def is_live(self) -> bool:
        """Whether the execution can still change by itself."""
        return self in (ExecutionStatus.EXECUTING, ExecutionStatus.STOPPING)


class StepStatus(StrEnum):
    """StepStatus."""

    STARTING = "Starting"
    EXECUTING = "Executing"
    STOPPING = "Stopping"
    STOPPED = "Stopped"
    FAILED = "Failed"
    SUCCEEDED = "Succeeded"

    @property
    def is_live(self) -> bool:
        """Whether the step is not over."""
        return self in (StepStatus.STARTING, StepStatus.EXECUTING, StepStatus.STOPPING)


@dataclass(frozen=True)
class Caller:
    """Who did something: the ARN and the id of a user or role session."""

    arn: str
    principal_id: str


@dataclass(frozen=True)
class Miss:
    """Why a step with caching was not reused: ``execution`` is the earlier run that came nearest, ``keys`` what
    differed."""

    reason: str
    execution: str | None = None
    keys: tuple[str, ...] = ()


@dataclass
class StepRun:
    """One step in one execution; a retried execution gives a failed step a new one."""

    step: Step
    started_at: float
    name: str
    """The name of the job or resource of this try."""
    token: str
    """A Callback step's token."""
    status: StepStatus = StepStatus.STARTING
    ended_at: float | None = None
    attempts: int = 1
    resume_at: float | None = None
    """When the next try begins, after one that failed."""
    failure_reason: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    properties: dict[str, Any] = field(default_factory=dict)
    arguments: dict[str, Any] = field(default_factory=dict)
    """As resolved for the call, and ``target`` likewise: a Lambda step's function, a Callback step's queue."""
    target: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    """Of a check step, as resolved."""
    cache_source: str | None = None
    selection_source: str | None = None
    miss: Miss | None = None

    @property
    def outcome(self) -> bool | None:
        """What a Condition step has decided."""
        found = self.properties.get("Outcome")
        return None if found is None else found == "true"


@dataclass
class Execution:
    """One run of a pipeline: it keeps the version of the definition with which it started."""

    arn: str
    pipeline_arn: str
    pipeline_name: str
    region: str
    version: int
    definition: Definition
    waits: Mapping[str, frozenset[str]]
    """The graph's edges, for the steps that this execution may run."""
    parameters: dict[str, Any]
    role_arn: str
    display_name: str
    created_by: Caller
    started_at: float
    updated_at: float
    modified_by: Caller
    description: str | None = None
    most_parallel: int | None = None
    experiment: dict[str, str] | None = None
    selection: dict[str, Any] | None = None
    tags: tuple[Mapping[str, str], ...] = ()
    status: ExecutionStatus = ExecutionStatus.EXECUTING
    failure_reason: str | None = None
    ended_at: float | None = None
    runs: dict[str, StepRun] = field(default_factory=dict)
    """By step, in the order in which they began."""

    @property
    def id(self) -> str:
        return self.arn.rpartition("/")[2]

    def live_runs(self) -> list[StepRun]:
        """The steps that are under way, those that wait for another try too."""
        return [run for run in self.runs.values() if run.status.is_live]


@dataclass
class Version:
    """One version of a pipeline."""

    number: int
    definition: Definition
    created_at: float
    display_name: str | None = None
    description: str | None = None
    aliases: list[str] = field(default_factory=list)
    last_execution: str | None = None


@dataclass
class Pipeline:
    """A pipeline with its versions (oldest first) and executions (oldest first)."""

    name: str
    arn: str
    role_arn: str
    display_name: str
    created_at: float
    updated_at: float
    created_by: Caller
    modified_by: Caller
    description: str | None = None
    most_parallel: int | None = None
    versions: dict[int, Version] = field(default_factory=dict)
    executions: dict[str, Execution] = field(default_factory=dict)
    last_run_at: float | None = None

    @property
    def latest(self) -> Version:
        return self.versions[max(self.versions)]


@dataclass
class Store:
    """The pipelines of one account and region, and the answers to requests with a token."""

    pipelines: dict[str, Pipeline] = field(default_factory=dict)
    answers: dict[tuple[str, str], tuple[str, dict[str, Any]]] = field(default_factory=dict)
    """By operation and ClientRequestToken: what was asked (as text) and what was answered."""

    def of_token(self, token: str) -> tuple[Execution, StepRun] | None:
        """The step that has told this callback token, and its execution."""
        for pipeline in self.pipelines.values():
            for execution in list(pipeline.executions.values()):
                for run in list(execution.runs.values()):
                    if run.token == token and run.step.kind.type == "Callback" and run.target is not None:
                        return execution, run
        return None
