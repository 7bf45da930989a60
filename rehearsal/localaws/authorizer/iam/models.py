"""IAM's state: moto's own, served by this package's operations."""

import json
from typing import Any

from moto.iam.models import IAMBackend


class IamBackend(IAMBackend):
    """The embedded account's users, groups, roles and policies."""

    def __getstate__(self) -> dict[str, Any]:
        """AWS's own policies are read again when somebody asks for them."""
        return {**self.__dict__, "aws_managed_policies": []}

    def put_role_policy(self, role_name: str, policy_name: str, policy_json: str) -> None:
        """An inline policy of any version."""
        super().put_role_policy(role_name, policy_name, _of_the_newest_version(policy_json))
        self.get_role(role_name).put_policy(policy_name, policy_json)

    def put_user_policy(self, user_name: str, policy_name: str, policy_json: str) -> None:
        """An inline policy of any version."""
        super().put_user_policy(user_name, policy_name, _of_the_newest_version(policy_json))
        self.get_user(user_name).put_policy(policy_name, policy_json)

    def put_group_policy(self, group_name: str, policy_name: str, policy_json: str) -> None:
        """An inline policy of any version."""
        super().put_group_policy(group_name, policy_name, _of_the_newest_version(policy_json))
        self.get_group(group_name).put_policy(policy_name, policy_json)


def _of_the_newest_version(policy_json: str) -> str:
    """The text for moto to check: it wants the newest version of inline policies too, AWS only of managed ones."""
    try:
        document = json.loads(policy_json)
    except json.JSONDecodeError:
        return policy_json
    if not isinstance(document, dict) or document.get("Version", "2008-10-17") != "2008-10-17":
        return policy_json
    return json.dumps({**document, "Version": "2012-10-17"})
