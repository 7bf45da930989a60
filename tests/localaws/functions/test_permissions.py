"""Who may be named in a function's policy, and that a function stays usable whoever is."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

ACCOUNT = "123456789012"


@pytest.fixture
def function(deploy: Any) -> str:
    name: str = deploy("def handler(event, context):\n    return event\n")
    return name


@pytest.mark.parametrize(
    ("principal", "named"),
    [
        (ACCOUNT, {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}),
        ("111122223333", {"AWS": "arn:aws:iam::111122223333:root"}),
        (f"arn:aws:iam::{ACCOUNT}:root", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}),
        (f"arn:aws:iam::{ACCOUNT}:user/admin", {"AWS": f"arn:aws:iam::{ACCOUNT}:user/admin"}),
        ("*", "*"),
        ("events.amazonaws.com", {"Service": "events.amazonaws.com"}),
    ],
)
def test_each_form_of_a_principal(aws: Any, function: str, principal: str, named: Any) -> None:
    client = aws.client("lambda")
    permission = {"FunctionName": function, "StatementId": "s", "Action": "lambda:InvokeFunction"}
    client.add_permission(**permission, Principal=principal)
    (statement,) = json.loads(client.get_policy(FunctionName=function)["Policy"])["Statement"]
    assert statement["Principal"] == named
    assert json.load(client.invoke(FunctionName=function, Payload=b"1")["Payload"]) == 1
    with pytest.raises(ClientError) as caught:
        client.add_permission(**permission, Principal=principal)
    assert caught.value.response["Error"]["Code"] == "ResourceConflictException"
    client.delete_function(FunctionName=function)


@pytest.mark.parametrize(
    "principal", [f"arn:aws:iam::{ACCOUNT}:role/nobody", "lamda.amazonaws.com", "me", "[]", "arn:x"]
)
def test_a_principal_that_there_is_not(aws: Any, function: str, principal: str) -> None:
    client = aws.client("lambda")
    with pytest.raises(ClientError) as caught:
        client.add_permission(
            FunctionName=function, StatementId="s", Action="lambda:InvokeFunction", Principal=principal
        )
    assert caught.value.response["Error"]["Code"] == "InvalidParameterValueException"
    assert json.load(client.invoke(FunctionName=function, Payload=b"1")["Payload"]) == 1
    client.delete_function(FunctionName=function)
