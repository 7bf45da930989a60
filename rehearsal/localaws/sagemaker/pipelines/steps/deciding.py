"""The Condition step, which the engine evaluates, and the Fail step."""

from rehearsal.localaws.sagemaker.pipelines.steps.context import Context, Ended, StepFailed
from rehearsal.localaws.sagemaker.pipelines.steps.instant import Instant
from rehearsal.localaws.sagemaker.pipelines.steps.kind import Kind


class FailActor(Instant):
    """Fails the execution with the message of the definition."""

    def begin(self, context: Context) -> Ended:
        message = str(context.arguments.get("ErrorMessage", ""))
        raise StepFailed(message, metadata={"Fail": {"ErrorMessage": message}})


CONDITION = Kind(
    type="Condition",
    actor=None,
    required=("Arguments",),
    argument_members=frozenset({"Conditions", "IfSteps", "ElseSteps"}),
    required_arguments=("Conditions",),
    properties=frozenset({"Outcome"}),
    decides=True,
)
FAIL = Kind(
    type="Fail",
    actor=FailActor(),
    argument_members=frozenset({"ErrorMessage"}),
    is_leaf=True,
)
