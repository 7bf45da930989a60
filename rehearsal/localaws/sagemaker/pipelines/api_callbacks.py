"""The answers to Callback steps."""

from typing import Any

from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker.pipelines import execution as machine
from rehearsal.localaws.sagemaker.pipelines.engine import engine
from rehearsal.localaws.sagemaker.pipelines.records import Execution, StepRun
from rehearsal.localaws.sagemaker.pipelines.requests import PipelineRequests
from rehearsal.localaws.sagemaker.pipelines.steps import callback, outputs


class CallbackOperations(PipelineRequests):
    """SendPipelineExecutionStepSuccess and ...Failure."""

    def send_pipeline_execution_step_success(self) -> dict[str, Any]:
        """The step that waits with this token has succeeded, with these outputs."""
        return self._once("SendPipelineExecutionStepSuccess", self._succeed)

    def _succeed(self) -> dict[str, Any]:
        execution, run = self._waiting()
        given = {each["Name"]: each["Value"] for each in self.params.get("OutputParameters") or ()}
        unknown = sorted(given.keys() - run.step.outputs.keys())
        if unknown:
            raise AwsError(
                "ValidationException", f"Step '{run.step.name}' declares no output parameter '{unknown[0]}'."
            )
        try:
            found = outputs.typed(run.step.outputs, given)
        except ValueError as error:
            raise AwsError("ValidationException", f"Step '{run.step.name}': {error}.") from error
        told = callback.metadata(run.token, str(run.target), outputs.shown(found))
        engine.turn(execution, lambda turn: machine.succeed(turn, run, told, {"OutputParameters": found}))
        return {"PipelineExecutionArn": execution.arn}

    def send_pipeline_execution_step_failure(self) -> dict[str, Any]:
        """The step that waits with this token has failed."""
        return self._once("SendPipelineExecutionStepFailure", self._fail)

    def _fail(self) -> dict[str, Any]:
        execution, run = self._waiting()
        reason = self.params.get("FailureReason") or ""
        engine.turn(execution, lambda turn: machine.fail(turn, run, reason))
        return {"PipelineExecutionArn": execution.arn}

    def _waiting(self) -> tuple[Execution, StepRun]:
        """The step that waits with the token of the request.

        Raises:
            AwsError: ResourceNotFound, when no step has it; ConflictException, when it is answered.
        """
        token = self.params["CallbackToken"]
        with engine.reading():
            found = self._store.of_token(token)
            if found is None:
                raise AwsError("ResourceNotFound", f"No step waits for the callback token {token}.")
            _check_live(found[1])
            return found


def _check_live(run: StepRun) -> None:
    if not run.status.is_live:
        raise AwsError(
            "ConflictException", f"The callback token {run.token} of step '{run.step.name}' was answered already."
        )
