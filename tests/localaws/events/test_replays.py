"""A replay sends what an archive took in to the rules of its bus once more."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.localaws.inboxes import Inbox
from tests.localaws.waiting import wait_until


def test_a_replay_delivers_what_the_archive_took_in(aws: Any, inbox: Inbox, unique: Callable[[str], str]) -> None:
    events, name = aws.client("events"), unique("replayed")
    bus = events.create_event_bus(Name=name)["EventBusArn"]
    events.put_rule(Name=name, EventBusName=name, EventPattern=json.dumps({"source": ["mine"]}))
    events.put_targets(Rule=name, EventBusName=name, Targets=[{"Id": "inbox", "Arn": inbox.arn}])
    archive = events.create_archive(ArchiveName=name[-48:], EventSourceArn=bus)["ArchiveArn"]
    entry = {"Source": "mine", "DetailType": "t", "Detail": '{"n": 1}', "EventBusName": name}
    events.put_events(Entries=[entry])
    assert "replay-name" not in inbox.body()
    now = events.describe_archive(ArchiveName=name[-48:])["CreationTime"]  # by the embedded clock, which tests advance
    period = {"EventStartTime": now - timedelta(hours=1), "EventEndTime": now + timedelta(minutes=10)}
    started = events.start_replay(ReplayName=name, EventSourceArn=archive, Destination={"Arn": bus}, **period)
    assert started["State"] == "STARTING"
    again = inbox.body()
    assert (again["detail"], again["replay-name"]) == ({"n": 1}, name)
    wait_until(lambda: events.describe_replay(ReplayName=name)["State"] == "COMPLETED")
