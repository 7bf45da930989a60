"""The baseline of a check: files that an earlier check has left, in S3."""

from dataclasses import dataclass

from rehearsal.localaws.sagemaker.pipelines.steps.calls import call
from rehearsal.localaws.sagemaker.pipelines.steps.context import Context


@dataclass(frozen=True)
class Baseline:
    """URIs of its files."""

    constraints: str
    statistics: str | None = None


@dataclass(frozen=True)
class Place:
    """Where DriftCheckBaselines of a model package have the baseline of one type of check."""

    part: str
    constraints: str
    statistics: str | None = None


def of_package(context: Context, group: str, place: Place) -> Baseline | None:
    """That of the newest approved package of a group, asked as the pipeline's role; None where it has none."""
    wanted = {
        "ModelPackageGroupName": group,
        "ModelApprovalStatus": "Approved",
        "SortBy": "CreationTime",
        "SortOrder": "Descending",
        "MaxResults": 1,
    }
    listed = call(context, "sagemaker", "ListModelPackages", wanted)["ModelPackageSummaryList"]
    if not listed:
        return None
    package = call(context, "sagemaker", "DescribeModelPackage", {"ModelPackageName": listed[0]["ModelPackageArn"]})
    part = (package.get("DriftCheckBaselines") or {}).get(place.part) or {}
    constraints, statistics = part.get(place.constraints), part.get(place.statistics or "")
    if not constraints:
        return None
    return Baseline(constraints["S3Uri"], statistics["S3Uri"] if statistics else None)
