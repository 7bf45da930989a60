"""Queue messages as a function gets them, and what its answer means for them. Pure.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html and
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rehearsal.localaws.events import patterns

Message = Mapping[str, Any]
"""A message as ReceiveMessage gives it, with all its attributes."""


def event(messages: Iterable[Message], *, queue_arn: str) -> dict[str, Any]:
    """The event that a function gets for a batch."""
    return {"Records": [record(message, queue_arn=queue_arn) for message in messages]}


def record(message: Message, *, queue_arn: str) -> dict[str, Any]:
    """One message of the event."""
    made = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": dict(message.get("Attributes", {})),
        "messageAttributes": {name: _attribute(value) for name, value in message.get("MessageAttributes", {}).items()},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(":")[3],
    }
    if "MD5OfMessageAttributes" in message:
        made["md5OfMessageAttributes"] = message["MD5OfMessageAttributes"]
    return made


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"stringListValues": [], "binaryListValues": [], "dataType": value["DataType"]}
    if "StringValue" in value:
        made["stringValue"] = value["StringValue"]
    if "BinaryValue" in value:
        made["binaryValue"] = value["BinaryValue"]
    return made


def wanted(messages: Sequence[Message], filter_criteria: Mapping[str, Any] | None, *, queue_arn: str) -> list[Message]:
    """The messages that one of the mapping's filters takes; all when there are none."""
    filters = [json.loads(each["Pattern"]) for each in (filter_criteria or {}).get("Filters", [])]
    if not filters:
        return list(messages)
    return [
        message
        for message in messages
        if any(patterns.matches(each, _seen_by_filters(message, queue_arn)) for each in filters)
    ]


def _seen_by_filters(message: Message, queue_arn: str) -> dict[str, Any]:
    seen = record(message, queue_arn=queue_arn)
    try:
        seen["body"] = json.loads(seen["body"])
    except ValueError:
        return seen
    return seen


def done(messages: Sequence[Message], answer: bytes, *, reports_failures: bool) -> list[Message]:
    """The messages that are finished after the function has answered without an error; the rest comes again.

    A report that cannot be understood, or names a message that is not of the batch, fails the whole batch.
    """
    if not reports_failures:
        return list(messages)
    failed = _reported(answer)
    if failed is None or not failed <= {message["MessageId"] for message in messages}:
        return []
    return [message for message in messages if message["MessageId"] not in failed]


def _reported(answer: bytes) -> set[str] | None:
    """The message ids in ``batchItemFailures``; none of them when there is no such report, None when it is broken."""
    try:
        given = json.loads(answer or b"null")
        failures = (given.get("batchItemFailures") or []) if given is not None else []
        identifiers = {failure["itemIdentifier"] for failure in failures}
    except (ValueError, AttributeError, KeyError, TypeError):
        return None
    return None if None in identifiers or "" in identifiers else identifiers
