"""Where the outcome of an asynchronous invocation goes: destinations, and the dead-letter queue or topic.

Lambda writes to them with the function's execution role.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rehearsal.localaws.authorizer import identity
from rehearsal.localaws.functions.record import FunctionRecord, Result
from rehearsal.localaws.ground import clock, host
from rehearsal.localaws.ground.errors import AwsError, describe

log = logging.getLogger("rehearsal.localaws.functions")


class Condition(Enum):
    """How an event ended, as the record of a destination names it."""

    SUCCESS = "Success"
    EXHAUSTED = "RetriesExhausted"
    TOO_OLD = "EventAgeExceeded"


@dataclass(frozen=True)
class Event:
    """An accepted event. ``accepted_at`` is the clock's timestamp."""

    request_id: str
    payload: bytes
    accepted_at: float


@dataclass(frozen=True)
class Policy:
    """A function's EventInvokeConfig and DeadLetterConfig."""

    max_retries: int
    max_age_seconds: int
    on_success: str | None
    on_failure: str | None
    dead_letter_arn: str | None

    @classmethod
    def of(cls, function: FunctionRecord) -> Policy:
        """Lambda's defaults where nothing is set: two retries, six hours."""
        set_ = function.event_invoke_config[-1].config if function.event_invoke_config else {}
        wanted = set_.get("DestinationConfig") or {}
        return cls(
            max_retries=int(set_.get("MaximumRetryAttempts", 2)),
            max_age_seconds=int(set_.get("MaximumEventAgeInSeconds", 21_600)),
            on_success=(wanted.get("OnSuccess") or {}).get("Destination"),
            on_failure=(wanted.get("OnFailure") or {}).get("Destination"),
            dead_letter_arn=function.dead_letter_arn,
        )


def tell(
    function: FunctionRecord, policy: Policy, event: Event, result: Result | None, attempts: int, condition: Condition
) -> None:
    """Send the outcome where the function's configuration wants it; the log has what could not be sent."""
    if condition is not Condition.SUCCESS:
        log.warning("%s gave up on event %s: %s", function.function_arn, event.request_id, condition.value)
        if policy.dead_letter_arn:
            _send(function, policy.dead_letter_arn, event.payload.decode(), attributes=_attributes(event, result))
    destination = policy.on_success if condition is Condition.SUCCESS else policy.on_failure
    if destination:
        _send(
            function, destination, json.dumps(record(function, event, result, attempts, condition)), condition=condition
        )


def record(
    function: FunctionRecord, event: Event, result: Result | None, attempts: int, condition: Condition
) -> dict[str, Any]:
    """The invocation record that a destination gets."""
    qualifier = "" if function.function_arn.count(":") > 6 else f":{function.version}"
    made: dict[str, Any] = {
        "version": "1.0",
        "timestamp": clock.now().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        "requestContext": {
            "requestId": event.request_id,
            "functionArn": f"{function.function_arn}{qualifier}",
            "condition": condition.value,
            "approximateInvokeCount": attempts,
        },
        "requestPayload": json.loads(event.payload),
    }
    if result is not None:
        error = {"functionError": "Unhandled"} if result.failure else {}
        made["responseContext"] = {"statusCode": 200, "executedVersion": result.version, **error}
        made["responsePayload"] = json.loads(result.payload or b"null")
    return made


def _attributes(event: Event, result: Result | None) -> dict[str, str]:
    message = ""
    if result is not None:
        answer = json.loads(result.payload or b"null")
        message = str(answer.get("errorMessage", "")) if isinstance(answer, dict) else ""
    return {"RequestID": event.request_id, "ErrorCode": "200", "ErrorMessage": message[:1024]}


def _send(
    function: FunctionRecord,
    arn: str,
    body: str,
    *,
    attributes: Mapping[str, str] | None = None,
    condition: Condition | None = None,
) -> None:
    service, region = arn.split(":")[2:4]
    typed = {name: {"DataType": "String", "StringValue": text} for name, text in (attributes or {}).items() if text}
    try:
        credentials = identity.assume_role(function.role, function.function_name, service="lambda.amazonaws.com")
        client = identity.client(service, credentials, region or function.region)
        _WRITERS[service](client, arn, body, typed, function, condition)
    except (ClientError, BotoCoreError, AwsError, KeyError) as error:
        log.warning("%s could not send the outcome of an event to %s: %s", function.function_arn, arn, describe(error))


def _to_queue(client: Any, arn: str, body: str, typed: Any, *_: object) -> None:
    account_id, name = arn.split(":")[4:6]
    url = f"{host.current().endpoint_url}/{account_id}/{name}"
    client.send_message(QueueUrl=url, MessageBody=body, MessageAttributes=typed)


def _to_topic(client: Any, arn: str, body: str, typed: Any, *_: object) -> None:
    client.publish(TopicArn=arn, Message=body, MessageAttributes=typed)


def _to_function(client: Any, arn: str, body: str, *_: object) -> None:
    client.invoke(FunctionName=arn, InvocationType="Event", Payload=body)


def _to_bus(
    client: Any, arn: str, body: str, _typed: Any, function: FunctionRecord, condition: Condition | None
) -> None:
    outcome = "Success" if condition is Condition.SUCCESS else "Failure"
    entry = {
        "Source": "lambda",
        "DetailType": f"Lambda Function Invocation Result - {outcome}",
        "Detail": body,
        "Resources": [arn, function.function_arn],
        "EventBusName": arn,
    }
    client.put_events(Entries=[entry])


def _to_bucket(client: Any, arn: str, body: str, _typed: Any, function: FunctionRecord, _condition: object) -> None:
    now = clock.now()
    request_id = json.loads(body)["requestContext"]["requestId"]
    prefix = f"aws/lambda/async/{function.function_name}/{now:%Y/%m/%d/%Y-%m-%dT%H.%M.%S}"
    client.put_object(Bucket=arn.rpartition(":")[2], Key=f"{prefix}-{request_id}", Body=body.encode())


_WRITERS: dict[str, Callable[..., None]] = {
    "sqs": _to_queue,
    "sns": _to_topic,
    "lambda": _to_function,
    "events": _to_bus,
    "s3": _to_bucket,
}
