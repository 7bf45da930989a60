"""Rotation of secrets by functions that let Secrets Manager in."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localaws.inboxes import Inbox

_TELL = (
    "import boto3, json, os\ndef handler(event, context):\n"
    "    boto3.client('sqs').send_message(QueueUrl=os.environ['URL'], MessageBody=json.dumps(event))\n"
)


def test_a_rotation_calls_the_function_with_the_secrets_arn_at_each_step(
    aws: Any, unique: Callable[[str], str], deploy: Any, inbox: Inbox
) -> None:
    secrets, functions = aws.client("secretsmanager"), aws.client("lambda")
    secret = secrets.create_secret(Name=unique("rotated"), SecretString="old")["ARN"]
    name = deploy(_TELL, Environment={"Variables": {"URL": inbox.url}})
    function = functions.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    with pytest.raises(ClientError) as raised:
        secrets.rotate_secret(SecretId=secret, RotationLambdaARN=function)
    assert raised.value.response["Error"]["Code"] == "AccessDeniedException"
    door = {"StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "secretsmanager.amazonaws.com"}
    functions.add_permission(FunctionName=name, **door)
    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=function)
    told = [inbox.body() for _ in range(4)]
    assert {event["Step"] for event in told} == {"createSecret", "setSecret", "testSecret", "finishSecret"}
    assert {event["SecretId"] for event in told} == {secret}, json.dumps(told)
