"""Operations that start and stop executions."""

from typing import Any

from rehearsal.localaws.codepipeline import starts, state_machine
from rehearsal.localaws.codepipeline.api_base import CodePipelinePart
from rehearsal.localaws.codepipeline.engine import engine
from rehearsal.localaws.codepipeline.records import Execution, ExecutionStatus
from rehearsal.localaws.codepipeline.turns import Turn, new_id
from rehearsal.localaws.events import targets
from rehearsal.localaws.ground.errors import AwsError


class Executions(CodePipelinePart):
    """StartPipelineExecution and StopPipelineExecution."""

    def start_pipeline_execution(self) -> dict[str, Any]:
        """Start an execution of the present version; the same client request token starts only one."""
        pipeline = self.backend.pipeline(self.params["name"])
        token = self.params.get("clientRequestToken")

        def begin(turn: Turn) -> str:
            if token in pipeline.start_tokens:
                return pipeline.start_tokens[token]
            starts.check_room(pipeline)
            execution = self._new_execution(turn)
            if token is not None:
                pipeline.start_tokens[token] = execution.id
            state_machine.start(turn, execution)
            return execution.id

        return {"pipelineExecutionId": engine.turn(pipeline, begin)}

    def _new_execution(self, turn: Turn) -> Execution:
        definition = turn.pipeline.definition
        rule_arn = targets.rule_behind(self.params.get("clientRequestToken"))
        return Execution(
            id=new_id(),
            definition=definition,
            trigger_type="CloudWatchEvent" if rule_arn else "StartPipelineExecution",
            trigger_detail=rule_arn or self.caller_arn,
            started_at=turn.now,
            updated_at=turn.now,
            variables=starts.variable_values(definition, self.params.get("variables", [])),
            source_overrides=starts.source_overrides(definition, self.params.get("sourceRevisions", [])),
        )

    def stop_pipeline_execution(self) -> dict[str, Any]:
        """Stop an execution, after its running actions or at once."""
        pipeline = self.backend.pipeline(self.params["pipelineName"])
        execution_id, abandon = self.params["pipelineExecutionId"], self.params.get("abandon", False)

        def stop(turn: Turn) -> None:
            execution = pipeline.executions.get(execution_id)
            if execution is None or not execution.status.is_live:
                status = execution.status.value if execution else "unknown"
                raise AwsError(
                    "PipelineExecutionNotStoppableException",
                    f"Unable to stop pipeline execution {execution_id} of pipeline {pipeline.name}: its status is "
                    f"{status}, and only one that is InProgress or Stopping can be stopped",
                )
            if execution.status is ExecutionStatus.STOPPING and not abandon:
                raise AwsError(
                    "DuplicatedStopRequestException",
                    f"The pipeline execution {execution_id} is already in a Stopping state. If you already chose to "
                    f"stop and wait, you cannot make that request again. You can choose to stop and abandon instead.",
                )
            state_machine.stop(turn, execution, abandoned=abandon, reason=self.params.get("reason", ""))

        engine.turn(pipeline, stop)
        return {"pipelineExecutionId": execution_id}

    def put_action_revision(self) -> dict[str, Any]:
        """A custom source tells of a new revision: a revision that is new starts the pipeline."""
        pipeline = self.backend.pipeline(self.params["pipelineName"])
        stage_name, action_name = self.params["stageName"], self.params["actionName"]
        revision = self.params["actionRevision"]
        self.backend.check_stage(pipeline, stage_name)
        stage = pipeline.definition.stage(stage_name)
        if stage is None or stage.action(action_name) is None:
            raise AwsError("ActionNotFoundException", f"Action '{action_name}' does not exist in stage '{stage_name}'")

        def begin(turn: Turn) -> dict[str, Any]:
            last = pipeline.revisions.get((stage_name, action_name))
            if last and last["revisionId"] == revision["revisionId"]:
                latest = list(pipeline.executions)[-1]
                return {"newRevision": False, "pipelineExecutionId": latest}
            starts.check_room(pipeline)
            pipeline.revisions[stage_name, action_name] = revision
            variables = starts.variable_values(pipeline.definition, [])
            execution = Execution(
                new_id(), pipeline.definition, "PutActionRevision", self.caller_arn, turn.now, turn.now, variables
            )
            state_machine.start(turn, execution)
            return {"newRevision": True, "pipelineExecutionId": execution.id}

        return engine.turn(pipeline, begin)
