"""SageMaker pipelines and their executions as a page shows them: every declared step with where it stands, also those
to come.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import NotThere
from rehearsal.toolkit.executions import logs, model_definition, model_pipelines
from rehearsal.toolkit.executions.executions import Status
from rehearsal.toolkit.executions.logs import Line, Source
from rehearsal.toolkit.executions.model_definition import DeclaredStep

_LOG_GROUPS = {
    "training-job": "/aws/sagemaker/TrainingJobs",
    "processing-job": "/aws/sagemaker/ProcessingJobs",
    "transform-job": "/aws/sagemaker/TransformJobs",
}
_RUNNING = ("Executing", "Stopping")


@dataclass(frozen=True)
class ModelPipeline:
    """A SageMaker pipeline of the account."""

    name: str
    description: str
    changed_at: datetime | None
    last_run_at: datetime | None


@dataclass(frozen=True)
class RunLine:
    """An execution in a pipeline's history; ``run`` is the last part of its ARN."""

    run: str
    arn: str
    status: str
    started_at: datetime
    reason: str
    name: str


@dataclass(frozen=True)
class StepRun:
    """A step: as declared, and where it stands in this execution. ``resource`` is the ARN of what it made."""

    declared: DeclaredStep
    status: str
    started_at: datetime | None
    ended_at: datetime | None
    note: str
    reason: str
    resource: str
    told: Mapping[str, Any]
    is_reused: bool

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it runs or before."""
        if self.started_at is None or self.ended_at is None:
            return None
        return (self.ended_at - self.started_at).total_seconds()

    @property
    def kind(self) -> str:
        """``training-job``, as the ARN names it; empty where the step made nothing."""
        return self.resource.split(":", 5)[-1].partition("/")[0] if self.resource else ""

    @property
    def resource_name(self) -> str:
        """The name in its ARN."""
        return self.resource.rpartition("/")[2] if self.resource else ""


@dataclass(frozen=True)
class ModelRun:
    """An execution of a SageMaker pipeline with all its steps."""

    pipeline: str
    line: RunLine
    parameters: Mapping[str, str]
    steps: tuple[StepRun, ...]

    @property
    def has_ended(self) -> bool:
        return self.line.status not in _RUNNING

    @property
    def seconds(self) -> float | None:
        """From its start to the end of its last step."""
        ended = [step.ended_at for step in self.steps if step.ended_at]
        return (max(ended) - self.line.started_at).total_seconds() if self.has_ended and ended else None


def pipelines(aws: Aws) -> list[ModelPipeline]:
    """All of the account and region, by name."""
    pages = aws.client("sagemaker").get_paginator("list_pipelines").paginate()
    found = [
        ModelPipeline(
            each["PipelineName"],
            each.get("PipelineDescription", ""),
            each.get("LastModifiedTime"),
            each.get("LastExecutionTime"),
        )
        for page in pages
        for each in page["PipelineSummaries"]
    ]
    return sorted(found, key=lambda each: each.name)


def history(aws: Aws, pipeline: str, limit: int = 50) -> list[RunLine]:
    """The pipeline's executions, newest first.

    Raises:
        NotThere: there is no such pipeline.
    """
    sagemaker = aws.client("sagemaker")
    pages = sagemaker.get_paginator("list_pipeline_executions").paginate(
        PipelineName=pipeline, PaginationConfig={"MaxItems": limit}
    )
    try:
        return [_line(each) for page in pages for each in page["PipelineExecutionSummaries"]]
    except sagemaker.exceptions.ResourceNotFound as error:
        raise NotThere(
            f"there is no SageMaker pipeline {pipeline} in region {aws.region}",
            where="SageMaker",
            next_step="the page of all SageMaker pipelines lists them",
        ) from error


def _line(each: Mapping[str, Any]) -> RunLine:
    arn = each["PipelineExecutionArn"]
    return RunLine(
        arn.rpartition("/")[2],
        arn,
        each["PipelineExecutionStatus"],
        each["StartTime"],
        each.get("PipelineExecutionFailureReason", ""),
        each.get("PipelineExecutionDisplayName", ""),
    )


def declared(aws: Aws, pipeline: str) -> tuple[DeclaredStep, ...]:
    """The steps of the pipeline as it stands, before any execution."""
    return model_definition.steps_of(
        aws.client("sagemaker").describe_pipeline(PipelineName=pipeline)["PipelineDefinition"]
    )


def definition(aws: Aws, line: RunLine) -> tuple[DeclaredStep, ...]:
    """The steps with which an execution started; they do not change any more."""
    answer = aws.client("sagemaker").describe_pipeline_definition_for_execution(PipelineExecutionArn=line.arn)
    return model_definition.steps_of(answer["PipelineDefinition"])


def read(aws: Aws, pipeline: str, line: RunLine, steps: Iterable[DeclaredStep]) -> ModelRun:
    """The execution as it stands now."""
    sagemaker = aws.client("sagemaker")
    pages = sagemaker.get_paginator("list_pipeline_execution_steps").paginate(
        PipelineExecutionArn=line.arn, PaginationConfig={"PageSize": 100}
    )
    told = {step["StepName"]: step for page in pages for step in page["PipelineExecutionSteps"]}
    given = sagemaker.get_paginator("list_pipeline_parameters_for_execution").paginate(PipelineExecutionArn=line.arn)
    parameters = {each["Name"]: each["Value"] for page in given for each in page["PipelineParameters"]}
    misses = model_pipelines.not_reused(aws, line.arn)
    return ModelRun(
        pipeline,
        line,
        parameters,
        tuple(step_of(step, told.get(step.name, {}), misses.get(step.name, "")) for step in steps),
    )


def step_of(declared_step: DeclaredStep, told: Mapping[str, Any], miss: str) -> StepRun:
    """One step, of ListPipelineExecutionSteps' entry (empty where it has not begun) and why it was not reused. Pure."""
    reuse = model_pipelines.reuse_text(told)
    return StepRun(
        declared_step,
        told.get("StepStatus", str(Status.NOT_STARTED)),
        told.get("StartTime"),
        told.get("EndTime"),
        reuse or miss,
        told.get("FailureReason", ""),
        _resource(told.get("Metadata", {})),
        told.get("Metadata", {}),
        is_reused=bool(reuse),
    )


def _resource(metadata: Mapping[str, Any]) -> str:
    """The first ARN among what a step tells of what it made (``{"TrainingJob": {"Arn": ...}}``)."""
    return next((each["Arn"] for each in metadata.values() if isinstance(each, Mapping) and "Arn" in each), "")


def log(aws: Aws, step: StepRun, count: int) -> list[Line]:
    """The last lines of the job that a step made; none where it made no job."""
    group = _LOG_GROUPS.get(step.kind)
    return logs.tail(aws, [Source(group, prefix=f"{step.resource_name}/")], count) if group else []
