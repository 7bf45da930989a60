"""What services write to lets them in by its own policy, or they stay outside. Queues: see the tests of each sender."""

import json
from collections.abc import Callable
from typing import Any

import botocore.exceptions
import pytest

from tests.localaws.inboxes import Inbox

ECHO = "def handler(event, context):\n    return event\n"


@pytest.fixture
def function(aws: Any, deploy: Any) -> str:
    """A function that lets nobody in but other rules, buckets and topics than the test's."""
    client, name = aws.client("lambda"), deploy(ECHO)
    arn = str(client.get_function_configuration(FunctionName=name)["FunctionArn"])
    for service in ("events", "s3", "sns"):
        client.add_permission(
            FunctionName=name,
            StatementId=service,
            Action="lambda:InvokeFunction",
            Principal=f"{service}.amazonaws.com",
            SourceArn=f"arn:aws:{service}:::somebody-elses",
        )
    return arn


@pytest.fixture
def topic(aws: Any, unique: Callable[[str], str]) -> str:
    """A topic with SNS's default policy, which lets in its owner's account, not services."""
    return str(aws.client("sns").create_topic(Name=unique("default"))["TopicArn"])


@pytest.mark.parametrize(("target", "action"), [("function", "lambda:InvokeFunction"), ("topic", "sns:Publish")])
def test_a_rule_stays_outside(
    aws: Any, inbox: Inbox, unique: Any, request: pytest.FixtureRequest, target: str, action: str
) -> None:
    events, name, arn = aws.client("events"), unique("rule"), request.getfixturevalue(target)
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": arn, "DeadLetterConfig": {"Arn": inbox.arn}}])
    events.put_events(Entries=[{"Source": name, "DetailType": "Test", "Detail": "{}"}])
    said = inbox.receive(20)["attributes"]
    assert said["TARGET_ARN"]["StringValue"] == arn
    assert f"not authorized to perform: {action} on resource: {arn}" in said["ERROR_MESSAGE"]["StringValue"]


@pytest.mark.parametrize(("kind", "target"), [("LambdaFunction", "function"), ("Topic", "topic")])
def test_a_bucket_stays_outside(aws: Any, unique: Any, request: pytest.FixtureRequest, kind: str, target: str) -> None:
    s3, bucket, arn = aws.client("s3"), unique("bucket"), request.getfixturevalue(target)
    s3.create_bucket(Bucket=bucket)
    wanted = {f"{kind}Configurations": [{f"{kind}Arn": arn, "Events": ["s3:ObjectCreated:*"]}]}
    with pytest.raises(botocore.exceptions.ClientError, match="Unable to validate the following destination") as caught:
        s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=wanted)
    assert caught.value.response["Error"]["Code"] == "InvalidArgument"


@pytest.mark.parametrize("key_id", ["alias/aws/sqs", "own"])
def test_a_rule_stays_outside_an_encrypted_queue_whose_key_does_not_let_it(
    aws: Any, inbox: Inbox, make_inbox: Any, unique: Any, key_id: str
) -> None:
    events, name = aws.client("events"), unique("rule")
    own = aws.client("kms").create_key()["KeyMetadata"]["KeyId"] if key_id == "own" else key_id
    queue = make_inbox("encrypted", KmsMasterKeyId=own)
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": queue.arn, "DeadLetterConfig": {"Arn": inbox.arn}}])
    events.put_events(Entries=[{"Source": name, "DetailType": "Test", "Detail": "{}"}])
    said = inbox.receive(20)["attributes"]["ERROR_MESSAGE"]["StringValue"]
    assert "events.amazonaws.com is not authorized to perform: kms:GenerateDataKey" in said
    assert queue.is_empty


def test_a_topic_stays_outside_a_function(aws: Any, topic: str, function: str, inbox: Inbox) -> None:
    redrive = json.dumps({"deadLetterTargetArn": inbox.arn})
    sns = aws.client("sns")
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function, Attributes={"RedrivePolicy": redrive})
    sns.publish(TopicArn=topic, Message="hello")
    assert inbox.receive(20)["body"]["Message"] == "hello"


def test_a_policy_counts_at_the_moment_of_delivery(aws: Any, unique: Any, make_inbox: Any) -> None:
    """A bucket's queue that was open when the notification was set, and is closed when the object comes."""
    s3, bucket = aws.client("s3"), unique("bucket")
    queue, witness = make_inbox("records"), make_inbox("witness")
    s3.create_bucket(Bucket=bucket)
    wanted = [{"QueueArn": each.arn, "Events": ["s3:ObjectCreated:*"]} for each in (queue, witness)]
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"QueueConfigurations": wanted})
    for each in (queue, witness):
        assert each.receive(20)["body"]["Event"] == "s3:TestEvent"
    queue.sqs.set_queue_attributes(QueueUrl=queue.url, Attributes={"Policy": ""})
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    assert witness.receive(20)["body"]["Records"]
    assert queue.is_empty
