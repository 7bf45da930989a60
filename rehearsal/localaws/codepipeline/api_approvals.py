"""The answer to a manual approval."""

from typing import Any

from rehearsal.localaws.codepipeline import state_machine, views
from rehearsal.localaws.codepipeline.api_base import CodePipelinePart
from rehearsal.localaws.codepipeline.engine import engine
from rehearsal.localaws.codepipeline.records import ActionRun, Execution, Pipeline
from rehearsal.localaws.codepipeline.turns import Turn
from rehearsal.localaws.ground import clock
from rehearsal.localaws.ground.errors import AwsError


class Approvals(CodePipelinePart):
    """PutApprovalResult."""

    def put_approval_result(self) -> dict[str, Any]:
        """Approve or reject, with the token that GetPipelineState shows."""
        pipeline = self.backend.pipeline(self.params["pipelineName"])
        self._check_action(pipeline)
        result = self.params["result"]

        def decide(turn: Turn) -> None:
            execution, run = self._awaiting(pipeline)
            approved = result["status"] == "Approved"
            state_machine.approve(
                turn, execution, run, approved=approved, summary=result["summary"], by=self.caller_arn
            )

        engine.turn(pipeline, decide)
        return {"approvedAt": clock.timestamp()}

    def _check_action(self, pipeline: Pipeline) -> None:
        self.backend.check_stage(pipeline, self.params["stageName"])
        stage = pipeline.definition.stage(self.params["stageName"])
        action = stage.action(self.params["actionName"]) if stage else None
        if action is None or action.type.category != "Approval":
            raise AwsError(
                "ActionNotFoundException",
                f"Stage '{self.params['stageName']}' has no approval action '{self.params['actionName']}'",
            )

    def _awaiting(self, pipeline: Pipeline) -> tuple[Execution, ActionRun]:
        """The approval that the token belongs to."""
        token = self.params["token"]
        runs = [
            (execution, run)
            for execution, stage in views.stage_runs(pipeline, self.params["stageName"])
            for run in stage.actions
            if run.action.name == self.params["actionName"]
        ]
        found = next(
            ((execution, run) for execution, run in runs if token in (run.approval_token, run.spent_token)), None
        )
        if found is None:
            raise AwsError("InvalidApprovalTokenException", "Invalid approval token.")
        if not found[1].is_live:
            raise AwsError(
                "ApprovalAlreadyCompletedException", "The approval action has already been approved or rejected."
            )
        return found
