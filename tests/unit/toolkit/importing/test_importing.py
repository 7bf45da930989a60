"""What becomes a parameter, and what a template says in place of an account's own values."""

import pytest

from rehearsal.toolkit.importing import guarding, shapes, writing
from rehearsal.toolkit.importing.found import Found


@pytest.mark.parametrize(
    ("name", "value", "is_secret"),
    [
        ("DB_PASSWORD", "hunter2", True),
        ("GITHUB_TOKEN", "abc", True),
        ("ANYTHING", "AKIAIOSFODNN7EXAMPLE", True),
        ("KEY", "-----BEGIN PRIVATE KEY-----", True),
        ("SECRET_ARN", "arn:aws:secretsmanager:us-east-1:123456789012:secret:db", False),
        ("TOKEN_COUNT", "100", False),
        ("AUTHOR", "somebody", False),
        ("STAGE", "test", False),
        ("PASSWORD", "", False),
    ],
)
def test_what_looks_like_a_secret(name: str, value: str, is_secret: bool) -> None:
    assert guarding.looks_secret(name, value) is is_secret


def test_user_parameters_are_looked_into() -> None:
    assert guarding.text_looks_secret('{"api-key": "x1", "rounds": 3}')
    assert guarding.text_looks_secret('{"apikey": "x1", "rounds": 3}')
    assert not guarding.text_looks_secret('{"s3key": "train.csv", "env": "Test"}')
    assert not guarding.text_looks_secret("no json")


def test_account_and_region_are_those_of_whoever_deploys() -> None:
    found = Found("p", "111122223333", "eu-west-1")
    role = found.add("AWS::IAM::Role", "my-role", {"RoleName": "my-role"}, "Role")
    found.refer("arn:aws:iam::111122223333:role/my-role", role, "Arn")
    found.add(
        "AWS::Lambda::Function",
        "my-function",
        {
            "Role": "arn:aws:iam::111122223333:role/my-role",
            "Environment": {
                "Variables": {"QUEUE": "arn:aws:sqs:eu-west-1:111122223333:q", "TEXT": "${plain} eu-west-1"}
            },
        },
        "Function",
    )
    properties = writing.template(found)["Resources"]["MyFunction"]["Properties"]
    assert properties["Role"] == {"Fn::GetAtt": ["MyRole", "Arn"]}
    assert properties["Environment"]["Variables"] == {
        "QUEUE": {"Fn::Sub": "arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:q"},
        "TEXT": "${plain} eu-west-1",
    }


def test_names_of_configuration_stay_as_they_are() -> None:
    declared = {"name": "p", "stages": [{"name": "S", "actions": [{"name": "A", "configuration": {"aKey": "v"}}]}]}
    assert shapes.pipeline(declared) == {
        "Name": "p",
        "Stages": [{"Name": "S", "Actions": [{"Name": "A", "Configuration": {"aKey": "v"}}]}],
    }


def test_two_resources_of_one_name_have_two_logical_ids() -> None:
    found = Found("p", "111122223333", "eu-west-1")
    assert [found.add("AWS::SNS::Topic", "a-b", {}, "Topic") for _ in range(2)] == ["ABTopic", "ABTopic2"]
