"""A resource is gone when its own last call says so: what lay within it or beside it may have been taken away
before."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from rehearsal.localaws.cloudformation import registry
from rehearsal.localaws.cloudformation.cancellation import Cancellation
from rehearsal.localaws.cloudformation.resources.model import Request
from tests.conftest import EmbeddedAws
from tests.localaws.cloudformation.stacks import Stacks


class EverythingIsGone:
    """A client whose calls all say that there is no such thing; ``asked`` has their names."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.meta: Any = None

    def of(self, service: str) -> "EverythingIsGone":
        """As that service's client: what its operations take is read from its model."""
        self.meta = boto3.session.Session().client(service, region_name="us-east-1").meta
        return self

    def __getattr__(self, operation: str) -> Any:
        def call(**_members: Any) -> None:
            self.asked.append(operation)
            raise ClientError({"Error": {"Code": "NoSuchEntity", "Message": "not found"}}, operation)

        return call


_POLICY = {"PolicyName": "inline", "PolicyDocument": {}}
_ARN = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.mark.parametrize(
    ("kind", "properties", "last"),
    [
        ("AWS::IAM::Role", {"Policies": [_POLICY], "ManagedPolicyArns": [_ARN, _ARN]}, "delete_role"),
        ("AWS::IAM::Group", {"Policies": [_POLICY], "ManagedPolicyArns": [_ARN]}, "delete_group"),
        (
            "AWS::IAM::User",
            {"Policies": [_POLICY], "ManagedPolicyArns": [_ARN], "Groups": ["a"], "LoginProfile": {"Password": "x"}},
            "delete_user",
        ),
        ("AWS::IAM::InstanceProfile", {"Roles": ["a"]}, "delete_instance_profile"),
        ("AWS::SageMaker::NotebookInstance", {}, "delete_notebook_instance"),
        ("AWS::Events::Rule", {"Name": "r", "Targets": [{"Id": "a", "Arn": "b"}]}, "delete_rule"),
    ],
)
def test_the_last_call_is_made_though_all_before_it_find_nothing(
    kind: str, properties: dict[str, Any], last: str
) -> None:
    client = EverythingIsGone()
    request = Request(kind, "Logical", properties, "s", "id", "us-east-1", "1", client.of, Cancellation(), "name")
    with pytest.raises(ClientError, match="not found"):
        registry.handler(kind).delete(request)
    assert client.asked[-1] == last
    assert len(client.asked) > 1


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("AWS::SNS::TopicPolicy", {"Topics": ["a", "b"], "PolicyDocument": {}}),
        ("AWS::SQS::QueuePolicy", {"Queues": ["a", "b"], "PolicyDocument": {}}),
        ("AWS::IAM::Policy", {"PolicyName": "x", "Roles": ["a", "b"], "PolicyDocument": {}}),
    ],
)
def test_one_that_is_gone_does_not_keep_the_others(kind: str, properties: dict[str, Any]) -> None:
    client = EverythingIsGone()
    request = Request(kind, "Logical", properties, "s", "id", "us-east-1", "1", client.of, Cancellation(), "name")
    registry.handler(kind).delete(request)
    assert len(client.asked) == 2


def test_a_role_goes_with_its_stack_though_its_policy_was_detached_by_hand(aws: EmbeddedAws, unique: Any) -> None:
    iam, name = aws.client("iam"), unique("role")
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = {
        "RoleName": name,
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        "ManagedPolicyArns": [_ARN],
    }
    template = {"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": role}}}
    stack = unique("stack")
    stacks = Stacks(aws.client("cloudformation"))
    stacks.create(stack, template)
    iam.detach_role_policy(RoleName=name, PolicyArn=_ARN)
    assert stacks.delete(stack)["StackStatus"] == "DELETE_COMPLETE"
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_role(RoleName=name)
