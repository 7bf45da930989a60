"""What CodePipeline keeps in one account and region: pipelines, tags, custom action types. Plain records; ``engine``
has the lock."""

from dataclasses import dataclass, field
from typing import Any

from moto.core.base_backend import BaseBackend

from rehearsal.localaws.codepipeline.action_types import TypeRules
from rehearsal.localaws.codepipeline.actions import providers
from rehearsal.localaws.codepipeline.definition import ActionType
from rehearsal.localaws.codepipeline.records import Execution, Job, Pipeline, Run, StageRun
from rehearsal.localaws.ground.errors import AwsError


@dataclass
class CustomActionType:
    """An action type that the user brought; ``declared`` is what CreateCustomActionType was given."""

    rules: TypeRules
    declared: dict[str, Any]
    is_deleted: bool = False


@dataclass(frozen=True)
class FoundJob:
    """A job with what it belongs to."""

    pipeline: Pipeline
    execution: Execution
    run: Run
    job: Job


@dataclass
class Records:
    """Everything that a snapshot has to hold."""

    pipelines: dict[str, Pipeline] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    custom_types: dict[ActionType, CustomActionType] = field(default_factory=dict)


class CodePipelineBackend(BaseBackend):
    """The records of one account and region, with the look-ups that fail in AWS's words."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.records = Records()

    def arn(self, resource: str) -> str:
        """The ARN of a pipeline, or of what lies under it."""
        return f"arn:{self.partition}:codepipeline:{self.region_name}:{self.account_id}:{resource}"

    def types(self) -> dict[ActionType, TypeRules]:
        """Every action type that a declaration may name now."""
        custom = {kind: c.rules for kind, c in self.records.custom_types.items() if not c.is_deleted}
        return providers.aws_types() | custom

    def pipeline(self, name: str) -> Pipeline:
        """The pipeline of that name.

        Raises:
            AwsError: PipelineNotFoundException.
        """
        if name not in self.records.pipelines:
            raise AwsError(
                "PipelineNotFoundException", f"Account '{self.account_id}' does not have a pipeline with name '{name}'"
            )
        return self.records.pipelines[name]

    def execution(self, pipeline: Pipeline, execution_id: str) -> Execution:
        """The execution of that id.

        Raises:
            AwsError: PipelineExecutionNotFoundException.
        """
        if execution_id not in pipeline.executions:
            raise AwsError(
                "PipelineExecutionNotFoundException",
                f"Execution '{execution_id}' does not exist for pipeline '{pipeline.name}' in account "
                f"'{self.account_id}'",
            )
        return pipeline.executions[execution_id]

    def check_stage(self, pipeline: Pipeline, stage: str) -> None:
        """Be sure that the pipeline has such a stage.

        Raises:
            AwsError: StageNotFoundException.
        """
        if pipeline.definition.stage(stage) is None:
            raise AwsError("StageNotFoundException", f"Stage '{stage}' does not exist in pipeline '{pipeline.name}'")

    def stage_run(self, pipeline: Pipeline, execution: Execution, stage: str) -> StageRun | None:
        """The execution's run of a stage; None when it never came there."""
        self.check_stage(pipeline, stage)
        return execution.stage_runs.get(stage)

    def job(self, job_id: str) -> FoundJob:
        """The job of that id.

        Raises:
            AwsError: JobNotFoundException.
        """
        for pipeline in self.records.pipelines.values():
            for execution in reversed(pipeline.executions.values()):
                for run in execution.runs():
                    for job in run.jobs:
                        if job.id == job_id:
                            return FoundJob(pipeline, execution, run, job)
        raise AwsError("JobNotFoundException", f"The job {job_id} cannot be found.")
