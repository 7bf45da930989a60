"""What an alarm's change of state brings about, and what its history tells of it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.localaws.inboxes import Inbox, allow


@pytest.fixture
def cloudwatch(aws: Any) -> Any:
    return aws.client("cloudwatch")


@pytest.fixture
def topic(aws: Any, inbox: Inbox, unique: Callable[[str], str]) -> str:
    """A topic with SNS's default policy; its messages come to the inbox."""
    sns = aws.client("sns")
    arn = sns.create_topic(Name=unique("alarms"))["TopicArn"]
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=inbox.arn)
    return str(arn)


@pytest.fixture
def alarm(cloudwatch: Any, unique: Callable[[str], str]) -> Callable[..., str]:
    """``alarm(arn...)`` makes an alarm with these actions and a metric that has no data; ``ignore``: it stays as it is
    set."""

    def make(*actions: str, **members: Any) -> str:
        name = unique("alarm")
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            Namespace=name,
            MetricName="Errors",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=2,
            ComparisonOperator="GreaterThanThreshold",
            TreatMissingData="ignore",
            AlarmActions=[*actions],
            **members,
        )
        return name

    return make


def go_off(cloudwatch: Any, name: str) -> list[dict[str, Any]]:
    """Set the alarm off by hand; its history of actions."""
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="trying it out")
    return history(cloudwatch, name, HistoryItemType="Action")


def history(cloudwatch: Any, name: str, **asked: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = cloudwatch.describe_alarm_history(AlarmName=name, **asked)["AlarmHistoryItems"]
    return items


def only_for(aws: Any, topic: str, service: str) -> None:
    policy = allow(service, action="sns:Publish", resource=topic)
    aws.client("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)


def test_the_default_policy_of_a_topic_lets_alarms_publish(
    cloudwatch: Any, alarm: Any, topic: str, inbox: Inbox
) -> None:
    name = alarm(topic)
    (action,) = go_off(cloudwatch, name)
    assert action["HistorySummary"] == f"Successfully executed action {topic}"
    body = inbox.body()
    assert body["Subject"].startswith(f'ALARM: "{name}" in ')
    message = json.loads(body["Message"])
    assert (message["OldStateValue"], message["NewStateValue"]) == ("INSUFFICIENT_DATA", "ALARM")
    assert message["NewStateReason"] == "trying it out" and message["Trigger"]["MetricName"] == "Errors"


def test_a_policy_of_ones_own_that_leaves_alarms_out_keeps_them_out(
    aws: Any, cloudwatch: Any, alarm: Any, topic: str, inbox: Inbox
) -> None:
    only_for(aws, topic, "events.amazonaws.com")
    name = alarm(topic, OKActions=[topic])
    (action,) = go_off(cloudwatch, name)
    arn = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["AlarmArn"]
    reason = (
        f"Resource: {arn} is not authorized to perform: SNS:Publish on resource: {topic} "
        "because no resource-based policy allows the SNS:Publish action"
    )
    assert action["HistorySummary"] == f'Failed to execute action {topic}. Received error: "{reason}"'
    data = json.loads(action["HistoryData"])
    assert (data["actionState"], data["notificationResource"], data["error"]) == ("Failed", topic, reason)

    only_for(aws, topic, "cloudwatch.amazonaws.com")
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="again")
    assert json.loads(inbox.body()["Message"])["NewStateValue"] == "OK"
    assert inbox.is_empty


def test_a_policy_may_ask_which_alarm_it_is(aws: Any, cloudwatch: Any, alarm: Any, topic: str) -> None:
    sns, name = aws.client("sns"), alarm(topic)
    arn = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["AlarmArn"]
    policy = json.loads(allow("cloudwatch.amazonaws.com", action="sns:Publish", resource=topic))
    for wanted, result in ((arn + "-other", "Failed"), (arn, "Succeeded")):
        policy["Statement"][0]["Condition"] = {"ArnEquals": {"aws:SourceArn": wanted}}
        sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(policy))
        newest = go_off(cloudwatch, name)[0]
        assert json.loads(newest["HistoryData"])["actionState"] == result
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="again")


def test_an_action_that_cannot_be_taken_hinders_no_other(
    aws: Any, cloudwatch: Any, alarm: Any, topic: str, inbox: Inbox
) -> None:
    absent = topic + "-absent"
    elsewhere = "arn:aws:automate:us-east-1:ec2:stop"
    actions = go_off(cloudwatch, alarm(elsewhere, absent, topic))
    assert [json.loads(each["HistoryData"])["actionState"] for each in actions] == ["Succeeded", "Failed", "Failed"]
    assert "takes no alarm actions but on SNS topics" in actions[2]["HistorySummary"]
    assert inbox.body()


def test_the_key_of_an_encrypted_topic_must_let_alarms_use_it(
    aws: Any, cloudwatch: Any, alarm: Any, topic: str, inbox: Inbox
) -> None:
    sns, kms, name = aws.client("sns"), aws.client("kms"), alarm(topic)
    key = kms.create_key()["KeyMetadata"]
    for key_id in ("alias/aws/sns", key["KeyId"]):
        sns.set_topic_attributes(TopicArn=topic, AttributeName="KmsMasterKeyId", AttributeValue=key_id)
        newest = go_off(cloudwatch, name)[0]
        assert "cloudwatch.amazonaws.com is not authorized to perform: kms:GenerateDataKey" in newest["HistorySummary"]
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="again")
    policy = json.loads(kms.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"])
    own = json.loads(allow("cloudwatch.amazonaws.com", action="kms:*", resource="*"))["Statement"]
    kms.put_key_policy(
        KeyId=key["KeyId"],
        PolicyName="default",
        Policy=json.dumps({**policy, "Statement": [*policy["Statement"], *own]}),
    )
    assert json.loads(go_off(cloudwatch, name)[0]["HistoryData"])["actionState"] == "Succeeded"
    assert inbox.body()


def test_actions_that_are_disabled_are_not_taken(cloudwatch: Any, alarm: Any, topic: str, inbox: Inbox) -> None:
    assert go_off(cloudwatch, alarm(topic, ActionsEnabled=False)) == []
    assert inbox.is_empty


def test_the_history_tells_changes_of_configuration_and_state_and_outlives_the_alarm(
    cloudwatch: Any, alarm: Any
) -> None:
    name = alarm()
    go_off(cloudwatch, name)
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="no change")
    alarm(AlarmDescription="more")
    assert cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"] == "ALARM"
    cloudwatch.delete_alarms(AlarmNames=[name])
    told = history(cloudwatch, name, ScanBy="TimestampAscending")
    assert [each["HistorySummary"] for each in told] == [
        f'Alarm "{name}" created',
        "Alarm updated from INSUFFICIENT_DATA to ALARM",
        f'Alarm "{name}" updated',
        f'Alarm "{name}" deleted',
    ]
    assert history(cloudwatch, name) == told[::-1]
    pages = cloudwatch.get_paginator("describe_alarm_history").paginate(
        AlarmName=name, PaginationConfig={"PageSize": 3}
    )
    assert [len(page["AlarmHistoryItems"]) for page in pages] == [3, 1]
    assert history(cloudwatch, name, StartDate=told[-1]["Timestamp"])[0] == told[-1]
    assert history(cloudwatch, name, AlarmTypes=["CompositeAlarm"]) == []
    state = json.loads(told[1]["HistoryData"])
    assert state["newState"]["stateReason"] == "trying it out"
