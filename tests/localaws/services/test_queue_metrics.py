"""How many messages wait in a queue is a metric, once a minute of the clock, also when they are gone again."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.localaws.waiting import wait_until


def waiting(aws: Any, queue: str) -> list[float]:
    """The datapoints of the queue, oldest first."""
    now = datetime.now(UTC)
    found = aws.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=[{"Name": "QueueName", "Value": queue}],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(days=400),
        Period=1,
        Statistics=["Maximum"],
    )["Datapoints"]
    return [point["Maximum"] for point in sorted(found, key=lambda point: point["Timestamp"])]


def test_messages_that_wait_are_shown_and_so_is_that_none_wait(aws: Any, unique: Callable[[str], str]) -> None:
    sqs, name = aws.client("sqs"), unique("queue")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    assert waiting(aws, name) == []
    sqs.send_message(QueueUrl=url, MessageBody="one")
    aws.rehearsal("POST", "clock", seconds=61)
    wait_until(lambda: waiting(aws, name)[-1:] == [1.0])
    received = sqs.receive_message(QueueUrl=url)["Messages"][0]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=received["ReceiptHandle"])
    aws.rehearsal("POST", "clock", seconds=61)
    wait_until(lambda: waiting(aws, name)[-1:] == [0.0])
