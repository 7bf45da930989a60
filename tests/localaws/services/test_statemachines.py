"""State machines act as their role."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localaws.inboxes import make_role
from tests.localaws.waiting import wait_until


@pytest.fixture
def run(aws: Any, unique: Callable[[str], str]) -> Callable[..., dict[str, Any]]:
    """``run(task, *actions)`` runs a machine of one task with a role that may take the actions."""

    def start(task: dict[str, Any], *actions: str) -> dict[str, Any]:
        states = aws.client("stepfunctions")
        role = make_role(aws, unique("states"), ("states",), *actions)
        definition = json.dumps({"StartAt": "Do", "States": {"Do": {"Type": "Task", "End": True, **task}}})
        machine = states.create_state_machine(name=unique("machine"), definition=definition, roleArn=role)
        arn = states.start_execution(stateMachineArn=machine["stateMachineArn"], input="{}")["executionArn"]

        def ended() -> Any:
            found = states.describe_execution(executionArn=arn)
            return found if found["status"] != "RUNNING" else None

        result: dict[str, Any] = wait_until(ended)
        return result

    return start


def test_task_invokes_a_function(run: Any, deploy: Any) -> None:
    name = deploy("def handler(event, context):\n    return {'sum': event['a'] + event['b']}\n")
    task = {
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": name, "Payload": {"a": 1, "b": 2}},
        "ResultSelector": {"sum.$": "$.Payload.sum"},
    }
    done = run(task, "lambda:InvokeFunction")
    assert (done["status"], json.loads(done["output"])) == ("SUCCEEDED", {"sum": 3})


def test_task_that_the_role_may_not_do_fails(run: Any, deploy: Any) -> None:
    name = deploy("def handler(event, context):\n    return 1\n")
    task = {"Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": name}}
    done = run(task, "sqs:SendMessage")
    assert done["status"] == "FAILED"
    assert "not authorized to perform: lambda:InvokeFunction" in done["cause"]


def test_executions_without_a_name_get_their_own(aws: Any, unique: Any) -> None:
    states = aws.client("stepfunctions")
    role = make_role(aws, unique("states"), ("states",), "sqs:SendMessage")
    definition = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}})
    machine = states.create_state_machine(name=unique("machine"), definition=definition, roleArn=role)
    arns = {states.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"] for _ in range(2)}
    assert len(arns) == 2


def test_a_name_has_at_most_80_characters(aws: Any, unique: Callable[[str], str]) -> None:
    states, role = aws.client("stepfunctions"), make_role(aws, unique("long"), ("states",), "logs:CreateLogGroup")
    definition = json.dumps({"StartAt": "Do", "States": {"Do": {"Type": "Succeed"}}})
    name = unique("machine").ljust(81, "x")
    with pytest.raises(ClientError, match="less than or equal to 80"):
        states.create_state_machine(name=name, definition=definition, roleArn=role)
    assert states.create_state_machine(name=name[:80], definition=definition, roleArn=role)
