"""A pipeline execution as values: stages, actions, their state, result and output. Reads CodePipeline, changes
nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import NotThere


class Status(StrEnum):
    """The states of executions, stages and actions, in CodePipeline's own words, and ``NotStarted``."""

    NOT_STARTED = "NotStarted"
    IN_PROGRESS = "InProgress"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    ABANDONED = "Abandoned"
    STOPPING = "Stopping"
    STOPPED = "Stopped"
    SUPERSEDED = "Superseded"
    CANCELLED = "Cancelled"
    SKIPPED = "Skipped"

    @property
    def has_ended(self) -> bool:
        """Nothing more will happen."""
        return self not in (Status.NOT_STARTED, Status.IN_PROGRESS, Status.STOPPING)


@dataclass(frozen=True)
class ErrorDetails:
    """Why an action failed: CodePipeline's code (``JobFailed``) and message."""

    code: str
    message: str


@dataclass(frozen=True)
class ActionRun:
    """The newest attempt of one action in one execution."""

    stage: str
    name: str
    provider: str = ""
    run_order: int = 1
    namespace: str = ""
    configuration: dict[str, str] = field(default_factory=dict)
    status: Status = Status.NOT_STARTED
    started_at: datetime | None = None
    updated_at: datetime | None = None
    summary: str = ""
    percent_complete: int | None = None
    token: str = ""
    """What a manual approval is answered with."""
    external_id: str = ""
    error: ErrorDetails | None = None
    variables: dict[str, str] = field(default_factory=dict)
    attempts: int = 0
    updated_by: str = ""
    """ARN of who changed it last: of an approval, who answered."""

    @property
    def path(self) -> str:
        """``Stage/Action``, as the commands take it."""
        return f"{self.stage}/{self.name}"

    @property
    def seconds(self) -> float | None:
        """How long it ran; None while it has not ended."""
        if self.started_at is None or self.updated_at is None or not self.status.has_ended:
            return None
        return (self.updated_at - self.started_at).total_seconds()


@dataclass(frozen=True)
class StageRun:
    """A stage and its actions by run order."""

    name: str
    actions: tuple[ActionRun, ...]

    @property
    def status(self) -> Status:
        """The state that follows from the actions'."""
        states = [action.status for action in self.actions]
        for decisive in (Status.FAILED, Status.ABANDONED, Status.IN_PROGRESS):
            if decisive in states:
                return decisive
        if all(state is Status.NOT_STARTED for state in states):
            return Status.NOT_STARTED
        if all(state is Status.SUCCEEDED for state in states):
            return Status.SUCCEEDED
        return Status.IN_PROGRESS


@dataclass(frozen=True)
class Execution:
    """One run of a pipeline."""

    pipeline: str
    execution_id: str
    status: Status
    status_summary: str
    stages: tuple[StageRun, ...]

    @property
    def actions(self) -> tuple[ActionRun, ...]:
        return tuple(action for stage in self.stages for action in stage.actions)

    @property
    def failed_actions(self) -> tuple[ActionRun, ...]:
        return tuple(action for action in self.actions if action.status in (Status.FAILED, Status.ABANDONED))


@dataclass(frozen=True)
class Summary:
    """A line of the pipeline's history."""

    execution_id: str
    status: Status
    started_at: datetime
    updated_at: datetime
    trigger: str
    revisions: tuple[str, ...]
    full_revisions: tuple[tuple[str, str], ...] = ()
    """Source actions, each with the whole id of its revision."""


def definition(aws: Aws, pipeline: str) -> dict[str, Any]:
    """The pipeline's declaration.

    Raises:
        NotThere: there is no such pipeline in this account and region.
    """
    client = aws.client("codepipeline")
    try:
        return client.get_pipeline(name=pipeline)["pipeline"]
    except client.exceptions.PipelineNotFoundException as error:
        raise NotThere(
            f"there is no pipeline {pipeline} in region {aws.region}",
            where="CodePipeline",
            next_step="rehearse ls shows what is there; rehearse launch creates the workshop's; check --region",
        ) from error


def history(aws: Aws, pipeline: str, limit: int = 50) -> list[Summary]:
    """The pipeline's executions, newest first."""
    pages = aws.client("codepipeline").get_paginator("list_pipeline_executions")
    found = pages.paginate(pipelineName=pipeline, PaginationConfig={"MaxItems": limit})
    return [_summary(item) for page in found for item in page["pipelineExecutionSummaries"]]


def newest(aws: Aws, pipeline: str) -> str:
    """The id of the execution that began last.

    Raises:
        NotThere: the pipeline has never run.
    """
    runs = history(aws, pipeline, limit=1)
    if not runs:
        raise NotThere(
            f"the pipeline {pipeline} has not run yet", where="CodePipeline", next_step="rehearse release starts it"
        )
    return runs[0].execution_id


