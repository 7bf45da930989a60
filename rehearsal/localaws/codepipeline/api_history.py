"""Operations that show how executions go and went."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from rehearsal.localaws.codepipeline import views
from rehearsal.localaws.codepipeline.api_base import CodePipelinePart
from rehearsal.localaws.codepipeline.engine import engine
from rehearsal.localaws.codepipeline.records import ActionRun, Execution, Pipeline, Run, StageRun, StageStatus
from rehearsal.localaws.ground import pages
from rehearsal.localaws.ground.errors import AwsError

R = TypeVar("R", bound=Run)


class History(CodePipelinePart):
    """GetPipelineState and the lists."""

    def get_pipeline_state(self) -> dict[str, Any]:
        """Every stage and action with its latest run."""
        with engine.reading():
            return views.pipeline_state(self.backend.pipeline(self.params["name"]))

    def get_pipeline_execution(self) -> dict[str, Any]:
        """One execution."""
        with engine.reading():
            pipeline = self.backend.pipeline(self.params["pipelineName"])
            execution = self.backend.execution(pipeline, self.params["pipelineExecutionId"])
            return {"pipelineExecution": views.execution(pipeline, execution)}

    def list_pipeline_executions(self) -> dict[str, Any]:
        """Executions, the newest first."""
        with engine.reading():
            pipeline = self.backend.pipeline(self.params["pipelineName"])
            wanted = self.params.get("filter", {}).get("succeededInStage", {}).get("stageName")
            shown = [e for e in reversed(pipeline.executions.values()) if wanted is None or _succeeded_in(e, wanted)]
            rows = [views.execution_summary(execution) for execution in shown]
        return pages.page(rows, self.params, "pipelineExecutionSummaries", default=100)

    def list_action_executions(self) -> dict[str, Any]:
        """Every run of every action, the newest first."""
        latest = self.params.get("filter", {}).get("latestInPipelineExecution", {})
        only_latest = latest.get("startTimeRange") == "Latest"
        rows = self._runs(lambda stage: stage.current_runs() if only_latest else stage.actions, views.action_execution)
        return pages.page(rows, self.params, "actionExecutionDetails", default=100)

    def list_rule_executions(self) -> dict[str, Any]:
        """Every run of every rule, the newest first."""
        rows = self._runs(lambda stage: list(stage.rule_runs()), views.rule_execution)
        return pages.page(rows, self.params, "ruleExecutionDetails", default=100)

    def list_deploy_action_execution_targets(self) -> dict[str, Any]:
        """The targets of one run of a Deploy action: instances and clusters have some, a stack and a bucket have
        none."""
        name, wanted = self.params.get("pipelineName"), self.params["actionExecutionId"]
        pipelines = self.backend.records.pipelines
        with engine.reading():
            searched = [self.backend.pipeline(name)] if name else list(pipelines.values())
            run = next((run for pipeline in searched for run in _action_runs(pipeline) if run.id == wanted), None)
        if run is None:
            raise AwsError("ActionExecutionNotFoundException", f"The action execution {wanted} was not found.")
        if run.action.type.category != "Deploy":
            raise AwsError(
                "ValidationException", f"The action execution {wanted} is of {run.action.name}, which deploys nothing."
            )
        no_targets: list[dict[str, Any]] = []
        return pages.page(no_targets, self.params, "targets", default=100)

    def _runs(
        self, of_stage: Callable[[StageRun], list[R]], view: Callable[[Pipeline, Execution, R], dict[str, Any]]
    ) -> list[dict[str, Any]]:
        with engine.reading():
            pipeline = self.backend.pipeline(self.params["pipelineName"])
            pairs = [
                (execution, run)
                for execution in self._executions(pipeline)
                for stage in execution.stage_runs.values()
                for run in of_stage(stage)
            ]
            pairs.sort(key=lambda pair: pair[1].started_at)
            return [view(pipeline, execution, run) for execution, run in reversed(pairs)]

    def _executions(self, pipeline: Pipeline) -> Iterator[Execution]:
        given = self.params.get("filter", {})
        wanted = given.get("pipelineExecutionId") or given.get("latestInPipelineExecution", {}).get(
            "pipelineExecutionId"
        )
        if wanted is None:
            yield from pipeline.executions.values()
            return
        yield self.backend.execution(pipeline, wanted)


def _action_runs(pipeline: Pipeline) -> Iterator[ActionRun]:
    for execution in pipeline.executions.values():
        for stage in execution.stage_runs.values():
            yield from stage.actions


def _succeeded_in(execution: Execution, stage: str) -> bool:
    run = execution.stage_runs.get(stage)
    return run is not None and run.status is StageStatus.SUCCEEDED
