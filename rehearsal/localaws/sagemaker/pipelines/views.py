"""How pipelines, versions, executions and steps are shown in answers. Pure: records in, members out."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from rehearsal.localaws.sagemaker.pipelines.parameters import as_text
from rehearsal.localaws.sagemaker.pipelines.records import Caller, Execution, Pipeline, StepRun, Version


def moment(seconds: float | None) -> datetime | None:
    """A moment as answers have it."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _present(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _by(caller: Caller) -> dict[str, Any]:
    return {"IamIdentity": {"Arn": caller.arn, "PrincipalId": caller.principal_id}}


def _parallelism(most: int | None) -> dict[str, int] | None:
    return None if most is None else {"MaxParallelExecutionSteps": most}


def pipeline(found: Pipeline, version: Version) -> dict[str, Any]:
    """The answer of DescribePipeline."""
    return _present(
        {
            "PipelineArn": found.arn,
            "PipelineName": found.name,
            "PipelineDisplayName": found.display_name,
            "PipelineDefinition": version.definition.text,
            "PipelineDescription": found.description,
            "RoleArn": found.role_arn,
            "PipelineStatus": "Active",
            "CreationTime": moment(found.created_at),
            "LastModifiedTime": moment(found.updated_at),
            "LastRunTime": moment(found.last_run_at),
            "CreatedBy": _by(found.created_by),
            "LastModifiedBy": _by(found.modified_by),
            "ParallelismConfiguration": _parallelism(found.most_parallel),
            "PipelineVersionDisplayName": version.display_name,
            "PipelineVersionDescription": version.description,
            "PipelineVersionAliases": list(version.aliases) or None,
        }
    )


def pipeline_summary(found: Pipeline) -> dict[str, Any]:
    """One entry of ListPipelines."""
    return _present(
        {
            "PipelineArn": found.arn,
            "PipelineName": found.name,
            "PipelineDisplayName": found.display_name,
            "PipelineDescription": found.description,
            "RoleArn": found.role_arn,
            "CreationTime": moment(found.created_at),
            "LastModifiedTime": moment(found.updated_at),
            "LastExecutionTime": moment(found.last_run_at),
        }
    )


def version_summary(found: Pipeline, version: Version) -> dict[str, Any]:
    """One entry of ListPipelineVersions."""
    return _present(
        {
            "PipelineArn": found.arn,
            "PipelineVersionId": version.number,
            "CreationTime": moment(version.created_at),
            "PipelineVersionDescription": version.description,
            "PipelineVersionDisplayName": version.display_name,
            "LastExecutionPipelineExecutionArn": version.last_execution,
            "PipelineVersionAliases": list(version.aliases) or None,
        }
    )


def execution(found: Execution, aliases: list[str]) -> dict[str, Any]:
    """The answer of DescribePipelineExecution."""
    return _present(
        {
            "PipelineArn": found.pipeline_arn,
            "PipelineExecutionArn": found.arn,
            "PipelineExecutionDisplayName": found.display_name,
            "PipelineExecutionStatus": str(found.status),
            "PipelineExecutionDescription": found.description,
            "PipelineExperimentConfig": found.experiment,
            "FailureReason": found.failure_reason,
            "CreationTime": moment(found.started_at),
            "LastModifiedTime": moment(found.updated_at),
            "CreatedBy": _by(found.created_by),
            "LastModifiedBy": _by(found.modified_by),
            "ParallelismConfiguration": _parallelism(found.most_parallel),
            "SelectiveExecutionConfig": found.selection,
            "PipelineVersionId": found.version,
            "PipelineVersionAliases": aliases or None,
            "RoleArn": found.role_arn,
        }
    )


def execution_summary(found: Execution, aliases: list[str]) -> dict[str, Any]:
    """One entry of ListPipelineExecutions."""
    return _present(
        {
            "PipelineExecutionArn": found.arn,
            "StartTime": moment(found.started_at),
            "PipelineExecutionStatus": str(found.status),
            "PipelineExecutionDescription": found.description,
            "PipelineExecutionDisplayName": found.display_name,
            "PipelineExecutionFailureReason": found.failure_reason,
            "PipelineVersionAliases": aliases or None,
        }
    )


def searched_pipeline(found: Pipeline) -> dict[str, Any]:
    """What Search gives of a pipeline."""
    shown = pipeline(found, found.latest)
    members = (
        *("PipelineArn", "PipelineName", "PipelineDisplayName", "PipelineDescription", "RoleArn", "PipelineStatus"),
        *("CreationTime", "LastModifiedTime", "LastRunTime", "CreatedBy", "LastModifiedBy", "ParallelismConfiguration"),
    )
    return {name: shown[name] for name in members if name in shown}


def searched_execution(found: Execution) -> dict[str, Any]:
    """What Search gives of an execution."""
    parameters = [{"Name": name, "Value": as_text(value)} for name, value in found.parameters.items()]
    shown = execution(found, []) | {"PipelineParameters": parameters}
    del shown["RoleArn"]
    return shown


def step(run: StepRun) -> dict[str, Any]:
    """One entry of ListPipelineExecutionSteps. Metadata is there always, for the SDK looks into it."""
    source = run.selection_source
    return _present(
        {
            "StepName": run.step.name,
            "StepDisplayName": run.step.display_name,
            "StepDescription": run.step.description,
            "StartTime": moment(run.started_at),
            "EndTime": moment(run.ended_at),
            "StepStatus": str(run.status),
            "AttemptCount": run.attempts,
            "CacheHitResult": {"SourcePipelineExecutionArn": run.cache_source} if run.cache_source else None,
            "FailureReason": run.failure_reason if not run.status.is_live else None,
            "Metadata": run.metadata,
            "SelectiveExecutionResult": {"SourcePipelineExecutionArn": source} if source else None,
        }
    )
