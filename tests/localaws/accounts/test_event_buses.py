"""Events between accounts: put on another account's bus, and passed on to it by a rule."""

import json
from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from tests.localaws.accounts.support import Account, allow, document, trust
from tests.localaws.waiting import wait_until

Unique = Callable[[str], str]


def _inbox(account: Account, name: str, source: str) -> Callable[[], list[dict[str, object]]]:
    """A queue that gets the account's events of a source; gives what has come."""
    sqs, events = account.client("sqs"), account.client("events")
    arn = f"arn:aws:sqs:us-east-1:{account.id}:{name}"
    rule = f"arn:aws:events:us-east-1:{account.id}:rule/{name}"
    condition = {"ArnEquals": {"aws:SourceArn": rule}}
    policy = document(allow("sqs:SendMessage", arn, Principal={"Service": "events.amazonaws.com"}, Condition=condition))
    url = sqs.create_queue(QueueName=name, Attributes={"Policy": policy})["QueueUrl"]
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [source]}))
    events.put_targets(Rule=name, Targets=[{"Id": "inbox", "Arn": arn}])
    seen: list[dict[str, object]] = []

    def read() -> list[dict[str, object]]:
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            seen.append(json.loads(message["Body"]))
        return seen

    return read


def _entry(source: str, bus: str) -> list[dict[str, str]]:
    return [{"Source": source, "DetailType": "Done", "Detail": '{"n": 1}', "EventBusName": bus}]


def test_a_caller_puts_events_on_the_bus_of_another_account(build: Account, staging: Account, unique: Unique) -> None:
    source, bus = unique("source"), f"arn:aws:events:us-east-1:{build.id}:event-bus/default"
    read = _inbox(build, unique("inbox"), source)
    sender = staging.somebody(unique("Sender"), allow("events:PutEvents", bus))
    with pytest.raises(ClientError, match="because no resource-based policy allows the events:PutEvents action"):
        sender.client("events").put_events(Entries=_entry(source, bus))
    statement = unique("statement")
    build.client("events").put_permission(StatementId=statement, Action="events:PutEvents", Principal=staging.id)
    try:
        assert sender.client("events").put_events(Entries=_entry(source, bus))["FailedEntryCount"] == 0
        event = wait_until(read, "the event")[0]
        assert (event["account"], event["detail"]) == (staging.id, {"n": 1})
        sender.may()
        with pytest.raises(ClientError, match="because no identity-based policy allows the events:PutEvents action"):
            sender.client("events").put_events(Entries=_entry(source, bus))
    finally:
        build.client("events").remove_permission(StatementId=statement)


def test_a_rule_passes_events_on_to_another_account(build: Account, staging: Account, unique: Unique) -> None:
    """By its role and the bus's policy; what may not be passed on lands in the target's dead-letter queue."""
    source, name = unique("source"), unique("passing")
    bus = staging.client("events").create_event_bus(Name=name)["EventBusArn"]
    role = build.role(unique("Pass"), trust("events.amazonaws.com"))
    events, sqs = build.client("events"), build.client("sqs")
    rule = events.put_rule(Name=name, EventPattern=json.dumps({"source": [source]}))["RuleArn"]
    dead = f"arn:aws:sqs:us-east-1:{build.id}:{name}"
    allowed = document(allow("sqs:SendMessage", dead, Principal={"Service": "events.amazonaws.com"}))
    url = sqs.create_queue(QueueName=name, Attributes={"Policy": allowed})["QueueUrl"]
    events.put_targets(
        Rule=name, Targets=[{"Id": "bus", "Arn": bus, "RoleArn": role, "DeadLetterConfig": {"Arn": dead}}]
    )

    def refused() -> str:
        events.put_events(Entries=_entry(source, "default"))
        message = wait_until(
            lambda: sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"]).get("Messages"), "the dead letter"
        )[0]
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return str(message["MessageAttributes"]["ERROR_MESSAGE"]["StringValue"])

    assert "is not authorized to perform: events:PutEvents" in refused()
    build.permit(role, allow("events:PutEvents", bus))
    assert "is not authorized to perform: events:PutEvents" in refused()
    condition = {"ArnEquals": {"aws:PrincipalArn": role}}
    opened = {**allow("events:PutEvents", bus, Principal={"AWS": build.id}), "Sid": "Build", "Condition": condition}
    staging.client("events").put_permission(EventBusName=name, Policy=document(opened))

    inbox = f"arn:aws:sqs:us-east-1:{staging.id}:{name}"
    policy = document(allow("sqs:SendMessage", inbox, Principal={"Service": "events.amazonaws.com"}))
    theirs = staging.client("sqs").create_queue(QueueName=name, Attributes={"Policy": policy})["QueueUrl"]
    staging.client("events").put_rule(Name=name, EventBusName=name, EventPattern=json.dumps({"source": [source]}))
    staging.client("events").put_targets(Rule=name, EventBusName=name, Targets=[{"Id": "inbox", "Arn": inbox}])
    events.put_events(Entries=_entry(source, "default"))
    found = wait_until(
        lambda: staging.client("sqs").receive_message(QueueUrl=theirs).get("Messages"), "the event in staging"
    )
    assert json.loads(found[0]["Body"])["account"] == build.id and rule.split(":")[4] == build.id


def test_a_rule_is_put_on_the_bus_that_its_arn_names(build: Account, staging: Account, unique: Unique) -> None:
    bus = build.client("events").create_event_bus(Name=unique("bus"))["EventBusArn"]
    name, events = unique("rule"), staging.client("events")
    with pytest.raises(ClientError, match=f"on resource: arn:aws:events:us-east-1:{build.id}:rule/"):
        events.put_rule(Name=name, EventBusName=bus, EventPattern='{"source": ["x"]}')
    rules = f"{bus.replace(':event-bus/', ':rule/')}/*"
    opened = {**allow("events:PutRule", rules, Principal={"AWS": staging.id}), "Sid": "Staging"}
    build.client("events").put_permission(EventBusName=bus.rpartition("/")[2], Policy=document(opened))
    assert (
        events.put_rule(Name=name, EventBusName=bus, EventPattern='{"source": ["x"]}')["RuleArn"].split(":")[4]
        == build.id
    )
    listed = build.client("events").list_rules(EventBusName=bus.rpartition("/")[2])["Rules"]
    assert [each["Name"] for each in listed] == [name]
