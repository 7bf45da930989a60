"""The model registry: groups, their versions with metrics and where they came from, and approving or rejecting one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import NotThere
from rehearsal.toolkit.aws.translation import code_of

PENDING, APPROVED, REJECTED = "PendingManualApproval", "Approved", "Rejected"
_LARGEST_METRICS = 1_000_000
"""Bytes of a file of metrics that are read."""
MODEL_QUALITY = "model quality"
_METRICS = {
    MODEL_QUALITY: ("ModelQuality", "Statistics"),
    "bias": ("Bias", "Report"),
    "explainability": ("Explainability", "Report"),
}


@dataclass(frozen=True)
class Group:
    """A model package group with its newest version; None where it has none."""

    name: str
    description: str
    created_at: datetime
    newest: "Version | None" = None


@dataclass(frozen=True)
class Version:
    """A model package: ``number`` is its version in the group."""

    arn: str
    group: str
    number: int
    approval: str
    description: str
    created_at: datetime


@dataclass(frozen=True)
class ModelPackage:
    """All that the registry keeps of a version. ``reports`` are URIs of metrics by what they are about."""

    version: Version
    approval_text: str
    changed_at: datetime | None
    changed_by: str
    containers: tuple[Mapping[str, Any], ...]
    reports: Mapping[str, str]
    properties: Mapping[str, str]
    metrics: Mapping[str, float]

    @property
    def model_data(self) -> str:
        """The model's artifact; empty where its inference specification has none."""
        return str(self.containers[0].get("ModelDataUrl", "")) if self.containers else ""


def groups(aws: Aws) -> list[Group]:
    """All of the account and region, by name, each with its newest version."""
    pages = aws.client("sagemaker").get_paginator("list_model_package_groups").paginate(SortBy="Name")
    return [
        Group(
            each["ModelPackageGroupName"],
            each.get("ModelPackageGroupDescription", ""),
            each["CreationTime"],
            next(iter(versions(aws, each["ModelPackageGroupName"], limit=1)), None),
        )
        for page in pages
        for each in page["ModelPackageGroupSummaryList"]
    ]


def versions(aws: Aws, group: str, limit: int = 200) -> list[Version]:
    """Those of a group, newest first.

    Raises:
        NotThere: there is no such group.
    """
    pages = (
        aws.client("sagemaker")
        .get_paginator("list_model_packages")
        .paginate(
            ModelPackageGroupName=group,
            SortBy="CreationTime",
            SortOrder="Descending",
            PaginationConfig={"MaxItems": limit},
        )
    )
    try:
        found = [_version(each) for page in pages for each in page["ModelPackageSummaryList"]]
        if not found:  # a group that is not there has none either
            aws.client("sagemaker").describe_model_package_group(ModelPackageGroupName=group)
        return found
    except ClientError as error:
        if code_of(error) not in ("ValidationException", "ResourceNotFound"):
            raise
        raise NotThere(
            f"there is no model package group {group} in region {aws.region}",
            where="SageMaker model registry",
            next_step="the page of all models lists the groups",
        ) from error


def _version(each: Mapping[str, Any]) -> Version:
    return Version(
        each["ModelPackageArn"],
        each.get("ModelPackageGroupName", ""),
        each.get("ModelPackageVersion", 0),
        each.get("ModelApprovalStatus", ""),
        each.get("ModelPackageDescription", ""),
        each["CreationTime"],
    )


def read(aws: Aws, arn: str) -> ModelPackage:
    """One version in full, its metrics read from S3 where the caller may."""
    answer = aws.client("sagemaker").describe_model_package(ModelPackageName=arn)
    reports = reports_of(answer.get("ModelMetrics", {}))
    by = (answer.get("LastModifiedBy") or answer.get("CreatedBy") or {}).get("IamIdentity", {}).get("Arn", "")
    return ModelPackage(
        _version(answer),
        answer.get("ApprovalDescription", ""),
        answer.get("LastModifiedTime"),
        by,
        tuple(answer.get("InferenceSpecification", {}).get("Containers", ())),
        reports,
        answer.get("CustomerMetadataProperties", {}),
        metrics_at(aws, reports.get(MODEL_QUALITY, "")),
    )


def reports_of(metrics: Mapping[str, Any]) -> dict[str, str]:
    """The URIs in ModelMetrics by what they are about. Pure."""
    found = {what: metrics.get(part, {}).get(member, {}).get("S3Uri", "") for what, (part, member) in _METRICS.items()}
    return {what: uri for what, uri in found.items() if uri}


def metrics_at(aws: Aws, uri: str) -> dict[str, float]:
    """The numbers of a quality report; none where it cannot be read."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    if not key:
        return {}
    try:
        body = aws.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read(_LARGEST_METRICS)
        return metrics_in(json.loads(body))
    except (ClientError, ValueError):
        return {}  # gone, not for this caller, or no JSON: its URI is told beside it


def metrics_in(report: Any) -> dict[str, float]:
    """``{"regression_metrics": {"mse": {"value": 4.2}}}``, SageMaker's layout of model metrics, as numbers by name.
    Pure.
    """
    found: dict[str, float] = {}
    for group in report.values() if isinstance(report, Mapping) else ():
        for name, each in group.items() if isinstance(group, Mapping) else ():
            value = each.get("value") if isinstance(each, Mapping) else None
            if isinstance(value, int | float) and not isinstance(value, bool):
                found[name] = float(value)
    return found


def answer(aws: Aws, arn: str, approval: str, comment: str) -> None:
    """Approve or reject a version; the comment is kept beside it."""
    described = {"ApprovalDescription": comment[:1024]} if comment else {}
    aws.client("sagemaker").update_model_package(ModelPackageArn=arn, ModelApprovalStatus=approval, **described)


def find(found: list[Version], number: int, group: str) -> Version:
    """The version with a number.

    Raises:
        NotThere: the group has none such.
    """
    for each in found:
        if each.number == number:
            return each
    raise NotThere(
        f"{group} has no version {number}", where="SageMaker model registry", next_step="choose one of its list"
    )
