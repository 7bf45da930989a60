"""What came out of an execution: the values that ``--json`` prints and the terminal shows. Pure but for two look-ups of
times."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.executions.executions import ActionRun, Execution, StageRun, Status

Interval = tuple[float, float]
"""Begin and end, seconds since the epoch."""

_REPORT_LINE = re.compile(r"^REPORT RequestId: .*?\bDuration: (?P<milliseconds>[\d.]+) ms")


@dataclass(frozen=True)
class Evaluation:
    """What a test of the model found: rows scored, and metrics by their own lower-case names."""

    action: str
    rows: int
    metrics: dict[str, float]


@dataclass(frozen=True)
class Endpoint:
    """An endpoint that the execution deployed to."""

    environment: str
    name: str
    stage: str


@dataclass(frozen=True)
class RunReport:
    """A whole run; ``phases`` are seconds by name, in order."""

    execution: Execution
    evaluations: tuple[Evaluation, ...]
    endpoints: tuple[Endpoint, ...]
    phases: dict[str, float] = field(default_factory=dict)
    elapsed_seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """The object that ``--json`` prints."""
        return {
            "pipelineExecutionId": self.execution.execution_id,
            "status": str(self.execution.status),
            "stages": [_stage_json(stage) for stage in self.execution.stages],
            "evaluations": {
                evaluation.action: {"rows": evaluation.rows, "metrics": evaluation.metrics}
                for evaluation in self.evaluations
            },
            "endpoints": {endpoint.environment: endpoint.name for endpoint in self.endpoints},
            "elapsedSeconds": round(self.elapsed_seconds, 3),
            "phases": {name: round(seconds, 3) for name, seconds in self.phases.items()},
        }


def of(execution: Execution) -> RunReport:
    """The execution with what its actions put into their output variables."""
    return RunReport(execution, tuple(evaluations_of(execution)), tuple(endpoints_of(execution)))


def _stage_json(stage: StageRun) -> dict[str, Any]:
    return {
        "name": stage.name,
        "status": str(stage.status),
        "actions": [action_json(action) for action in stage.actions],
    }


def action_json(action: ActionRun) -> dict[str, Any]:
    """One action as ``--json`` prints it."""
    error = {"code": action.error.code, "message": action.error.message} if action.error else None
    return {
        "name": action.name,
        "status": str(action.status),
        "startTime": action.started_at.isoformat() if action.started_at else None,
        "seconds": round(action.seconds, 3) if action.seconds is not None else None,
        "summary": action.summary,
        "errorDetails": error,
    }


def evaluations_of(execution: Execution) -> Iterable[Evaluation]:
    """The actions that scored rows: they put out ``Rows`` and lower-case metrics."""
    for action in execution.actions:
        if action.variables.get("Rows", "").isdecimal():
            yield Evaluation(action.name, int(action.variables["Rows"]), metrics_of(action))


def metrics_of(action: ActionRun) -> dict[str, float]:
    """An action's metrics: its output variables in lower case that are numbers."""
    return {
        name: number
        for name, value in action.variables.items()
        if name[:1].islower() and (number := _number(value)) is not None
    }


def _number(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def endpoints_of(execution: Execution) -> Iterable[Endpoint]:
    """Each endpoint once, by the stage that deployed it."""
    seen: set[str] = set()
    for action in execution.actions:
        name = action.variables.get("EndpointName", "")
        if name and name not in seen:
            seen.add(name)
            yield Endpoint(name.rsplit("-", 1)[-1], name, action.stage)


def seconds_covered(intervals: Iterable[Interval]) -> float:
    """The length of the union: what overlaps counts once."""
    total, reached = 0.0, float("-inf")
    for begin, end in sorted(intervals):
        total += max(0.0, end - max(begin, reached))
        reached = max(reached, end)
    return total


def work_intervals(aws: Aws, execution: Execution, functions: Iterable[str]) -> list[Interval]:
    """When functions ran (by their REPORT lines) and training jobs trained, from the execution's beginning on."""
    started = [action.started_at for action in execution.actions if action.started_at]
    if not started:
        return []
    since_ms = int(min(started).timestamp() * 1000)
    invocations = [each for function in functions for each in _invocations(aws, function, since_ms)]
    return invocations + [each for action in execution.actions for each in _training(aws, action)]


def _invocations(aws: Aws, function: str, since_ms: int) -> Iterable[Interval]:
    logs = aws.client("logs")
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=f"/aws/lambda/{function}", startTime=since_ms, filterPattern='"REPORT RequestId"'
    )
    try:
        for page in pages:
            for event in page["events"]:
                line = _REPORT_LINE.match(event["message"])
                if line:
                    end = event["timestamp"] / 1000
                    yield end - float(line["milliseconds"]) / 1000, end
    except logs.exceptions.ResourceNotFoundException:
        return  # it was never called


def _training(aws: Aws, action: ActionRun) -> Iterable[Interval]:
    name = action.variables.get("TrainingJobName")
    if not name or action.status is not Status.SUCCEEDED:
        return
    job = aws.client("sagemaker").describe_training_job(TrainingJobName=name)
    if job.get("TrainingStartTime") and job.get("TrainingEndTime"):
        yield job["TrainingStartTime"].timestamp(), job["TrainingEndTime"].timestamp()
