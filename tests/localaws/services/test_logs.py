"""Log lines need the permission of the role that writes them, as in AWS."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localaws.deploying import TRUST
from tests.localaws.waiting import wait_until

SOURCE = "def handler(event, context):\n    print('said aloud')\n    return 'done'\n"


@pytest.fixture
def function(aws: Any, deploy: Callable[..., str], unique: Callable[[str], str]) -> Callable[..., str]:
    """``function(*actions)``: a function whose role may take these actions on any log group."""

    def make(*actions: str) -> str:
        role = unique(f"logs{len(actions)}")
        made = aws.client("iam").create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
        if actions:
            statement = {
                "Effect": "Allow",
                "Action": list(actions),
                "Resource": "arn:aws:logs:*:*:log-group:/aws/lambda/*",
            }
            document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            aws.client("iam").put_role_policy(RoleName=role, PolicyName="Logs", PolicyDocument=document)
        return deploy(SOURCE, Role=made["Arn"])

    return make


def groups(aws: Any, name: str) -> list[str]:
    found = aws.client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")["logGroups"]
    return [group["logGroupName"] for group in found]


def lines(aws: Any, name: str) -> list[str]:
    found = aws.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    return [event["message"].strip() for event in found]


def test_a_role_with_all_three_permissions_makes_group_stream_and_lines(aws, function, invoke) -> None:
    name = function("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
    assert invoke(name)[0] == "done"
    wait_until(lambda: groups(aws, name) and "said aloud" in lines(aws, name))


def test_without_permission_the_function_runs_and_leaves_no_log(aws, function, invoke) -> None:
    name = function()
    answer, whole = invoke(name)
    assert answer == "done"
    assert "LogResult" in whole  # the tail that the caller asks for needs no log
    assert groups(aws, name) == []


def test_a_role_that_may_not_make_the_group_writes_once_it_is_there(aws, function, invoke) -> None:
    name = function("logs:CreateLogStream", "logs:PutLogEvents")
    assert invoke(name)[0] == "done"
    assert groups(aws, name) == []
    aws.client("logs").create_log_group(logGroupName=f"/aws/lambda/{name}")
    assert invoke(name)[0] == "done"
    wait_until(lambda: "said aloud" in lines(aws, name))


def test_a_role_that_may_only_make_the_group_leaves_it_empty(aws, function, invoke) -> None:
    name = function("logs:CreateLogGroup")
    assert invoke(name)[0] == "done"
    wait_until(lambda: groups(aws, name))
    assert aws.client("logs").describe_log_streams(logGroupName=f"/aws/lambda/{name}")["logStreams"] == []


def test_what_a_role_writes_is_listed_with_its_uses(aws, function, invoke) -> None:
    name = function("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
    invoke(name)
    role = aws.client("lambda").get_function(FunctionName=name)["Configuration"]["Role"]

    def used() -> set[str]:
        found = aws.rehearsal("GET", "iam/usage")["principals"]
        return {call["action"] for each in found if each["arn"] == role for call in each["calls"]}

    wait_until(lambda: used() == {"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"})


def test_events_of_streams_by_the_beginning_of_their_names_and_of_no_others(
    aws: Any, unique: Callable[[str], str]
) -> None:
    logs, group = aws.client("logs"), unique("/by-prefix/")
    logs.create_log_group(logGroupName=group)
    for stream in ("job-1/algo-1", "job-10/algo-1"):
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        event = {"timestamp": int(time.time() * 1000), "message": f"of {stream}"}
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[event])

    def found(prefix: str, **more: Any) -> list[str]:
        answer = logs.filter_log_events(logGroupName=group, logStreamNamePrefix=prefix, **more)
        return [event["message"] for event in answer["events"]]

    assert found("job-1/") == ["of job-1/algo-1"]
    assert sorted(found("job-")) == ["of job-1/algo-1", "of job-10/algo-1"]
    assert found("job-2") == []
    with pytest.raises(ClientError, match="InvalidParameterException"):
        found("job-1", logStreamNames=["job-10/algo-1"])
