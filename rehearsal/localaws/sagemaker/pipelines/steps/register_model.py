"""The RegisterModel step: CreateModelPackage, and CreateModelPackageGroup before it where the group is missing."""

from typing import Any

from rehearsal.localaws.sagemaker.pipelines.arguments import fitted
from rehearsal.localaws.sagemaker.pipelines.retries import ALL_FAULTS
from rehearsal.localaws.sagemaker.pipelines.steps.calls import call
from rehearsal.localaws.sagemaker.pipelines.steps.context import Context, Ended
from rehearsal.localaws.sagemaker.pipelines.steps.instant import Instant
from rehearsal.localaws.sagemaker.pipelines.steps.jobs import described, with_tags
from rehearsal.localaws.sagemaker.pipelines.steps.kind import Kind


class RegisterActor(Instant):
    """Registers a model package."""

    def begin(self, context: Context) -> Ended:
        request = fitted("CreateModelPackage", context.arguments)
        group = request.get("ModelPackageGroupName")
        if group is None:
            request["ModelPackageName"] = context.name
        elif context.backend.package_groups.find(group.rpartition("/")[2]) is None:
            self._make_group(context, group)
        made = call(context, "sagemaker", "CreateModelPackage", with_tags_outside_groups(context, request))
        arn = made["ModelPackageArn"]
        package = call(context, "sagemaker", "DescribeModelPackage", {"ModelPackageName": arn})
        return Ended({"RegisterModel": {"Arn": arn}}, described(package))

    def _make_group(self, context: Context, name: str) -> None:
        request = with_tags(context, {"ModelPackageGroupName": name})
        call(context, "sagemaker", "CreateModelPackageGroup", request)


def with_tags_outside_groups(context: Context, request: dict[str, Any]) -> dict[str, Any]:
    """The pipeline's tags on a package without a group: a version takes none, its group has them."""
    return request if "ModelPackageGroupName" in request else with_tags(context, request)


REGISTER_MODEL = Kind(
    type="RegisterModel",
    actor=RegisterActor(),
    request="CreateModelPackage",
    describes="DescribeModelPackage",
    unknown=frozenset({"ModelPackageName"}),
    faults=ALL_FAULTS,
)