def read(aws: Aws, declared: dict[str, Any], execution_id: str) -> Execution:
    """The execution as it stands now."""
    client = aws.client("codepipeline")
    name = declared["name"]
    overall = client.get_pipeline_execution(pipelineName=name, pipelineExecutionId=execution_id)["pipelineExecution"]
    pages = client.get_paginator("list_action_executions").paginate(
        pipelineName=name, filter={"pipelineExecutionId": execution_id}
    )
    attempts = [detail for page in pages for detail in page["actionExecutionDetails"]]
    running = Status(overall["status"]) is Status.IN_PROGRESS
    live = _live_states(client.get_pipeline_state(name=name)) if running else {}
    return assemble(declared, overall, attempts, live)


def assemble(
    declared: dict[str, Any],
    overall: dict[str, Any],
    attempts: Sequence[dict[str, Any]],
    live: dict[tuple[str, str, str], dict[str, Any]],
) -> Execution:
    """CodePipeline's four answers as one value. Pure. ``live`` is by stage, action and action execution id."""
    newest_attempts: dict[tuple[str, str], dict[str, Any]] = {}
    counts: dict[tuple[str, str], int] = {}
    for attempt in sorted(attempts, key=lambda detail: detail["startTime"]):
        key = attempt["stageName"], attempt["actionName"]
        newest_attempts[key] = attempt
        counts[key] = counts.get(key, 0) + 1
    stages = []
    for stage in declared["stages"]:
        runs = [
            _action_run(stage["name"], action, newest_attempts.get((stage["name"], action["name"])), live, counts)
            for action in stage["actions"]
        ]
        stages.append(StageRun(stage["name"], tuple(sorted(runs, key=lambda run: run.run_order))))
    return Execution(
        pipeline=declared["name"],
        execution_id=overall["pipelineExecutionId"],
        status=Status(overall["status"]),
        status_summary=overall.get("statusSummary", ""),
        stages=tuple(stages),
    )


def _action_run(
    stage: str,
    declared: dict[str, Any],
    attempt: dict[str, Any] | None,
    live: dict[tuple[str, str, str], dict[str, Any]],
    counts: dict[tuple[str, str], int],
) -> ActionRun:
    run = ActionRun(
        stage=stage,
        name=declared["name"],
        provider=declared["actionTypeId"]["provider"],
        run_order=declared.get("runOrder", 1),
        namespace=declared.get("namespace", ""),
        configuration=declared.get("configuration", {}),
    )
    if attempt is None:
        return run
    output = attempt.get("output", {})
    result = output.get("executionResult", {})
    now = live.get((stage, run.name, attempt["actionExecutionId"]), {})
    error = result.get("errorDetails") or now.get("errorDetails")
    return ActionRun(
        stage=stage,
        name=run.name,
        provider=run.provider,
        run_order=run.run_order,
        namespace=run.namespace,
        configuration=attempt.get("input", {}).get("resolvedConfiguration") or run.configuration,
        status=Status(attempt["status"]),
        started_at=attempt["startTime"],
        updated_at=attempt.get("lastUpdateTime"),
        summary=result.get("externalExecutionSummary") or now.get("summary", ""),
        percent_complete=now.get("percentComplete"),
        token=now.get("token", ""),
        external_id=result.get("externalExecutionId") or now.get("externalExecutionId", ""),
        error=ErrorDetails(error.get("code", ""), error.get("message", "")) if error else None,
        variables=output.get("outputVariables", {}),
        attempts=counts[stage, run.name],
        updated_by=attempt.get("updatedBy", ""),
    )


def _live_states(state: dict[str, Any]) -> dict[tuple[str, str, str], dict[str, Any]]:
    """What only GetPipelineState knows: percentages, summaries of running actions, approval tokens."""
    return {
        (stage["stageName"], action["actionName"], latest.get("actionExecutionId", "")): latest
        for stage in state.get("stageStates", [])
        for action in stage.get("actionStates", [])
        if (latest := action.get("latestExecution"))
    }


def _summary(item: dict[str, Any]) -> Summary:
    revisions = [
        f"{revision.get('actionName', '')} {revision.get('revisionId', '')[:8]}".strip()
        for revision in item.get("sourceRevisions", [])
    ]
    return Summary(
        execution_id=item["pipelineExecutionId"],
        status=Status(item["status"]),
        started_at=item["startTime"],
        updated_at=item.get("lastUpdateTime", item["startTime"]),
        trigger=item.get("trigger", {}).get("triggerType", ""),
        revisions=tuple(revisions),
        full_revisions=tuple(
            (each.get("actionName", ""), each["revisionId"])
            for each in item.get("sourceRevisions", [])
            if each.get("revisionId")
        ),
    )


def changes(before: Execution | None, after: Execution) -> Iterator[ActionRun]:
    """The actions that differ between two looks at an execution, in the pipeline's order. Pure."""
    known = {action.path: action for action in before.actions} if before else {}
    for action in after.actions:
        earlier = known.get(action.path)
        if action.status is Status.NOT_STARTED and earlier is None:
            continue
        if earlier is None or _visible(earlier) != _visible(action):
            yield action


def _visible(action: ActionRun) -> tuple[Any, ...]:
    if action.status.has_ended:
        return action.status, action.attempts
    return action.status, action.summary, action.percent_complete, action.token, action.attempts
