"""Requests that no SDK would send are the caller's error, in the words of the service and the shape of its protocol."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import EmbeddedAws
from tests.localaws.fuzz.attack import model, send
from tests.localaws.fuzz.wire import Message

JSON = {"Content-Type": "application/x-amz-json-1.1"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def json_call(target: str, body: bytes) -> Message:
    return Message("POST", "/", headers={**JSON, "X-Amz-Target": target}, body=body)


REFUSED = {
    "a number for a text": ("ssm", json_call("AmazonSSM.GetParameter", b'{"Name": 5}'), 400, b"SerializationException"),
    "a list for an object": ("ssm", json_call("AmazonSSM.GetParameter", b"[]"), 400, b"SerializationException"),
    "no JSON": ("ssm", json_call("AmazonSSM.GetParameter", b"{"), 400, b"SerializationException"),
    "nested without end": ("ssm", json_call("AmazonSSM.GetParameter", b"[" * 9999), 400, b"SerializationException"),
    "no UTF-8": ("kms", json_call("TrentService.ListKeys", b'{"Marker": "\xff"}'), 400, b"SerializationException"),
    "no base64": (
        "kms",
        json_call("TrentService.Decrypt", b'{"CiphertextBlob": "*"}'),
        400,
        b"Invalid Base64",
    ),
    "a member left out": ("ssm", json_call("AmazonSSM.GetParameter", b"{}"), 400, b"Value null at 'name'"),
    "too large": ("kms", json_call("TrentService.ListKeys", b'{"Limit": 1001}'), 400, b"less than or equal to 1000"),
    "an unknown operation": ("ssm", json_call("AmazonSSM.Nothing", b"{}"), 400, b"UnknownOperationException"),
    "an unknown action": (
        "iam",
        Message("POST", "/", headers=FORM, body=b"Action=Nothing&Version=2010-05-08"),
        400,
        b"<Code>InvalidAction</Code>",
    ),
    "no number in a form": (
        "iam",
        Message("POST", "/", headers=FORM, body=b"Action=ListRoles&MaxItems=many"),
        400,
        b"<Code>MalformedInput</Code>",
    ),
    "out of range in a form": (
        "iam",
        Message("POST", "/", headers=FORM, body=b"Action=ListRoles&MaxItems=0"),
        400,
        b"<Code>ValidationError</Code>",
    ),
    "no XML": ("s3", Message("PUT", "/bucket?versioning", body=b"<a"), 400, b"<Code>MalformedXML</Code>"),
    "another root": ("s3", Message("PUT", "/bucket?versioning", body=b"<a/>"), 400, b"<Code>MalformedXML</Code>"),
    "an unknown method": ("s3", Message("PATCH", "/bucket"), 405, b"<Code>MethodNotAllowed</Code>"),
    "CBOR": ("ssm", Message("POST", "/", headers={"Content-Type": "application/cbor"}, body=b"\xa0"), 400, b""),
    "an unknown path": ("lambda", Message("GET", "/2015-03-31/nothing"), 404, b"operation"),
    "no ARN": (
        "sns",
        Message("POST", "/", headers=FORM, body=b"Action=Publish&TopicArn=x&Message=m"),
        400,
        b"<Code>InvalidParameter</Code>",
    ),
}


@pytest.mark.parametrize(("service", "message", "status", "says"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_fit_the_model_is_refused(
    aws: EmbeddedAws, service: str, message: Message, status: int, says: bytes
) -> None:
    found, body = send(aws, model(service), message)
    assert (found, says in body) == (status, True), body


def test_members_that_the_model_does_not_have_are_passed_over(aws: EmbeddedAws) -> None:
    assert send(aws, model("ssm"), json_call("AmazonSSM.DescribeParameters", b'{"Novelty": {"a": [1]}}'))[0] == 200


def test_what_is_not_there_is_told_with_the_services_own_error(aws: EmbeddedAws) -> None:
    kms: Any = aws.client("kms")
    with pytest.raises(ClientError, match="NotFoundException"):
        kms.describe_key(KeyId="nothing-of-this-name")


def test_a_secret_that_breaks_a_limit_is_not_repeated(aws: EmbeddedAws) -> None:
    password = "hunter2" * 30
    with pytest.raises(ClientError) as refused:
        aws.client("iam").create_login_profile(UserName="nobody", Password=password)
    assert "'password'" in str(refused.value)
    assert password not in str(refused.value)


def test_members_that_only_elements_require_are_asked_of_elements_alone(aws: EmbeddedAws, unique: Any) -> None:
    secrets: Any = aws.client("secretsmanager")
    assert secrets.create_secret(Name=unique("plain"), SecretString="x")["ARN"]
    create = json_call("secretsmanager.CreateSecret", b'{"Name": "a", "SecretString": "b", "Tags": [{"Value": "c"}]}')
    status, body = send(aws, model("secretsmanager"), create)
    assert (status, b"tags?.Key" not in body) == (400, True), body
