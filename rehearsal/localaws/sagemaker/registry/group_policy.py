"""Resource policies of model package groups: which other accounts may use a group and its versions.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-deploy-xaccount.html
"""

from dataclasses import replace
from typing import Any

from rehearsal.localaws.sagemaker.refusals import invalid
from rehearsal.localaws.sagemaker.registry.package import Group


class GroupPolicyOperations:
    """Put, get and delete."""

    params: dict[str, Any]
    sagemaker_backend: Any

    def put_model_package_group_policy(self) -> dict[str, Any]:
        return {"ModelPackageGroupArn": self._keep(self.params["ResourcePolicy"]).arn}

    def get_model_package_group_policy(self) -> dict[str, Any]:
        return {"ResourcePolicy": self._policy()}

    def delete_model_package_group_policy(self) -> None:
        self._policy()
        self._keep(None)

    def _policy(self) -> str:
        group = self._named_group()
        if group.policy is None:
            raise invalid(f"Cannot find resource policy for: {group.arn}.")
        return group.policy

    def _keep(self, policy: str | None) -> Group:
        group = replace(self._named_group(), policy=policy)
        self.sagemaker_backend.package_groups.put(group)
        return group

    def _named_group(self) -> Group:
        groups, name = self.sagemaker_backend.package_groups, self.params["ModelPackageGroupName"].rpartition("/")[2]
        group: Group | None = groups.find(name)
        if group is None:
            raise invalid(f"ModelPackageGroup {groups.arn(name)} does not exist.")
        return group
