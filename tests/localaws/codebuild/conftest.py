"""Projects to build, alone and in pipelines."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.localaws.codepipeline.conftest import TRUST, bench, role_arn

__all__ = ["bench", "role_arn"]


@pytest.fixture(scope="session")
def build_role(aws: Any) -> str:
    return make_build_role(aws)


def make_build_role(aws: Any) -> str:
    """A role for projects that may do anything."""
    iam = aws.client("iam")
    trust = json.dumps(TRUST).replace("codepipeline.", "codebuild.")
    role = iam.create_role(RoleName="codebuild-tests", AssumeRolePolicyDocument=trust)["Role"]
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_role_policy(RoleName="codebuild-tests", PolicyName="Everything", PolicyDocument=json.dumps(everything))
    arn: str = role["Arn"]
    return arn


@pytest.fixture
def project(aws: Any, build_role: str, unique: Callable[[str], str]) -> Callable[..., str]:
    """``project(buildspec, **members)`` makes a project without a source; gives its name."""

    def make(buildspec: str, **members: Any) -> str:
        return make_project(aws, unique("project"), build_role, buildspec, **members)

    return make


def make_project(aws: Any, name: str, role: str, buildspec: str, **members: Any) -> str:
    """A project without a source; gives its name."""
    declaration = {
        "name": name,
        "source": {"type": "NO_SOURCE", "buildspec": buildspec},
        "artifacts": {"type": "NO_ARTIFACTS"},
        "environment": {"type": "LINUX_CONTAINER", "image": "any", "computeType": "BUILD_GENERAL1_SMALL"},
        "serviceRole": role,
        **members,
    }
    aws.client("codebuild").create_project(**declaration)
    return name
