"""Days in which nobody calls: timers go on, credentials are renewed, nothing grows, and nothing spins."""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import EmbeddedAws, start_embedded_aws, stop_embedded_aws
from tests.localaws.deploying import ALLOW_ALL, TRUST, zip_of
from tests.localaws.waiting import wait_until

HOUR = 3600
SENDS = """
import boto3
def handler(event, context):
    caller = boto3.client("sts").get_caller_identity()["Arn"]
    boto3.client("sqs").send_message(QueueUrl=event["queue"], MessageBody=caller)
"""
LONGEST_IDLE_SHARE = 0.1
"""Of one core: timers look around several times a second."""


@dataclass(frozen=True)
class Look:
    """What the server has of the machine's."""

    memory_mb: float
    threads: int
    open_files: int
    children: int


@pytest.fixture
def own() -> Iterator[EmbeddedAws]:
    embedded = start_embedded_aws()
    yield embedded
    stop_embedded_aws(embedded)


@pytest.fixture
def queue(own: EmbeddedAws) -> str:
    """Where a function writes once an hour, as its role."""
    iam, functions, events = own.client("iam"), own.client("lambda"), own.client("events")
    queue: str = own.client("sqs").create_queue(QueueName="hours")["QueueUrl"]
    role = iam.create_role(RoleName="hourly", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    iam.put_role_policy(RoleName="hourly", PolicyName="All", PolicyDocument=json.dumps(ALLOW_ALL))
    function = functions.create_function(
        FunctionName="hourly",
        Runtime="python3.12",
        Role=role,
        Handler="app.handler",
        Code={"ZipFile": zip_of({"app.py": SENDS})},
    )["FunctionArn"]
    rule = events.put_rule(Name="hourly", ScheduleExpression="rate(1 hour)")["RuleArn"]
    functions.add_permission(
        FunctionName="hourly",
        StatementId="events",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=rule,
    )
    target = {"Id": "f", "Arn": function, "Input": json.dumps({"queue": queue})}
    events.put_targets(Rule="hourly", Targets=[target])
    return queue


def look(aws: EmbeddedAws) -> Look:
    process = Path("/proc", str(aws.process.pid))
    status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    children = (process / "task" / str(aws.process.pid) / "children").read_text().split()
    return Look(
        int(status["VmRSS"].split()[0]) / 1024,
        int(status["Threads"]),
        len([*(process / "fd").iterdir()]),
        len(children),
    )


def pass_hours(aws: EmbeddedAws, queue: str, hours: int) -> list[str]:
    """Let hours pass, each with the function's message, and give what it wrote."""
    sqs, told = aws.client("sqs"), list[str]()

    def receive() -> bool:
        answer: dict[str, Any] = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
        for message in answer.get("Messages", ()):
            told.append(message["Body"])
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return len(told) > before

    for _ in range(hours):
        before = len(told)
        aws.rehearsal("POST", "clock", seconds=HOUR)
        wait_until(receive)
    return told


def test_days_pass_without_growth_and_with_credentials_that_are_good(own: EmbeddedAws, queue: str) -> None:
    pass_hours(own, queue, 12)
    before = look(own)
    told = pass_hours(own, queue, 60)
    after = look(own)
    assert {each.rpartition("/")[0].rpartition("/")[2] for each in told} == {"hourly"}
    assert after.memory_mb - before.memory_mb < 10
    assert after.threads <= before.threads + 2
    assert after.open_files <= before.open_files + 5
    assert after.children <= before.children + 1


def test_a_server_that_nobody_asks_does_next_to_nothing(own: EmbeddedAws, queue: str) -> None:
    pass_hours(own, queue, 1)
    began, before = time.monotonic(), _cpu_seconds(own.process.pid)
    time.sleep(8)  # what is measured is this time: no condition ends it
    used, passed = _cpu_seconds(own.process.pid) - before, time.monotonic() - began
    assert used / passed < LONGEST_IDLE_SHARE


def _cpu_seconds(pid: int) -> float:
    fields = Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
