"""Functions are invoked with batches of a queue's messages."""

import json
import time
from typing import Any

import pytest

from tests.localaws.inboxes import make_role
from tests.localaws.waiting import wait_until

TELL = """
import boto3, json, os
sqs = boto3.client("sqs")
def handler(event, context):
    sqs.send_message(QueueUrl=os.environ["URL"], MessageBody=json.dumps(event))
    bodies = [record["body"] for record in event["Records"]]
    if "crash" in bodies:
        raise ValueError
    return {"batchItemFailures": [
        {"itemIdentifier": record["messageId"]} for record in event["Records"] if record["body"] == "again"
    ]}
"""


@pytest.fixture
def told(make_inbox: Any) -> Any:
    return make_inbox("told")


@pytest.fixture
def mapped(aws: Any, deploy: Any, told: Any) -> Any:
    """``mapped(queue, **members)`` maps the queue to a function that passes its event on."""

    def make(queue: Any, **members: Any) -> dict[str, Any]:
        name = deploy(TELL, Environment={"Variables": {"URL": told.url}}, Timeout=30)
        client = aws.client("lambda")
        mapping: dict[str, Any] = client.create_event_source_mapping(
            EventSourceArn=queue.arn, FunctionName=name, **members
        )
        return mapping

    return make


def left(queue: Any) -> int:
    found = queue.sqs.get_queue_attributes(QueueUrl=queue.url, AttributeNames=["All"])["Attributes"]
    return int(found["ApproximateNumberOfMessages"]) + int(found["ApproximateNumberOfMessagesNotVisible"])


