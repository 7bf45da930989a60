"""Model package groups and the packages in them: versions of a model, each with its approval."""

import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rehearsal.localaws.events import bus
from rehearsal.localaws.ground import arns, clock
from rehearsal.localaws.ground.errors import AwsError

PENDING = "PendingManualApproval"
_REPLACED = (
    *("ModelApprovalStatus", "ApprovalDescription", "ModelPackageRegistrationType", "SourceUri"),
    *("InferenceSpecification", "ModelCard", "ModelLifeCycle"),
)
"""The members of UpdateModelPackage that stand in place of the former."""
_CHANGEABLE = (*_REPLACED, "CustomerMetadataProperties", "AdditionalInferenceSpecifications")


@dataclass(frozen=True)
class Group:
    """A model package group."""

    name: str
    arn: str
    request: dict[str, Any]
    created_at: datetime
    policy: str | None = None
    """The resource policy, as it was put."""

    def description(self) -> dict[str, Any]:
        """The answer of DescribeModelPackageGroup."""
        return {**self.summary(), "CreatedBy": {}}

    def summary(self) -> dict[str, Any]:
        """One entry of ListModelPackageGroups."""
        described = self.request.get("ModelPackageGroupDescription")
        return {
            "ModelPackageGroupName": self.name,
            "ModelPackageGroupArn": self.arn,
            "CreationTime": self.created_at,
            "ModelPackageGroupStatus": "Completed",
        } | ({"ModelPackageGroupDescription": described} if described else {})


@dataclass
class Package:
    """A model package: a version of its group, or without a group one of a name of its own."""

    name: str
    arn: str
    request: dict[str, Any]
    created_at: datetime
    group_name: str | None = None
    version: int | None = None
    modified_at: datetime | None = None

    @property
    def approval(self) -> str | None:
        """ModelApprovalStatus; packages without a group have none."""
        return self.request.get("ModelApprovalStatus", PENDING) if self.version else None

    def description(self) -> dict[str, Any]:
        """The answer of DescribeModelPackage."""
        status = {"Name": self.arn, "Status": "Completed"}
        members = {key: value for key, value in self.request.items() if key not in ("Tags", "ClientToken")}
        return {
            **members,
            **self.summary(),
            "ModelPackageStatusDetails": {"ValidationStatuses": [status], "ImageScanStatuses": [status]},
            "CertifyForMarketplace": self.request.get("CertifyForMarketplace", False),
            **({"LastModifiedTime": self.modified_at} if self.modified_at else {}),
        }

    def summary(self) -> dict[str, Any]:
        """One entry of ListModelPackages."""
        members = {
            "ModelPackageName": None if self.version else self.name,
            "ModelPackageGroupName": self.group_name,
            "ModelPackageVersion": self.version,
            "ModelPackageArn": self.arn,
            "ModelPackageDescription": self.request.get("ModelPackageDescription"),
            "CreationTime": self.created_at,
            "ModelPackageStatus": "Completed",
            "ModelApprovalStatus": self.approval,
            **{member: self.request.get(member) for member in ("ModelLifeCycle", "ModelPackageRegistrationType")},
        }
        return {name: value for name, value in members.items() if value is not None}

    def version_summary(self) -> dict[str, Any]:
        """One entry of BatchDescribeModelPackage, which is about versions of groups that can be deployed."""
        shown = {
            name: value for name, value in self.summary().items() if name not in ("ModelPackageName", "ModelLifeCycle")
        }
        return {**shown, "InferenceSpecification": self.request["InferenceSpecification"]}

    def container(self) -> dict[str, Any]:
        """The container definition with which CreateModel makes a model of the package.

        Raises:
            AwsError: ValidationException, for a package without InferenceSpecification.
        """
        specification = self.request.get("InferenceSpecification")
        if specification is None:
            raise AwsError("ValidationException", f"Model package {self.arn} has no InferenceSpecification to run.")
        if len(specification["Containers"]) > 1:
            raise AwsError(
                "ValidationException", f"Model package {self.arn}: the embedded AWS serves models of one container."
            )
        found: dict[str, Any] = specification["Containers"][0]
        return found

    def change(self, wanted: dict[str, Any]) -> tuple[str, ...]:
        """Take over the members of UpdateModelPackage; gives the names of those that are not as before."""
        former = {name: self._member(name) for name in _CHANGEABLE}
        for member in _REPLACED:
            if member in wanted:
                self.request[member] = wanted[member]
        properties = {
            **self.request.get("CustomerMetadataProperties", {}),
            **wanted.get("CustomerMetadataProperties", {}),
        }
        for name in wanted.get("CustomerMetadataPropertiesToRemove", ()):
            properties.pop(name, None)
        self.request["CustomerMetadataProperties"] = properties
        self.request.setdefault("AdditionalInferenceSpecifications", []).extend(
            wanted.get("AdditionalInferenceSpecificationsToAdd", ())
        )
        self.modified_at = clock.now()
        return tuple(name for name in _CHANGEABLE if self._member(name) != former[name])

    def _member(self, name: str) -> Any:
        """What stands in a member, as a copy."""
        return copy.deepcopy(self.approval if name == "ModelApprovalStatus" else self.request.get(name) or None)

    def announce(self, region: str, updated: tuple[str, ...] = ()) -> None:
        """Publish the state, and after an update which members have changed, by which a rule tells an approval from
        other changes of an approved version.

        https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
        """
        members = (
            "InferenceSpecification",
            "ModelMetrics",
            "ApprovalDescription",
            "CustomerMetadataProperties",
            "ModelLifeCycle",
        )
        detail = {**self.summary(), **{name: self.request[name] for name in members if name in self.request}}
        if updated:
            detail["UpdatedModelPackageFields"] = list(updated)
        detail["CreationTime"] = int(self.created_at.timestamp() * 1000)
        detail["ModelPackageName"] = self.arn.rpartition("model-package/")[2]
        owner = arns.account_of(self.arn)
        kind = "SageMaker Model Package State Change"
        bus.publish("aws.sagemaker", kind, detail, [self.arn], region=region, account_id=owner)
