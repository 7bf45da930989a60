"""The Lambda step: the function is invoked with the arguments, and its answer has the output parameters."""

import json
from collections.abc import Mapping
from typing import Any

from rehearsal.localaws.sagemaker.pipelines.steps import outputs
from rehearsal.localaws.sagemaker.pipelines.steps.calls import call
from rehearsal.localaws.sagemaker.pipelines.steps.context import Context, Ended, StepFailed
from rehearsal.localaws.sagemaker.pipelines.steps.instant import Instant
from rehearsal.localaws.sagemaker.pipelines.steps.kind import Kind


class FunctionActor(Instant):
    """Invokes a function and waits for its answer."""

    def begin(self, context: Context) -> Ended:
        request = {"FunctionName": context.target, "Payload": json.dumps(context.arguments, default=str)}
        answer = call(context, "lambda", "Invoke", request)
        payload = json.loads(answer["Payload"].read() or b"null")
        if answer.get("FunctionError"):
            raise StepFailed(f"ClientError: The Lambda function {context.target} failed: {_error(payload)}")
        found = self._outputs(context, payload)
        return Ended(
            {"Lambda": {"Arn": context.target, "OutputParameters": outputs.shown(found)}}, {"OutputParameters": found}
        )

    def _outputs(self, context: Context, payload: Any) -> dict[str, Any]:
        if not context.outputs:
            return {}
        try:
            return outputs.typed(context.outputs, payload if isinstance(payload, Mapping) else {})
        except ValueError as error:
            raise StepFailed(f"ClientError: The answer of the Lambda function {context.target}: {error}.") from error


def _error(payload: Any) -> str:
    if isinstance(payload, Mapping) and "errorMessage" in payload:
        return f"{payload.get('errorType', 'Error')}: {payload['errorMessage']}"
    return json.dumps(payload)


LAMBDA = Kind(
    type="Lambda",
    actor=FunctionActor(),
    members=frozenset({"FunctionArn", "OutputParameters"}),
    required=("FunctionArn",),
    target="FunctionArn",
    takes_cache_config=True,
    works_in_call=True,
)
