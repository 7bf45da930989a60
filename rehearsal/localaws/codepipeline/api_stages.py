"""Operations on stages: transitions, retries, rollback, overriding conditions."""

from typing import Any

from rehearsal.localaws.codepipeline import conditions, entry, starts, state_machine, views
from rehearsal.localaws.codepipeline.api_base import CodePipelinePart
from rehearsal.localaws.codepipeline.definition import Gate, Mode, RetryMode
from rehearsal.localaws.codepipeline.engine import engine
from rehearsal.localaws.codepipeline.records import (
    ConditionStatus,
    Execution,
    ExecutionStatus,
    Pipeline,
    StageRun,
    StageStatus,
    Transition,
)
from rehearsal.localaws.codepipeline.turns import Turn
from rehearsal.localaws.ground.errors import AwsError

_RETRYABLE = (StageStatus.FAILED, StageStatus.STOPPED)
_GATES = {"BEFORE_ENTRY": Gate.BEFORE_ENTRY, "ON_SUCCESS": Gate.ON_SUCCESS}


class Stages(CodePipelinePart):
    """What a user does to one stage."""

    def disable_stage_transition(self) -> None:
        """Let no execution into the stage (Inbound) or out of it (Outbound: into the next one)."""
        self._change_transition(enabled=False, reason=self.params["reason"])

    def enable_stage_transition(self) -> None:
        """Open the transition again; who waits goes in."""
        self._change_transition(enabled=True, reason=None)

    def _change_transition(self, *, enabled: bool, reason: str | None) -> None:
        pipeline = self.backend.pipeline(self.params["pipelineName"])
        stage = self._entered_stage(pipeline)

        def change(turn: Turn) -> None:
            pipeline.transitions[stage] = Transition(enabled, self.caller_arn, turn.now, reason)

        engine.turn(pipeline, change)

    def _entered_stage(self, pipeline: Pipeline) -> str:
        name: str = self.params["stageName"]
        self.backend.check_stage(pipeline, name)
        if self.params["transitionType"] == "Inbound":
            return name
        following = pipeline.definition.stages[pipeline.definition.position(name) + 1 :]
        if not following:
            raise AwsError("ValidationException", f"Stage '{name}' is the last one: it has no outbound transition")
        return following[0].name

    def retry_stage_execution(self) -> dict[str, Any]:
        """Run the failed actions of a stage again, or all of them, in the same execution."""
        pipeline, execution, stage_run = self._latest_run()
        mode = RetryMode(self.params["retryMode"])

        def retry(turn: Turn) -> None:
            self._check_retryable(turn, execution, stage_run)
            state_machine.retry(turn, execution, stage_run, mode)

        engine.turn(pipeline, retry)
        return {"pipelineExecutionId": execution.id}

    def _latest_run(self) -> tuple[Pipeline, Execution, StageRun]:
        """The stage's run that the request names, which must be the latest of the stage but in PARALLEL mode."""
        pipeline = self.backend.pipeline(self.params["pipelineName"])
        name, execution_id = self.params["stageName"], self.params["pipelineExecutionId"]
        self.backend.check_stage(pipeline, name)
        with engine.reading():
            runs = views.stage_runs(pipeline, name)
        found = next(((execution, run) for execution, run in runs if execution.id == execution_id), None)
        is_latest = found is not None and (runs[0][0].id == execution_id or pipeline.definition.mode is Mode.PARALLEL)
        if found is None or not is_latest:
            raise AwsError(
                "NotLatestPipelineExecutionException",
                f"The pipeline execution {execution_id} is not the latest one of stage '{name}' of pipeline "
                f"'{pipeline.name}'",
            )
        return pipeline, *found

    def _check_retryable(self, turn: Turn, execution: Execution, stage_run: StageRun) -> None:
        retryable = stage_run.status in _RETRYABLE and not execution.status.is_live
        if not retryable:
            raise AwsError(
                "StageNotRetryableException",
                f"Stage '{stage_run.name}' of execution {execution.id} cannot be retried: its status is "
                f"{stage_run.status.value}",
            )
        if execution.definition.version != turn.pipeline.definition.version:
            raise AwsError(
                "StageNotRetryableException",
                f"Stage '{stage_run.name}' of execution {execution.id} cannot be retried because the pipeline has been "
                "updated since",
            )
        self._check_free(turn, stage_run.name)

    def _check_free(self, turn: Turn, stage: str) -> None:
        busy = entry.occupant(turn.pipeline.live(), stage)
        if busy is not None and turn.pipeline.definition.mode is not Mode.PARALLEL:
            raise AwsError(
                "ConflictException",
                f"Your request cannot be handled because execution {busy.id} is in stage '{stage}'. Try again later.",
            )
        starts.check_room(turn.pipeline)

    def rollback_stage(self) -> dict[str, Any]:
        """Run a stage again with the revisions and variables of an earlier execution that succeeded in it."""
        pipeline = self.backend.pipeline(self.params["pipelineName"])
        stage, target_id = self.params["stageName"], self.params["targetPipelineExecutionId"]
        self.backend.check_stage(pipeline, stage)

        def roll_back(turn: Turn) -> str:
            target = self.backend.execution(pipeline, target_id)
            self._check_target(turn, target, stage)
            starts.check_room(pipeline)
            return conditions.begin_rollback(turn, target, stage, "ManualRollback", self.caller_arn).id

        return {"pipelineExecutionId": engine.turn(pipeline, roll_back)}

    def _check_target(self, turn: Turn, target: Execution, stage: str) -> None:
        definition = turn.pipeline.definition
        if definition.mode is Mode.PARALLEL:
            raise _no_rollback(stage, "rollback is not available for pipelines in PARALLEL mode")
        if definition.position(stage) == 0:
            raise _no_rollback(stage, "a source stage cannot be rolled back")
        if target.definition.version != definition.version:
            raise AwsError(
                "PipelineExecutionOutdatedException",
                f"The pipeline execution {target.id} ran version {target.definition.version} of the pipeline, which "
                f"has version {definition.version} now, and cannot be used as a target pipeline execution for "
                "rollback.",
            )
        if target.rollback_target is not None:
            raise _no_rollback(stage, f"the target execution {target.id} is itself a rollback")
        if not conditions.can_be_target(turn, target, stage):
            raise _no_rollback(stage, f"the target execution {target.id} did not succeed in it")

    def override_stage_condition(self) -> None:
        """Go on from a failed condition as if it had been met."""
        gate = _GATES[self.params["conditionType"]]
        pipeline, execution, stage_run = self._latest_run()

        def override(turn: Turn) -> None:
            run = stage_run.gates.get(gate)
            failed = run is not None and run.status is ConditionStatus.FAILED
            if (
                not failed
                or execution.status is not ExecutionStatus.FAILED
                or stage_run.status is not StageStatus.FAILED
            ):
                raise AwsError(
                    "ConditionNotOverridableException",
                    f"The {self.params['conditionType']} condition of stage '{stage_run.name}' cannot be overridden: "
                    f"only one that has failed the stage can be",
                )
            self._check_free(turn, stage_run.name)
            state_machine.override(turn, execution, stage_run, gate)

        engine.turn(pipeline, override)


def _no_rollback(stage: str, reason: str) -> AwsError:
    return AwsError("UnableToRollbackStageException", f"Unable to roll back stage '{stage}': {reason}.")
