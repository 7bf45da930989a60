"""Versions in the model registry: with their metrics, what they were made of, and where each serves."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import BadInput, NotThere
from rehearsal.toolkit.mlops.serving import Serving
from rehearsal.toolkit.models import registry

_COMMIT, _DATA, _JOB, _EXECUTION = "CommitId", "InputDataUrl", "TrainingJobName", "PipelineExecutionArn"
"""Properties with which ``mlops/modelbuild`` registers a version."""


@dataclass(frozen=True)
class Version:
    """One version: ``lineage`` is what it was made of, by the names of its properties; ``endpoints`` serve it now."""

    arn: str
    group: str
    number: int
    approval: str
    created_at: datetime
    note: str = ""
    model_data: str = ""
    metrics: Mapping[str, float] = field(default_factory=dict)
    lineage: Mapping[str, str] = field(default_factory=dict)
    endpoints: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """As commands take it."""
        return f"{self.group}/{self.number}"

    def as_json(self) -> dict[str, Any]:
        """As ``--json`` prints it."""
        return {
            "version": self.number,
            "group": self.group,
            "arn": self.arn,
            "approval": self.approval,
            "note": self.note,
            "createdAt": self.created_at.isoformat(),
            "modelDataUrl": self.model_data,
            "metrics": dict(self.metrics),
            "commit": self.lineage.get(_COMMIT),
            "data": self.lineage.get(_DATA),
            "trainingJob": self.lineage.get(_JOB),
            "pipelineExecution": self.lineage.get(_EXECUTION),
            "properties": dict(self.lineage),
            "endpoints": list(self.endpoints),
        }


def groups(aws: Aws) -> list[str]:
    """The names of all model package groups of this account and region."""
    pages = aws.client("sagemaker").get_paginator("list_model_package_groups").paginate()
    return sorted(each["ModelPackageGroupName"] for page in pages for each in page["ModelPackageGroupSummaryList"])


def group_meant(known: Iterable[str], name: str | None, projects: Mapping[str, str]) -> str:
    """The group that a user means: one by its name or by its project's, or the only one there is. Pure.

    Raises:
        NotThere: there is no such group, or none at all.
        BadInput: there are several and none was named.
    """
    there = sorted(known)
    if name is not None:
        found = projects.get(name, name)
        if found in there:
            return found
        raise NotThere(
            f"there is no model package group {name!r}, nor a project of that name",
            where="NAME",
            next_step=f"there are: {', '.join(there)}" if there else "a run of ModelBuild registers a version",
        )
    if len(there) == 1:
        return there[0]
    if not there:
        raise NotThere(
            "no model package group is here", where="SageMaker", next_step="rehearse project create NAME makes one"
        )
    raise BadInput(
        f"{len(there)} model package groups are here", where="NAME", next_step=f"name one of {', '.join(there)}"
    )


def parse(address: str) -> tuple[str | None, int]:
    """``GROUP/3``, ``PROJECT/3``, ``3`` or the ARN of a version, as name of the group (None: the only one) and number.

    Pure.

    Raises:
        BadInput: it is none of these.
    """
    name, slash, number = address.rpartition("model-package/")[2].rpartition("/")
    if not number.isdigit() or (slash and not name):
        raise BadInput(
            f"{address!r} is no version", where="VERSION", next_step="write NAME/3, 3, or the ARN of the version"
        )
    return (name or None), int(number)


def versions(aws: Aws, group: str, served: Iterable[Serving]) -> Iterator[Version]:
    """The versions of a group, newest first; ``served`` is what endpoints serve."""
    sagemaker, here = aws.client("sagemaker"), list(served)
    pages = sagemaker.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=group, SortBy="CreationTime", SortOrder="Descending"
    )
    for page in pages:
        for summary in page["ModelPackageSummaryList"]:
            described = sagemaker.describe_model_package(ModelPackageName=summary["ModelPackageArn"])
            report = registry.reports_of(described.get("ModelMetrics", {})).get(registry.MODEL_QUALITY, "")
            yield assembled(described, registry.metrics_at(aws, report), here)


def version(aws: Aws, group: str, number: int, served: Iterable[Serving]) -> Version:
    """One version of a group.

    Raises:
        NotThere: the group has no such version.
    """
    for each in versions(aws, group, served):
        if each.number == number:
            return each
    raise NotThere(
        f"{group} has no version {number}", where="SageMaker", next_step=f"rehearse model list {group} lists them"
    )


def assembled(described: Mapping[str, Any], metrics: Mapping[str, float], served: Iterable[Serving]) -> Version:
    """A version from DescribeModelPackage's answer. Pure."""
    arn = described["ModelPackageArn"]
    containers = described.get("InferenceSpecification", {}).get("Containers", [{}])
    return Version(
        arn=arn,
        group=described["ModelPackageGroupName"],
        number=described["ModelPackageVersion"],
        approval=described["ModelApprovalStatus"],
        created_at=described["CreationTime"],
        note=described.get("ApprovalDescription", ""),
        model_data=containers[0].get("ModelDataUrl", ""),
        metrics=metrics,
        lineage=described.get("CustomerMetadataProperties", {}),
        endpoints=tuple(each.endpoint for each in served if arn in each.packages),
    )
