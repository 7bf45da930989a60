"""Executions of SageMaker pipelines: where they stand, step by step; on the embedded AWS also why a step was not
reused."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.toolkit.aws import capabilities
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import NotThere


@dataclass(frozen=True)
class StepState:
    """One step that has begun. ``seconds`` is None while it runs; ``note`` says what happened besides, in words."""

    name: str
    status: str
    seconds: float | None
    note: str


@dataclass(frozen=True)
class ModelExecution:
    """One execution of a SageMaker pipeline; ``steps`` in the order in which they began."""

    pipeline: str
    arn: str
    status: str
    reason: str
    steps: tuple[StepState, ...]


def read(aws: Aws, pipeline: str, run: str | None = None) -> ModelExecution:
    """The newest execution of a pipeline, or the one whose id begins with ``run``.

    Raises:
        NotThere: there is no such pipeline, or no such execution of it.
    """
    sagemaker = aws.client("sagemaker")
    pages = sagemaker.get_paginator("list_pipeline_executions").paginate(PipelineName=pipeline)
    listed = (each for page in pages for each in page["PipelineExecutionSummaries"])
    found = next((each for each in listed if _id(each).startswith(run or "")), None)
    if found is None:
        raise NotThere(
            f"no execution {run or ''} of the SageMaker pipeline".replace("  ", " "),
            where=pipeline,
            next_step="start one with StartPipelineExecution",
        )
    arn = found["PipelineExecutionArn"]
    pages = sagemaker.get_paginator("list_pipeline_execution_steps").paginate(
        PipelineExecutionArn=arn, SortOrder="Ascending"
    )
    steps = [step for page in pages for step in page["PipelineExecutionSteps"]]
    reasons = not_reused(aws, arn)
    return ModelExecution(
        pipeline,
        arn,
        found["PipelineExecutionStatus"],
        found.get("PipelineExecutionFailureReason", ""),
        tuple(_state(step, reasons.get(step["StepName"], "")) for step in steps),
    )


def _id(execution: Mapping[str, Any]) -> str:
    return str(execution["PipelineExecutionArn"]).rpartition("/")[2]


def _state(step: Mapping[str, Any], reason: str) -> StepState:
    began, ended = step["StartTime"], step.get("EndTime")
    return StepState(
        step["StepName"],
        step["StepStatus"],
        None if ended is None else (ended - began).total_seconds(),
        step.get("FailureReason") or reuse_text(step) or reason,
    )


def reuse_text(step: Mapping[str, Any]) -> str:
    """From which execution a step was taken over, in words; empty where it ran itself. Pure."""
    for member in ("CacheHitResult", "SelectiveExecutionResult"):
        source = step.get(member, {}).get("SourcePipelineExecutionArn")
        if source:
            return f"reused from {source.rpartition('/')[2]}"
    return ""


def not_reused(aws: Aws, arn: str) -> dict[str, str]:
    """For each step with caching that ran anew, why; empty on a real account, which does not tell."""
    if not capabilities.is_rehearsal(aws):
        return {}
    told = capabilities.call(aws, "GET", "model-pipelines", execution=arn)
    steps = told[0]["steps"] if told else []
    return {step["name"]: miss_text(step["notReused"]) for step in steps if step["notReused"]}


def miss_text(miss: Mapping[str, Any]) -> str:
    """Why a step was not reused, in one line. Pure."""
    beside = f" from {miss['execution'].rpartition('/')[2]}" if miss["execution"] else ""
    keys = f": {', '.join(miss['differingKeys'])}" if miss["differingKeys"] else ""
    return f"not reused{beside}: {miss['reason']}{keys}"
