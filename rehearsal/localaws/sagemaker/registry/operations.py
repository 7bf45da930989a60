"""The operations of the model registry."""

from typing import Any

from moto.sagemaker.models import sagemaker_backends

from rehearsal.localaws.ground import arns, clock
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker import listing
from rehearsal.localaws.sagemaker.refusals import invalid
from rehearsal.localaws.sagemaker.registry.package import Group, Package


class RegistryOperations:
    """Groups and packages."""

    params: dict[str, Any]
    region: str
    sagemaker_backend: Any

    def create_model_package_group(self) -> dict[str, Any]:
        groups, name = self.sagemaker_backend.package_groups, self.params["ModelPackageGroupName"]
        if groups.find(name) is not None:
            raise invalid(f"Model Package Group already exists: {groups.arn(name)}")
        groups.add(Group(name, groups.arn(name), self.params, clock.now()))
        self.sagemaker_backend.tag_store.put(groups.arn(name), self.params.get("Tags"))
        return {"ModelPackageGroupArn": groups.arn(name)}

    def describe_model_package_group(self) -> dict[str, Any]:
        return self._group(self.params["ModelPackageGroupName"]).description()

    def list_model_package_groups(self) -> dict[str, Any]:
        summaries = [group.summary() for group in self.sagemaker_backend.package_groups]
        return listing.page(summaries, self.params, into="ModelPackageGroupSummaryList", name="ModelPackageGroupName")

    def delete_model_package_group(self) -> None:
        group = self._group(self.params["ModelPackageGroupName"])
        if self._versions_of(group):
            raise AwsError(
                "ConflictException",
                f"Model Package Group {group.arn} cannot be deleted because it still contains Model Packages.",
            )
        self.sagemaker_backend.package_groups.remove(group.name)
        self.sagemaker_backend.tag_store.forget(group.arn)

    def create_model_package(self) -> dict[str, Any]:
        group_name, name = self.params.get("ModelPackageGroupName"), self.params.get("ModelPackageName")
        if bool(group_name) == bool(name):
            raise invalid("Give exactly one of ModelPackageGroupName (a version of a group) and ModelPackageName.")
        earlier = self._made_by(self.params.get("ClientToken"))
        if earlier is not None:
            return {"ModelPackageArn": earlier.arn}
        package = self._new_version(group_name) if group_name else self._new_package(str(name))
        self.sagemaker_backend.packages[package.arn] = package
        self.sagemaker_backend.tag_store.put(package.arn, self.params.get("Tags"))
        package.announce(self.region)
        return {"ModelPackageArn": package.arn}

    def _made_by(self, token: str | None) -> Package | None:
        """The package that a request with this ClientToken has made: one that is sent again makes no other."""
        packages = self.sagemaker_backend.packages.values()
        return next((each for each in packages if token and each.request.get("ClientToken") == token), None)

    def _new_version(self, group_name: str) -> Package:
        group = self._group(group_name)
        backend = self.sagemaker_backend
        number = backend.last_versions[group.name] = backend.last_versions.get(group.name, 0) + 1
        arn = f"{backend.package_names.arn(group.name)}/{number}"
        return Package(group.name, arn, dict(self.params), clock.now(), group.name, number)

    def _new_package(self, name: str) -> Package:
        package = Package(name, self.sagemaker_backend.package_names.arn(name), dict(self.params), clock.now())
        self.sagemaker_backend.package_names.add(package)
        return package

    def describe_model_package(self) -> dict[str, Any]:
        return find_package(self.sagemaker_backend, self.params["ModelPackageName"]).description()

    def batch_describe_model_package(self) -> dict[str, Any]:
        """Those that are there, and for each other ARN why it is missing, with the error of DescribeModelPackage: AWS
        names no codes."""
        found: dict[str, Any] = {}
        failed: dict[str, Any] = {}
        for arn in self.params["ModelPackageArnList"]:
            package = self.sagemaker_backend.packages.get(arn)
            if package is None or package.version is None or "InferenceSpecification" not in package.request:
                why = f"ModelPackage {arn} does not exist, or is no version of a group with an InferenceSpecification."
                failed[arn] = {"ErrorCode": "ValidationException", "ErrorResponse": why}
            else:
                found[arn] = package.version_summary()
        return {"ModelPackageSummaries": found, "BatchDescribeModelPackageErrorMap": failed}

    def update_model_package(self) -> dict[str, Any]:
        package = find_package(self.sagemaker_backend, self.params["ModelPackageArn"])
        updated = package.change(self.params)
        if updated:  # the state of the package has changed, which is what the event is called
            package.announce(self.region, updated)
        return {"ModelPackageArn": package.arn}

    def delete_model_package(self) -> None:
        package = find_package(self.sagemaker_backend, self.params["ModelPackageName"])
        del self.sagemaker_backend.packages[package.arn]
        self.sagemaker_backend.tag_store.forget(package.arn)
        if package.version is None:
            self.sagemaker_backend.package_names.remove(package.name)

    def list_model_packages(self) -> dict[str, Any]:
        summaries = [
            {**package.summary(), "_name": package.name}
            for package in self.sagemaker_backend.packages.values()
            if self._listed(package)
        ]
        # The newest first: the reference says Ascending, and AWS's own project templates take the first for the newest.
        answer = listing.page(summaries, self.params, into="ModelPackageSummaryList", name="_name")
        for summary in answer["ModelPackageSummaryList"]:
            del summary["_name"]
        return answer

    def _listed(self, package: Package) -> bool:
        group, kind = self.params.get("ModelPackageGroupName"), self.params.get("ModelPackageType", "Unversioned")
        if group is not None:
            if package.group_name is None or package.group_name.lower() != group.rpartition("/")[2].lower():
                return False
        elif kind != "Both" and (kind == "Versioned") != bool(package.version):
            return False
        return self.params.get("ModelApprovalStatus") in (None, package.approval)

    def _group(self, name: str) -> Group:
        groups = self.sagemaker_backend.package_groups
        group: Group | None = groups.find(name.rpartition("/")[2])
        if group is None:
            raise invalid(f"ModelPackageGroup {groups.arn(name.rpartition('/')[2])} does not exist.")
        return group

    def _versions_of(self, group: Group) -> list[Package]:
        return [package for package in self.sagemaker_backend.packages.values() if package.group_name == group.name]


def find_package(backend: Any, name: str) -> Package:
    """The package of an ARN, which may be another account's, or of a name outside groups.

    Raises:
        AwsError: ValidationException, when there is none.
    """
    arn = name if name.startswith("arn:") else backend.package_names.arn(name)
    owner = arns.account_of(arn)
    records = backend if owner == backend.account_id else sagemaker_backends[owner][backend.region_name]
    package: Package | None = records.packages.get(arn)
    if package is None:
        raise invalid(f"ModelPackage {arn} does not exist.")
    return package
