"""State machines that wait for a person: whoever rehearses says yes, with the token that the mail has."""

import re
import time
from typing import Any

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.pace import Pace

_TOKEN = re.compile(r"--task-token (\S+)")
_OVER = ("TaskSucceeded", "TaskFailed", "TaskTimedOut")


def pace(aws: Aws, state_machine: str) -> Pace:
    """The rhythm of a watch that answers, between two looks, what the state machine's executions ask."""

    def sleep(seconds: float) -> None:
        answer(aws, state_machine)
        time.sleep(seconds)

    return Pace(sleep=sleep)


def answer(aws: Aws, state_machine: str) -> None:
    """Say yes to every execution of the state machine that waits for it."""
    client = aws.client("stepfunctions")
    pages = client.get_paginator("list_state_machines").paginate()
    machines = [each["stateMachineArn"] for page in pages for each in page["stateMachines"]]
    for machine in (each for each in machines if each.endswith(f":{state_machine}")):
        for execution in client.list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"]:
            history = client.get_execution_history(executionArn=execution["executionArn"], maxResults=1000)
            for token in waiting(history["events"]):
                client.send_task_success(taskToken=token, output="1")


def waiting(events: list[dict[str, Any]]) -> list[str]:
    """The tokens in the messages that were sent and not answered yet. Pure."""
    found: dict[int, str] = {}
    for event in events:
        told = event.get("taskScheduledEventDetails", {})
        token = _TOKEN.search(told.get("parameters", "")) if "waitForTaskToken" in told.get("resource", "") else None
        if token:
            found[event["id"]] = token[1]
        elif event["type"] in _OVER:  # one task at a time: this machine has no branches
            found.clear()
    return list(found.values())
