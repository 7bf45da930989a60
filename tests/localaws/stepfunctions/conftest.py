"""State machines to run in tests."""

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.localaws.inboxes import make_role
from tests.localaws.waiting import wait_until

Run = Callable[..., dict[str, Any]]
_number = itertools.count()
RULES = ("events:PutTargets", "events:PutRule", "events:DescribeRule")


def history(aws: Any, arn: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = aws.client("stepfunctions").get_execution_history(executionArn=arn)["events"]
    return events


@pytest.fixture
def start(aws: Any, unique: Callable[[str], str]) -> Callable[..., str]:
    """``start(states, *actions, given=...)`` starts a machine of these states; the first is where it begins."""

    def begin(states: dict[str, Any], *actions: str, given: Any = None, **more: Any) -> str:
        client = aws.client("stepfunctions")
        role = make_role(aws, unique(f"states{next(_number)}"), ("states",), *(actions or ("logs:CreateLogGroup",)))
        definition = json.dumps({"StartAt": next(iter(states)), "States": states, **more})
        machine = client.create_state_machine(
            name=unique(f"machine{next(_number)}"), definition=definition, roleArn=role
        )
        started = client.start_execution(stateMachineArn=machine["stateMachineArn"], input=json.dumps(given or {}))
        arn: str = started["executionArn"]
        return arn

    return begin


@pytest.fixture
def run_states(aws: Any, start: Callable[..., str]) -> Run:
    """The same, until it has ended: DescribeExecution's answer."""

    def run(states: dict[str, Any], *actions: str, **more: Any) -> dict[str, Any]:
        arn = start(states, *actions, **more)

        def ended() -> Any:
            found = aws.client("stepfunctions").describe_execution(executionArn=arn)
            return found if found["status"] != "RUNNING" else None

        found: dict[str, Any] = wait_until(ended)
        return found

    return run


@pytest.fixture
def run(run_states: Run) -> Run:
    """``run(task, *actions)`` runs a machine of one task with a role that may take the actions."""

    def one(task: dict[str, Any], *actions: str, **more: Any) -> dict[str, Any]:
        return run_states({"Do": {"Type": "Task", "End": True, **task}}, *actions, **more)

    return one