def test_message_comes_in_its_true_shape_and_is_deleted(aws: Any, make_inbox: Any, mapped: Any, told: Any) -> None:
    queue = make_inbox("work")
    mapped(queue)
    attributes = {"colour": {"DataType": "String", "StringValue": "red"}}
    sent = queue.sqs.send_message(QueueUrl=queue.url, MessageBody="hello", MessageAttributes=attributes)
    (record,) = told.body()["Records"]
    assert record.pop("receiptHandle")
    given = record.pop("attributes")
    assert given["ApproximateReceiveCount"] == "1" and given["SentTimestamp"].isdigit()
    assert record == {
        "messageId": sent["MessageId"],
        "body": "hello",
        "messageAttributes": {
            "colour": {"stringValue": "red", "stringListValues": [], "binaryListValues": [], "dataType": "String"}
        },
        "md5OfBody": sent["MD5OfMessageBody"],
        "md5OfMessageAttributes": sent["MD5OfMessageAttributes"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue.arn,
        "awsRegion": "us-east-1",
    }
    wait_until(lambda: left(queue) == 0)


def test_waiting_messages_come_in_batches(make_inbox: Any, mapped: Any, told: Any) -> None:
    queue = make_inbox("work")
    for start in (0, 10, 20):
        entries = [{"Id": str(n), "MessageBody": str(start + n)} for n in range(10)]
        queue.sqs.send_message_batch(QueueUrl=queue.url, Entries=entries)
    mapped(queue, BatchSize=25, MaximumBatchingWindowInSeconds=1)
    batches = [len(told.body()["Records"]) for _ in range(2)]
    assert sorted(batches) == [5, 25]
    wait_until(lambda: left(queue) == 0)


def test_only_reported_failures_come_again(aws: Any, make_inbox: Any, mapped: Any, told: Any) -> None:
    queue = make_inbox("work", VisibilityTimeout="600")
    entries = [{"Id": str(n), "MessageBody": body} for n, body in enumerate(("fine", "again"))]
    queue.sqs.send_message_batch(QueueUrl=queue.url, Entries=entries)
    mapped(queue, FunctionResponseTypes=["ReportBatchItemFailures"])
    assert [record["body"] for record in told.body()["Records"]] == ["fine", "again"]
    wait_until(lambda: left(queue) == 1)
    aws.rehearsal("POST", "clock", seconds=601)
    (again,) = told.body()["Records"]
    assert again["body"] == "again" and again["attributes"]["ApproximateReceiveCount"] == "2"


def test_failed_batch_ends_in_the_queues_dead_letter_queue(aws: Any, make_inbox: Any, mapped: Any, told: Any) -> None:
    dead = make_inbox("dead")
    redrive = json.dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": 1})
    queue = make_inbox("work", VisibilityTimeout="600", RedrivePolicy=redrive)
    mapped(queue)
    queue.sqs.send_message(QueueUrl=queue.url, MessageBody='"crash"')
    assert told.body()
    queue.sqs.send_message(QueueUrl=queue.url, MessageBody="crash")
    assert told.body()
    aws.rehearsal("POST", "clock", seconds=601)
    (message,) = wait_until(lambda: dead.sqs.receive_message(QueueUrl=dead.url, WaitTimeSeconds=20).get("Messages"))
    assert message["Body"] == "crash"


def test_filter_takes_what_it_wants_and_drops_the_rest(make_inbox: Any, mapped: Any, told: Any) -> None:
    queue = make_inbox("work")
    mapped(queue, FilterCriteria={"Filters": [{"Pattern": json.dumps({"body": {"n": [{"numeric": [">", 1]}]}})}]})
    for n in (1, 2):
        queue.sqs.send_message(QueueUrl=queue.url, MessageBody=json.dumps({"n": n}))
    (record,) = told.body()["Records"]
    assert json.loads(record["body"]) == {"n": 2}
    wait_until(lambda: left(queue) == 0)
    assert told.is_empty


def test_fifo_messages_come_in_order(make_inbox: Any, mapped: Any, told: Any) -> None:
    queue = make_inbox("work", FifoQueue="true", ContentBasedDeduplication="true")
    mapped(queue, BatchSize=1)
    for n in range(4):
        queue.sqs.send_message(QueueUrl=queue.url, MessageBody=str(n), MessageGroupId="g")
    records = [told.body()["Records"][0] for _ in range(4)]
    assert [record["body"] for record in records] == ["0", "1", "2", "3"]
    assert records[0]["attributes"]["MessageGroupId"] == "g"


def test_disabled_and_deleted_mappings_do_not_poll(aws: Any, make_inbox: Any, mapped: Any, told: Any) -> None:
    queue, client = make_inbox("work"), aws.client("lambda")
    uuid = mapped(queue, Enabled=False)["UUID"]
    queue.sqs.send_message(QueueUrl=queue.url, MessageBody="1")
    assert told.is_empty
    client.update_event_source_mapping(UUID=uuid, Enabled=True)
    assert told.body()
    wait_until(lambda: left(queue) == 0)
    client.delete_event_source_mapping(UUID=uuid)
    queue.sqs.send_message(QueueUrl=queue.url, MessageBody="2")
    time.sleep(0.1)
    assert told.is_empty and left(queue) == 1


BUSY = """
import boto3, json, os
sqs = boto3.client("sqs")
def handler(event, context):
    sqs.send_message(QueueUrl=os.environ["URL"], MessageBody=json.dumps(event["Records"][0]["body"]))
    while not sqs.receive_message(QueueUrl=os.environ["GATE"], WaitTimeSeconds=5).get("Messages"):
        pass
"""


def test_maximum_concurrency_counts_from_its_update_on(aws: Any, make_inbox: Any, deploy: Any, told: Any) -> None:
    """Each invocation works until the gate has a message for it."""
    client, gate, queue = aws.client("lambda"), make_inbox("gate"), make_inbox("work", VisibilityTimeout="120")
    name = deploy(BUSY, Environment={"Variables": {"URL": told.url, "GATE": gate.url}}, Timeout=110)
    for n in range(4):
        queue.sqs.send_message(QueueUrl=queue.url, MessageBody=str(n))
    uuid = client.create_event_source_mapping(
        EventSourceArn=queue.arn, FunctionName=name, BatchSize=1, ScalingConfig={"MaximumConcurrency": 2}
    )["UUID"]
    begun = [told.receive(20)["body"], told.receive(20)["body"]]
    assert told.is_empty
    answer = client.update_event_source_mapping(UUID=uuid, ScalingConfig={"MaximumConcurrency": 4})
    assert answer["ScalingConfig"] == {"MaximumConcurrency": 4}
    begun += [told.receive(20)["body"], told.receive(20)["body"]]
    assert sorted(begun) == ["0", "1", "2", "3"]
    for n in range(4):
        gate.sqs.send_message(QueueUrl=gate.url, MessageBody=str(n))
    wait_until(lambda: left(queue) == 0)


def test_second_mapping_of_the_same_pair_is_refused(aws: Any, make_inbox: Any, mapped: Any) -> None:
    queue, client = make_inbox("work"), aws.client("lambda")
    arn = mapped(queue)["FunctionArn"]
    name = arn.rpartition(":")[2]
    with pytest.raises(client.exceptions.ResourceConflictException, match="already exists"):
        client.create_event_source_mapping(EventSourceArn=queue.arn, FunctionName=name)


def test_mapping_that_could_not_work_is_refused(
    aws: Any, make_inbox: Any, mapped: Any, deploy: Any, unique: Any
) -> None:
    client, queue = aws.client("lambda"), make_inbox("work", VisibilityTimeout="5")
    refused = client.exceptions.InvalidParameterValueException
    slow = deploy(TELL, Timeout=6)
    with pytest.raises(refused, match="visibility timeout: 5 seconds is less than Function timeout: 6 seconds"):
        client.create_event_source_mapping(EventSourceArn=queue.arn, FunctionName=slow)
    weak = deploy(TELL, Role=make_role(aws, unique("weak"), ("lambda",), "logs:PutLogEvents"))
    with pytest.raises(refused, match="does not have permissions to call ReceiveMessage on SQS"):
        client.create_event_source_mapping(EventSourceArn=queue.arn, FunctionName=weak)
    with pytest.raises(refused, match="The specified queue does not exist"):
        client.create_event_source_mapping(EventSourceArn=queue.arn + "-absent", FunctionName=slow)
