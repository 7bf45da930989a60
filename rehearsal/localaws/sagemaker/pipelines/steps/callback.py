"""The Callback step: a message with a token on a queue; whoever reads it answers with SendPipelineExecutionStepSuccess
or Failure."""

import json
from typing import Any

from rehearsal.localaws.sagemaker.pipelines.steps.calls import call
from rehearsal.localaws.sagemaker.pipelines.steps.context import Context, Ended, Started
from rehearsal.localaws.sagemaker.pipelines.steps.kind import Kind


class CallbackActor:
    """Tells, and waits for the answer without end."""

    def begin(self, context: Context) -> Started:
        self._tell(context, "Executing")
        return Started(metadata(context.token, str(context.target)))

    def is_over(self, _context: Context) -> bool:
        return False

    def end(self, _context: Context) -> Ended:
        raise AssertionError("a Callback step ends by the answer to its token")

    def halt(self, context: Context) -> None:
        """A second message; the execution stops when the token is answered."""
        self._tell(context, "Stopping")

    def _tell(self, context: Context, status: str) -> None:
        body = {
            "token": context.token,
            "pipelineExecutionArn": context.execution_arn,
            "arguments": context.arguments,
            "status": status,
        }
        message = json.dumps(body, default=str)
        call(context, "sqs", "SendMessage", {"QueueUrl": context.target, "MessageBody": message})


def metadata(token: str, queue_url: str, outputs: list[dict[str, str]] | None = None) -> dict[str, Any]:
    """What the step tells of itself."""
    told = {"CallbackToken": token, "SqsQueueUrl": queue_url}
    return {"Callback": told | ({"OutputParameters": outputs} if outputs else {})}


CALLBACK = Kind(
    type="Callback",
    actor=CallbackActor(),
    members=frozenset({"SqsQueueUrl", "OutputParameters"}),
    required=("SqsQueueUrl",),
    target="SqsQueueUrl",
    takes_cache_config=True,
)
