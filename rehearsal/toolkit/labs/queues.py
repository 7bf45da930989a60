"""Queues of labs: messages sent, waited for, and sent again from where failed ones lie."""

import json
from collections.abc import Mapping
from typing import Any

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import RehearsalError
from rehearsal.toolkit.aws.pace import Pace

_EMPTY_SECONDS = 600.0
_COUNTS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")


def send(aws: Aws, url: str, message: Mapping[str, Any]) -> None:
    """Send a message, as JSON."""
    aws.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(message))


def wait_until_empty(aws: Aws, url: str, pace: Pace | None = None) -> None:
    """Return when no message waits or is being worked on.

    Raises:
        RehearsalError: after ten minutes some still do.
    """
    pace = pace or Pace()
    give_up_at = pace.now() + _EMPTY_SECONDS
    while (left := count(aws, url)) and pace.now() < give_up_at:
        pace.wait()
    if left:
        raise RehearsalError(
            f"{left} messages are still in the queue after {_EMPTY_SECONDS:.0f} s",
            where=url,
            next_step="the log group of the function that reads it says why; what fails three times goes to the "
            "dead-letter queue",
        )


def count(aws: Aws, url: str) -> int:
    """How many messages are in a queue, those being worked on included."""
    found = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=list(_COUNTS))["Attributes"]
    return sum(int(found[name]) for name in _COUNTS)


def redrive(aws: Aws, dead_letters: str, queue: str) -> int:
    """Send every message of the dead-letter queue to the queue again; how many there were.

    A message leaves the one only when it is in the other: an interruption loses none, and may send one twice.
    """
    sqs, moved = aws.client("sqs"), 0
    while True:
        answer = sqs.receive_message(QueueUrl=dead_letters, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        messages = answer.get("Messages", [])
        if not messages:
            return moved
        for message in messages:
            sqs.send_message(QueueUrl=queue, MessageBody=message["Body"])
            sqs.delete_message(QueueUrl=dead_letters, ReceiptHandle=message["ReceiptHandle"])
            moved += 1
