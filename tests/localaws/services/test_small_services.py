"""Where moto stumbled: parameters, passwords, images, conditions, service-linked roles, scaling, nulls."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.localaws.authorizer.actions import SERVICES
from rehearsal.localaws.entrance import offered
from tests.conftest import EmbeddedAws
from tests.localaws.fuzz.attack import model, send
from tests.localaws.fuzz.wire import Message

JSON = {"Content-Type": "application/x-amz-json-1.1"}
REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "events": ("test_event_pattern", {"EventPattern": '{"a": ["b"]}', "Event": "-"}, "ValidationException"),
    "ecr": ("list_images", {"repositoryName": "nowhere"}, "RepositoryNotFoundException"),
    "iam": ("create_service_linked_role", {"AWSServiceName": "eyJ9"}, "InvalidInput"),
    "kms": ("retire_grant", {"GrantId": "x"}, "ValidationException"),
    "application-autoscaling": (
        "register_scalable_target",
        {"ServiceNamespace": "ecs", "ResourceId": "service/a/b", "ScalableDimension": "ecs:service:DesiredCount"},
        "NotImplemented",
    ),
    "secretsmanager": (
        "get_random_password",
        {"ExcludeCharacters": "0123456789", "PasswordLength": 8},
        "InvalidParameterException",
    ),
    "s3": (
        "put_bucket_ownership_controls",
        {"Bucket": "b", "OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}] * 2}},
        "MalformedXML",
    ),
}


@pytest.mark.parametrize("service", REFUSED)
def test_what_aws_refuses_is_refused_with_its_error(aws: EmbeddedAws, service: str) -> None:
    operation, members, code = REFUSED[service]
    with pytest.raises(ClientError) as refused:
        getattr(aws.client(service), operation)(**members)
    assert refused.value.response["Error"]["Code"] == code


def test_all_services_that_policies_know_are_offered() -> None:
    assert set(SERVICES) <= set(offered.SERVICES.values())


def test_a_parameter_that_is_not_there_is_not_there_afterwards_either(aws: EmbeddedAws, unique: Any) -> None:
    ssm, name = aws.client("ssm"), unique("parameter")
    with pytest.raises(ClientError, match="ParameterNotFound"):
        ssm.label_parameter_version(Name=name, ParameterVersion=1, Labels=["a"])
    assert name not in [each["Name"] for each in ssm.describe_parameters()["Parameters"]]
    with pytest.raises(ClientError, match="ParameterNotFound"):
        ssm.get_parameter(Name=name)


def test_a_password_has_each_kind_that_is_wanted(aws: EmbeddedAws) -> None:
    made = aws.client("secretsmanager").get_random_password(
        PasswordLength=4, ExcludePunctuation=True, IncludeSpace=True, ExcludeCharacters="abcdefghij"
    )["RandomPassword"]
    assert len(made) == 4 and " " in made
    assert any(each.islower() for each in made) and any(each.isupper() for each in made)
    assert any(each.isdigit() for each in made) and not set(made) & set("abcdefghij")


def test_members_that_are_null_were_left_out(aws: EmbeddedAws) -> None:
    message = Message(
        "POST", "/", headers={**JSON, "X-Amz-Target": "secretsmanager.ListSecrets"}, body=b'{"Filters": null}'
    )
    status, body = send(aws, model("secretsmanager"), message)
    assert (status, b"SecretList" in body) == (200, True), body


def test_a_body_that_was_left_out_is_an_empty_one(aws: EmbeddedAws) -> None:
    path = "/2019-09-25/functions/nobody/event-invoke-config"
    status, body = send(aws, model("lambda"), Message("POST", path, body=b""))
    assert (status == 404 and b"ResourceNotFoundException" in body) or b"Function not found" in body, body


def test_a_configuration_without_anything_takes_all_notifications_away(aws: EmbeddedAws, unique: Any) -> None:
    s3, bucket = aws.client("s3"), unique("bucket")
    s3.create_bucket(Bucket=bucket)
    message = Message("PUT", f"/{bucket}?notification", body=b"<NotificationConfiguration/>")
    message.path, _, message.query = message.path.partition("?")
    assert send(aws, model("s3"), message)[0] == 200


@pytest.mark.parametrize("condition", ["a", "[]", "a[x] = :v", "#n = :v"])
def test_a_condition_that_cannot_be_read_is_the_callers_error(aws: EmbeddedAws, unique: Any, condition: str) -> None:
    dynamodb, name = aws.client("dynamodb"), unique("table")
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
    )
    with pytest.raises(ClientError, match="ValidationException"):
        dynamodb.scan(TableName=name, FilterExpression=condition, ExpressionAttributeValues={":v": {"S": "x"}})
