"""Under a lag, what was changed in IAM counts some seconds later: policies, trust, new roles; and what CloudFormation
makes of it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import start_embedded_aws, stop_embedded_aws
from tests.localaws.waiting import wait_until

SECONDS = 600
"""Longer than any test takes on a busy machine: time passes when a test moves the clock."""
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:root", "Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


@pytest.fixture(scope="module")
def lagging() -> Iterator[Any]:
    """An embedded AWS of its own, for the lag and the clock concern everybody who uses it."""
    embedded = start_embedded_aws()
    yield embedded
    stop_embedded_aws(embedded)


@pytest.fixture
def lag(lagging: Any) -> Iterator[Any]:
    lagging.rehearsal("POST", "faults", kind="iam-lag", seconds=SECONDS)
    yield lagging
    lagging.rehearsal("DELETE", "faults")


def passes(embedded: Any) -> None:
    """The lag is over."""
    embedded.rehearsal("POST", "clock", seconds=SECONDS + 1)


def allowing(action: str) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def as_role(embedded: Any, name: str) -> Any:
    arn = f"arn:aws:iam::123456789012:role/{name}"
    credentials = embedded.client("sts").assume_role(RoleArn=arn, RoleSessionName="session")["Credentials"]
    return embedded.client("sqs", credentials=credentials)


def test_a_right_counts_later_and_so_does_its_removal(lagging: Any) -> None:
    iam = lagging.client("iam")
    iam.create_role(RoleName="old", AssumeRolePolicyDocument=json.dumps(TRUST))
    queues = as_role(lagging, "old")
    lagging.rehearsal("POST", "faults", kind="iam-lag", seconds=SECONDS)
    try:
        iam.put_role_policy(RoleName="old", PolicyName="p", PolicyDocument=allowing("sqs:ListQueues"))
        with pytest.raises(ClientError, match="AccessDenied"):
            queues.list_queues()
        passes(lagging)
        queues = as_role(lagging, "old")
        queues.list_queues()
        iam.delete_role_policy(RoleName="old", PolicyName="p")
        queues.list_queues()
        passes(lagging)
        with pytest.raises(ClientError, match="AccessDenied"):
            as_role(lagging, "old").list_queues()
    finally:
        lagging.rehearsal("DELETE", "faults")


def test_a_new_role_can_be_assumed_later(lag: Any) -> None:
    lag.client("iam").create_role(RoleName="new", AssumeRolePolicyDocument=json.dumps(TRUST))
    with pytest.raises(ClientError, match="AccessDenied"):
        as_role(lag, "new")
    passes(lag)
    as_role(lag, "new")


def test_without_the_fault_everything_counts_at_once(lag: Any) -> None:
    lag.client("iam").create_role(RoleName="hasty", AssumeRolePolicyDocument=json.dumps(TRUST))
    lag.rehearsal("DELETE", "faults")
    as_role(lag, "hasty")


def template(role: str, *, dead_letters: bool) -> str:
    """A function with its role; with a queue for what it gave up, and the right to send there."""
    right = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": {"Fn::GetAtt": ["Queue", "Arn"]}}
    logs = {"Effect": "Allow", "Action": "logs:CreateLogGroup", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [right if dead_letters else logs]}
    function: dict[str, Any] = {
        "Runtime": "python3.13",
        "Handler": "index.handler",
        "Code": {"ZipFile": "def handler(event, context): pass"},
        "Role": {"Fn::GetAtt": [role, "Arn"]},
    }
    if dead_letters:
        function["DeadLetterConfig"] = {"TargetArn": {"Fn::GetAtt": ["Queue", "Arn"]}}
    resources = {
        "Queue": {"Type": "AWS::SQS::Queue"},
        role: {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": TRUST,
                "Policies": [{"PolicyName": "p", "PolicyDocument": policy}],
            },
        },
        "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
    }
    return json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources})


def settled(embedded: Any, stack: str) -> str:
    """The stack's status when it is settled; time passes meanwhile."""
    cloudformation = embedded.client("cloudformation")

    def status() -> str:
        found = str(cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"])
        if found.endswith("IN_PROGRESS"):
            embedded.rehearsal("POST", "clock", seconds=SECONDS / 10)
            return ""
        return found

    return str(wait_until(status, seconds=120))


@pytest.mark.parametrize(
    ("role", "status"), [("Role", "UPDATE_ROLLBACK_COMPLETE"), ("OtherRole", "UPDATE_COMPLETE")], ids=["same", "other"]
)
def test_a_stack_that_gives_a_right_and_needs_it_at_once(lag: Any, role: str, status: str) -> None:
    """Lambda checks the right when it is told of the queue: only a new role is waited for."""
    cloudformation, name = lag.client("cloudformation"), f"race-{role.lower()}"
    common = {"StackName": name, "Capabilities": ["CAPABILITY_IAM"]}
    cloudformation.create_stack(**common, TemplateBody=template("Role", dead_letters=False))
    assert settled(lag, name) == "CREATE_COMPLETE"
    passes(lag)
    cloudformation.update_stack(**common, TemplateBody=template(role, dead_letters=True))
    if role == "Role":  # nobody waits: the clock stays as it is until the update has failed
        events = lambda: [  # noqa: E731
            each.get("ResourceStatusReason", "")
            for each in cloudformation.describe_stack_events(StackName=name)["StackEvents"]
            if each["ResourceStatus"] == "UPDATE_FAILED"
        ]
        reasons = wait_until(events, seconds=120)
        assert "does not have permissions to call SendMessage on SQS" in " ".join(reasons)
    assert settled(lag, name) == status
