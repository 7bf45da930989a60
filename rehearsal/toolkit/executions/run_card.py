"""The card of a run: from the data's version to the endpoint and who approved it, each fact with the call that it came
from."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.executions import evaluations, executions, job_events, report, training_jobs
from rehearsal.toolkit.executions.evaluations import Evaluation
from rehearsal.toolkit.executions.executions import ActionRun, Execution
from rehearsal.toolkit.executions.training_jobs import Curves, TrainingJob


@dataclass(frozen=True)
class Fact:
    """A statement and the API call whose answer it is."""

    what: str
    value: str
    source: str


@dataclass(frozen=True)
class Tested:
    """A test of the model, and its report."""

    action: str
    evaluation: Evaluation
    source: str


@dataclass(frozen=True)
class RunCard:
    """An execution of a pipeline; None and empty where it has none of it. ``seconds`` is None while it runs."""

    pipeline: str
    execution_id: str
    account_id: str
    region: str
    status: str
    started_at: datetime | None
    seconds: float | None
    revisions: tuple[Fact, ...]
    job: TrainingJob | None
    curves: Curves
    tests: tuple[Tested, ...]
    endpoints: tuple[Fact, ...]
    approvals: tuple[Fact, ...]
    failures: tuple[Fact, ...]


def read(aws: Aws, pipeline: str, execution_id: str) -> RunCard:
    """The card of one execution, from the account alone.

    Raises:
        NotThere: the pipeline does not exist.
    """
    execution = executions.read(aws, executions.definition(aws, pipeline), execution_id)
    answer = aws.client("codepipeline").get_pipeline_execution(
        pipelineName=pipeline, pipelineExecutionId=execution.execution_id
    )["pipelineExecution"]
    name = next(
        (each.variables["TrainingJobName"] for each in execution.actions if "TrainingJobName" in each.variables), ""
    )
    job = training_jobs.read(aws, name) if name else None
    log = training_jobs.log(aws, name) if name else []
    began = [each.started_at for each in execution.actions if each.started_at]
    ended = [each.updated_at for each in execution.actions if each.updated_at]
    has_ended = execution.status.has_ended and began and ended
    return RunCard(
        pipeline=pipeline,
        execution_id=execution.execution_id,
        account_id=aws.identity.account_id,
        region=aws.region,
        status=str(execution.status),
        started_at=min(began) if began else None,
        seconds=(max(ended) - min(began)).total_seconds() if has_ended else None,
        revisions=tuple(_revision(each) for each in answer.get("artifactRevisions", [])),
        job=job,
        curves=training_jobs.curves_in(line.message for line in log),
        tests=tuple(_tests(aws, execution)),
        endpoints=tuple(
            Fact(each.environment, each.name, _of_action(each.stage)) for each in report.endpoints_of(execution)
        ),
        approvals=tuple(_approval(each) for each in execution.actions if each.provider == "Manual" and each.started_at),
        failures=tuple(_failure(each) for each in execution.failed_actions),
    )


def _of_action(what: str) -> str:
    return f"codepipeline ListActionExecutions, output variables of {what}"


def _revision(each: dict[str, Any]) -> Fact:
    return Fact(
        each.get("name", ""), each.get("revisionId", ""), "codepipeline GetPipelineExecution, artifactRevisions"
    )


def _approval(action: ActionRun) -> Fact:
    by = f" by {action.updated_by}" if action.updated_by and action.status.has_ended else ""
    value = f"{action.status}{by}{f': {action.summary}' if action.summary else ''}"
    return Fact(action.path, value, "codepipeline ListActionExecutions, updatedBy and executionResult")


def _failure(action: ActionRun) -> Fact:
    value = action.error.message if action.error else action.summary
    return Fact(action.path, value, "codepipeline ListActionExecutions, errorDetails")


def _tests(aws: Aws, execution: Execution) -> list[Tested]:
    """The reports of the actions that scored rows."""
    found = []
    for action in execution.actions:
        if "Rows" not in action.variables:
            continue
        tries = job_events.attempts(aws, execution.pipeline, execution.execution_id, action.stage, action.name)
        for artifact in tries[0].outputs if tries else ():
            evaluation = evaluations.read(aws, artifact) if artifact.key else None
            if evaluation is not None:
                source = f"s3 GetObject {artifact.bucket}/{artifact.key}, {evaluations.FILE}"
                found.append(Tested(action.path, evaluation, source))
    return found
