"""Roles for the authorizer's tests."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.localaws.authorizer.support import TRUST_ACCOUNT, Role, document, numbers


@pytest.fixture
def role(aws: Any, unique: Callable[[str], str]) -> Callable[..., Role]:
    """Makes a role with the given statements, which the account may assume unless ``trust`` says otherwise."""

    def make(*statements: dict[str, Any], trust: str = TRUST_ACCOUNT, **more: Any) -> Role:
        name = unique(f"role{next(numbers)}")
        arn = aws.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust, **more)["Role"]["Arn"]
        if statements:
            aws.client("iam").put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document(*statements))
        return Role(aws, name, arn)

    return make
