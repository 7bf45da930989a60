"""Policies and roles, as the authorizer's tests make them."""

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

ACCOUNT = "123456789012"
numbers = itertools.count()


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


TRUST_ACCOUNT = document(
    {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}
)


class Role:
    """A role made for a test."""

    def __init__(self, aws: Any, name: str, arn: str) -> None:
        self.aws, self.name, self.arn = aws, name, arn

    @property
    def session_arn(self) -> str:
        return f"arn:aws:sts::{ACCOUNT}:assumed-role/{self.name}/me"

    def session(self, **more: Any) -> dict[str, str]:
        answer = self.aws.client("sts").assume_role(RoleArn=self.arn, RoleSessionName="me", **more)
        return answer["Credentials"]

    def client(self, service: str, **more: Any) -> Any:
        return self.aws.client(service, credentials=self.session(**more))


def refusal(call: Callable[[], Any]) -> tuple[str, str, int]:
    """Code, message and HTTP status of the error that ``call`` ends in."""
    with pytest.raises(ClientError) as caught:
        call()
    answer = caught.value.response
    return answer["Error"]["Code"], answer["Error"]["Message"], answer["ResponseMetadata"]["HTTPStatusCode"]
