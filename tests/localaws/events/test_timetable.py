"""Schedules fire on the clock."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import botocore.exceptions
import pytest

from rehearsal.localaws.events import schedules, timetable
from tests.localaws.inboxes import Inbox, make_role
from tests.localaws.waiting import wait_until


def advance(aws: Any, **delta: float) -> None:
    aws.rehearsal("POST", "clock", seconds=timedelta(**delta).total_seconds())


def now(aws: Any) -> datetime:
    return datetime.fromtimestamp(aws.rehearsal("GET", "clock")["timestamp"], UTC)


@pytest.fixture
def role(aws: Any, unique: Callable[[str], str]) -> str:
    return make_role(aws, unique("scheduler"), ("scheduler",), "sqs:SendMessage", "lambda:InvokeFunction")


@pytest.fixture
def schedule(aws: Any, unique: Callable[[str], str], role: str) -> Any:
    """``schedule(expression, target, **members)``; gone at the end."""
    client, made = aws.client("scheduler"), []

    def make(expression: str, target: dict[str, Any], **members: Any) -> str:
        name = unique("schedule")
        client.create_schedule(
            Name=name,
            ScheduleExpression=expression,
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"RoleArn": role, **target},
            **members,
        )
        made.append(name)
        return name

    yield make
    for name in made:
        try:
            client.delete_schedule(Name=name)
        except client.exceptions.ResourceNotFoundException:
            continue


def test_scheduled_rule_fires_when_its_time_comes(aws: Any, inbox: Inbox, unique: Any) -> None:
    events, name = aws.client("events"), unique("hourly")
    arn = events.put_rule(Name=name, ScheduleExpression="rate(1 hour)")["RuleArn"]
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": inbox.arn}])
    advance(aws, minutes=59)
    assert inbox.is_empty
    advance(aws, minutes=2)
    event = inbox.body()
    assert (event["source"], event["detail-type"], event["resources"]) == ("aws.events", "Scheduled Event", [arn])
    assert event["detail"] == {}
    advance(aws, hours=3)
    moments = sorted(inbox.body()["time"] for _ in range(3))
    parsed = [datetime.fromisoformat(moment) for moment in moments]
    assert parsed[1] - parsed[0] == parsed[2] - parsed[1] == timedelta(hours=1)
    events.disable_rule(Name=name)
    advance(aws, hours=3)
    assert inbox.is_empty


def test_schedule_sends_its_input_by_its_role(aws: Any, inbox: Inbox, schedule: Any) -> None:
    at = (now(aws) + timedelta(days=2)).replace(microsecond=0, tzinfo=None).isoformat()
    given = json.dumps({"at": "<aws.scheduler.scheduled-time>", "n": 1})
    name = schedule(f"at({at})", {"Arn": inbox.arn, "Input": given}, ActionAfterCompletion="DELETE")
    advance(aws, days=1)
    assert inbox.is_empty
    advance(aws, days=1, seconds=1)
    assert inbox.body() == {"at": f"{at}Z", "n": 1}
    wait_until(lambda: is_gone(aws, name), "the schedule is deleted after its delivery")


def is_gone(aws: Any, name: str) -> bool:
    scheduler = aws.client("scheduler")
    try:
        scheduler.get_schedule(Name=name)
    except scheduler.exceptions.ResourceNotFoundException:
        return True
    return False


def test_rate_without_start_begins_at_once_and_ends_with_its_end(aws: Any, inbox: Inbox, schedule: Any) -> None:
    schedule("rate(10 minutes)", {"Arn": inbox.arn}, EndDate=now(aws) + timedelta(minutes=15))
    first = inbox.body()
    assert first["source"] == "aws.scheduler"
    advance(aws, hours=1)
    inbox.body()
    assert inbox.is_empty


def test_universal_target_calls_any_operation(aws: Any, inbox: Inbox, schedule: Any) -> None:
    parameters = json.dumps({"QueueUrl": inbox.url, "MessageBody": '"universal"'})
    schedule("rate(1 day)", {"Arn": "arn:aws:scheduler:::aws-sdk:sqs:sendMessage", "Input": parameters})
    assert inbox.body() == "universal"


def test_refused_schedule_goes_to_its_dead_letter_queue(aws: Any, inbox: Inbox, schedule: Any) -> None:
    absent = inbox.arn + "-absent"
    schedule("rate(1 day)", {"Arn": absent, "Input": '{"n": 2}', "DeadLetterConfig": {"Arn": inbox.arn}})
    dead = inbox.receive()
    assert dead["body"] == {"n": 2}
    assert dead["attributes"]["TARGET_ARN"]["StringValue"] == absent
    assert ":schedule/default/" in dead["attributes"]["SCHEDULE_ARN"]["StringValue"]


def test_a_schedule_that_is_moved_fires_at_its_new_time(aws: Any, inbox: Inbox, schedule: Any, role: str) -> None:
    later = (now(aws) + timedelta(minutes=30)).strftime("at(%Y-%m-%dT%H:%M:%S)")
    name = schedule(f"at({now(aws) + timedelta(minutes=5):%Y-%m-%dT%H:%M:%S})", {"Arn": inbox.arn, "Input": "first"})
    aws.client("scheduler").update_schedule(
        Name=name,
        ScheduleExpression=later,
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"RoleArn": role, "Arn": inbox.arn, "Input": '"moved"'},
    )
    advance(aws, minutes=10)
    assert inbox.is_empty
    advance(aws, minutes=25)
    assert inbox.body() == "moved"


def test_expressions_are_checked(aws: Any, schedule: Any, inbox: Inbox, unique: Any) -> None:
    with pytest.raises(botocore.exceptions.ClientError, match="Invalid Schedule Expression"):
        schedule("cron(0 12 * * * *)", {"Arn": inbox.arn})
    with pytest.raises(botocore.exceptions.ClientError, match="ScheduleExpression is not valid"):
        aws.client("events").put_rule(Name=unique("rule"), ScheduleExpression="cron(0 12 * * * *)")


NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "awaited", "fired", "following"),
    [
        ("rate(1 hour)", NOON + timedelta(minutes=20), [], NOON + timedelta(minutes=20)),
        ("rate(1 hour)", NOON - timedelta(minutes=150), [NOON - timedelta(minutes=150)], NOON + timedelta(minutes=30)),
        ("cron(0 * * * ? *)", NOON - timedelta(hours=2), [NOON - timedelta(hours=2)], NOON + timedelta(hours=1)),
        ("at(2026-05-01T11:00:00)", NOON - timedelta(hours=1), [NOON - timedelta(hours=1)], None),
    ],
)
def test_after_a_restart_what_came_due_meanwhile_is_delivered_once_and_a_rate_keeps_its_beat(
    monkeypatch: pytest.MonkeyPatch,
    expression: str,
    awaited: datetime,
    fired: list[datetime],
    following: datetime | None,
) -> None:
    entry = timetable.Entry("arn:aws:events:us-east-1:123456789012:rule/any", expression, "UTC", None, None)
    monkeypatch.setattr(timetable, "awaited", {entry: awaited})
    deliveries: list[datetime] = []
    schedule = schedules.parse(expression, since=NOON)
    due = timetable.taken_up(entry, timetable.Due(schedule, schedule.after(NOON), deliveries.append), NOON)
    assert (deliveries, due.at) == (fired, following)
