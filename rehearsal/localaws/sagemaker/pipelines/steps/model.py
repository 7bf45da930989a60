"""The Model step: CreateModel."""

from rehearsal.localaws.sagemaker.pipelines.arguments import fitted
from rehearsal.localaws.sagemaker.pipelines.retries import ALL_FAULTS
from rehearsal.localaws.sagemaker.pipelines.steps.calls import call
from rehearsal.localaws.sagemaker.pipelines.steps.context import Context, Ended
from rehearsal.localaws.sagemaker.pipelines.steps.instant import Instant
from rehearsal.localaws.sagemaker.pipelines.steps.jobs import described, with_tags
from rehearsal.localaws.sagemaker.pipelines.steps.kind import Kind


class ModelActor(Instant):
    """Makes a model."""

    def begin(self, context: Context) -> Ended:
        request = with_tags(context, {**fitted("CreateModel", context.arguments), "ModelName": context.name})
        made = call(context, "sagemaker", "CreateModel", request)
        model = call(context, "sagemaker", "DescribeModel", {"ModelName": context.name})
        return Ended({"Model": {"Arn": made["ModelArn"]}}, described(model))


MODEL = Kind(
    type="Model",
    actor=ModelActor(),
    request="CreateModel",
    describes="DescribeModel",
    name_member="ModelName",
    supplied=frozenset({"ModelName"}),
    faults=ALL_FAULTS,
)
