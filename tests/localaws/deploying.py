"""Functions to test with: a role, a zip from source text, a deployed function."""

import io
import json
import uuid
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import pytest

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
ALLOW_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def zip_of(files: Mapping[str, str]) -> bytes:
    """A zip of text files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


@pytest.fixture(scope="session")
def execution_role(aws: Any) -> str:
    """A role that Lambda may assume and that may do everything."""
    iam = aws.client("iam")
    role = iam.create_role(RoleName="functions-under-test", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.put_role_policy(RoleName="functions-under-test", PolicyName="All", PolicyDocument=json.dumps(ALLOW_ALL))
    return role["Role"]["Arn"]


@pytest.fixture
def deploy(aws: Any, execution_role: str) -> Callable[..., str]:
    """``deploy(source, **members of CreateFunction)`` gives the name of a function with handler ``app.handler``."""

    def make(source: str, **members: Any) -> str:
        name = f"function-{uuid.uuid4().hex[:12]}"
        chosen = {
            "FunctionName": name,
            "Runtime": "python3.12",
            "Role": execution_role,
            "Handler": "app.handler",
            "Code": {"ZipFile": zip_of({"app.py": source})},
            **members,
        }
        aws.client("lambda").create_function(**chosen)
        return name

    return make


@pytest.fixture
def invoke(aws: Any) -> Callable[..., Any]:
    """``invoke(name, event)`` gives the payload and the whole answer."""

    def call(name: str, event: Any = None, **members: Any) -> tuple[Any, dict[str, Any]]:
        answer = aws.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event), LogType="Tail", **members)
        payload = answer["Payload"].read()
        return (json.loads(payload) if payload else None), answer

    return call
