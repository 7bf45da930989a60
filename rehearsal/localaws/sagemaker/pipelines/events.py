"""The events that pipelines send to EventBridge. Pure.

https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rehearsal.localaws.sagemaker.pipelines.records import Execution
from rehearsal.localaws.sagemaker.pipelines.turns import TellExecution, TellStep

SOURCE = "aws.sagemaker"


@dataclass(frozen=True)
class Event:
    """One event, ready to be published."""

    detail_type: str
    detail: Mapping[str, Any]
    resources: tuple[str, ...]


def of_execution(execution: Execution, told: TellExecution) -> Event:
    """The execution's status has changed."""
    detail = {
        "pipelineExecutionDescription": execution.description or "",
        "pipelineExecutionDisplayName": execution.display_name,
        "currentPipelineExecutionStatus": str(told.now),
        "previousPipelineExecutionStatus": None if told.before is None else str(told.before),
        "executionStartTime": _iso(execution.started_at),
        "executionEndTime": None if told.now.is_live else _iso(execution.ended_at),
        "pipelineArn": execution.pipeline_arn,
        "pipelineExecutionArn": execution.arn,
    }
    return _event("SageMaker Model Building Pipeline Execution Status Change", execution, detail)


def of_step(execution: Execution, told: TellStep) -> Event:
    """A step's status has changed."""
    run = told.run
    detail = {
        "metadata": _lower_camel(run.metadata),
        "stepStartTime": _iso(run.started_at),
        "stepEndTime": None if told.now.is_live else _iso(run.ended_at),
        "stepName": run.step.name,
        "stepType": run.step.kind.type,
        "previousStepStatus": None if told.before is None else str(told.before),
        "currentStepStatus": str(told.now),
        "failureReason": run.failure_reason if not told.now.is_live else None,
        "cacheHitResult": {"sourcePipelineExecutionArn": run.cache_source} if run.cache_source else None,
        "pipelineArn": execution.pipeline_arn,
        "pipelineExecutionArn": execution.arn,
    }
    return _event("SageMaker Model Building Pipeline Execution Step Status Change", execution, detail)


def _event(detail_type: str, execution: Execution, detail: Mapping[str, Any]) -> Event:
    known = {name: value for name, value in detail.items() if value is not None}
    return Event(detail_type, known, (execution.pipeline_arn, execution.arn))


def _iso(moment: float | None) -> str | None:
    return None if moment is None else datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _lower_camel(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name[:1].lower() + name[1:]: _lower_camel(member) for name, member in value.items()}
    return [_lower_camel(member) for member in value] if isinstance(value, list) else value
