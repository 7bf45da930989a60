"""IAM's state: moto's own, served by this package's operations."""

import json
from typing import Any

from moto.iam.models import IAMBackend

from rehearsal.localaws.authorizer import former_principals, known_principals
from rehearsal.localaws.authorizer.document_rules import size
from rehearsal.localaws.ground.errors import AwsError

_INLINE_CHARACTERS = {"role": 10_240, "group": 5_120, "user": 2_048}
"""Of all inline policies together, white space left out.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""


_SUFFIXED = frozenset({"autoscaling.amazonaws.com", "connect.amazonaws.com", "lexv2.amazonaws.com"})
"""Services whose linked roles may have a suffix of the caller's."""


class IamBackend(IAMBackend):
    """The embedded account's users, groups, roles and policies."""

    def delete_policy(self, policy_arn: str) -> None:
        """In AWS's words where there is none."""
        if policy_arn not in self.managed_policies:
            raise AwsError("NoSuchEntity", f"Policy {policy_arn} was not found.")
        super().delete_policy(policy_arn)

    def create_policy(self, *args: Any, **named: Any) -> Any:
        """A policy that bounds nobody yet."""
        policy = super().create_policy(*args, **named)
        policy.permissions_boundary_usage_count = 0
        return policy

    def __getstate__(self) -> dict[str, Any]:
        """AWS's own policies are read again when somebody asks for them."""
        return {**self.__dict__, "aws_managed_policies": []}

    def put_role_policy(self, role_name: str, policy_name: str, policy_json: str) -> None:
        """An inline policy of any version."""
        _check_size("role", role_name, self.get_role(role_name).policies, policy_name, policy_json)
        super().put_role_policy(role_name, policy_name, _of_the_newest_version(policy_json))
        self.get_role(role_name).put_policy(policy_name, policy_json)

    def put_user_policy(self, user_name: str, policy_name: str, policy_json: str) -> None:
        """An inline policy of any version."""
        _check_size("user", user_name, self.get_user(user_name).policies, policy_name, policy_json)
        super().put_user_policy(user_name, policy_name, _of_the_newest_version(policy_json))
        self.get_user(user_name).put_policy(policy_name, policy_json)

    def put_group_policy(self, group_name: str, policy_name: str, policy_json: str) -> None:
        """An inline policy of any version."""
        _check_size("group", group_name, self.get_group(group_name).policies, policy_name, policy_json)
        super().put_group_policy(group_name, policy_name, _of_the_newest_version(policy_json))
        self.get_group(group_name).put_policy(policy_name, policy_json)

    def create_service_linked_role(self, service_name: str, description: str, suffix: str) -> Any:
        """Of a service that there is, named as its principal is; few services let callers add to the name."""
        if service_name.count(".") < 2 or not known_principals.exists("Service", service_name):
            raise AwsError("InvalidInput", f"Service role with name {service_name} is not a valid service principal.")
        if suffix and service_name not in _SUFFIXED:
            raise AwsError("InvalidInput", f"Custom suffix is not allowed for {service_name}")
        return super().create_service_linked_role(service_name, description, suffix)

    def delete_role(self, role_name: str) -> None:
        """Policies that name the role keep its id."""
        role = self.get_role(role_name)
        super().delete_role(role_name)
        former_principals.forget(role.arn, role.id)

    def delete_user(self, user_name: str) -> None:
        """Policies that name the user keep its id."""
        user = self.get_user(user_name)
        super().delete_user(user_name)
        former_principals.forget(user.arn, user.id)


def _check_size(kind: str, name: str, policies: dict[str, str], policy_name: str, policy_json: str) -> None:
    together = sum(size(text) for text in {**policies, policy_name: policy_json}.values())
    limit = _INLINE_CHARACTERS[kind]
    if together > limit:
        raise AwsError("LimitExceeded", f"Maximum policy size of {limit} bytes exceeded for {kind} {name}")


def _of_the_newest_version(policy_json: str) -> str:
    """The text for moto to check: it wants the newest version of inline policies too, AWS only of managed ones."""
    try:
        document = json.loads(policy_json)
    except json.JSONDecodeError:
        return policy_json
    if not isinstance(document, dict) or document.get("Version", "2008-10-17") != "2008-10-17":
        return policy_json
    return json.dumps({**document, "Version": "2012-10-17"})
