"""Custom resources, backed by a function or a topic, and wait conditions: what CloudFormation waits for an answer to.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
"""

import json
import uuid
from typing import Any

from rehearsal.localaws.cloudformation import callbacks, signals
from rehearsal.localaws.cloudformation.callbacks import Mailbox
from rehearsal.localaws.cloudformation.resources.model import (
    Cancelled,
    Handler,
    HandlerBase,
    Made,
    Properties,
    Request,
    ResourceFailed,
)
from rehearsal.localaws.cloudformation.template import as_text

_DEFAULT_TIMEOUT_SECONDS = 3600
_NO_ANSWER = (
    "CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [{}]. "
    "If you are using the Python cfn-response module, you may need to update your Lambda function code so that "
    "CloudFormation can attach the updated version."
)


class CustomResource(HandlerBase):
    """A resource whose making is a function's business."""

    type = "AWS::CloudFormation::CustomResource"

    def create(self, request: Request) -> Made:
        return self._ask(request, "Create")

    def update(self, request: Request) -> Made:
        old = _as_texts(request.previous)
        return self._ask(request, "Update", PhysicalResourceId=request.physical_id, OldResourceProperties=old)

    def delete(self, request: Request) -> None:
        self._ask(request, "Delete", PhysicalResourceId=request.physical_id)

    def _ask(self, request: Request, kind: str, **members: Any) -> Made:
        mailbox = callbacks.open_mailbox(request.region)
        request_id = str(uuid.uuid4())
        event = {
            "RequestType": kind,
            "ServiceToken": request.properties["ServiceToken"],
            "ResponseURL": mailbox.url,
            "StackId": request.stack_id,
            "RequestId": request_id,
            "LogicalResourceId": request.logical_id,
            "ResourceType": request.type,
            "ResourceProperties": _as_texts(request.properties),
            **members,
        }
        try:
            _send(request, event)
            return self._answer(request, mailbox, request_id)
        finally:
            callbacks.close(mailbox.url)

    def _answer(self, request: Request, mailbox: Mailbox, request_id: str) -> Made:
        fallback = request.physical_id or request.generated_name(128)
        timeout = float(request.properties.get("ServiceTimeout", _DEFAULT_TIMEOUT_SECONDS))
        with mailbox.arrived:
            request.cancelled.wait_until(mailbox.arrived, lambda: bool(mailbox.letters), request.began_at + timeout)
        if not mailbox.letters:
            if request.cancelled.is_set():
                raise Cancelled(physical_id=fallback)
            raise ResourceFailed(_NO_ANSWER.format(request_id), physical_id=fallback)
        answer = mailbox.letters[0]
        physical_id = str(answer.get("PhysicalResourceId") or request.physical_id)
        if answer.get("Status") != "SUCCESS":
            reason = f"Message returned: {answer.get('Reason', '')} (RequestId: {request_id})"
            told = f"Received response status [FAILED] from custom resource. {reason}"
            raise ResourceFailed(told, physical_id=physical_id or fallback)
        if not physical_id:
            raise ResourceFailed("Invalid PhysicalResourceId", physical_id=fallback)
        return Made(physical_id, answer.get("Data") or {})


def _send(request: Request, event: dict[str, Any]) -> None:
    token = str(event["ServiceToken"])
    body = json.dumps(event)
    if ":sns:" in token:
        request.client("sns").publish(
            TopicArn=token, Message=body, Subject="AWS CloudFormation custom resource request"
        )
    else:
        request.client("lambda").invoke(FunctionName=token, InvocationType="Event", Payload=body.encode())


def _as_texts(value: Any) -> Any:
    """Scalars reach a custom resource as strings."""
    if isinstance(value, dict):
        return {key: _as_texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_texts(item) for item in value]
    return as_text(value)


class WaitConditionHandle(HandlerBase):
    """An address for signals; Ref gives it."""

    type = "AWS::CloudFormation::WaitConditionHandle"

    def create(self, request: Request) -> Made:
        return Made(callbacks.open_mailbox(request.region).url)

    def update(self, request: Request) -> Made:
        return Made(request.physical_id)

    def delete(self, request: Request) -> None:
        callbacks.close(request.physical_id)


class WaitCondition(HandlerBase):
    """Complete when as many signals have come as ``Count`` says, to its handle, or as its CreationPolicy says, to
    itself."""

    type = "AWS::CloudFormation::WaitCondition"

    def create(self, request: Request) -> Made:
        name = request.generated_name(128)
        return Made(
            f"arn:aws:cloudformation:{request.region}:{request.account_id}:stack/{name}/{uuid.uuid4()}", {"Data": "{}"}
        )

    def finish(self, request: Request) -> Made:
        properties = request.properties
        if request.creation_policy:
            signals.wait(request)
        if "Handle" not in properties:
            return Made(request.physical_id, request.attributes)
        mailbox = callbacks.mailbox_at(properties["Handle"])
        if mailbox is None:
            raise ResourceFailed(f"Handle {properties['Handle']} is not that of a WaitConditionHandle of this server")
        data = _signals(request, mailbox, int(properties.get("Count", 1)), _seconds(properties))
        return Made(request.physical_id, {"Data": json.dumps(data)})

    def update(self, request: Request) -> Made:
        raise ResourceFailed(f"Update to resource type {request.type} is not supported.")

    def delete(self, request: Request) -> None:
        """There is nothing to remove: the condition is in the stack only."""


def _seconds(properties: Properties) -> float:
    if "Timeout" not in properties:
        raise ResourceFailed("WaitCondition with a Handle needs a Timeout")
    return float(properties["Timeout"])


def _signals(request: Request, mailbox: Mailbox, count: int, timeout_seconds: float) -> dict[str, Any]:
    """The data of ``count`` successful signals by their unique id."""

    def successes() -> dict[str, Any]:
        return {str(letter.get("UniqueId")): letter.get("Data", "") for letter in mailbox.letters if _ok(letter)}

    def failures() -> list[dict[str, Any]]:
        return [letter for letter in mailbox.letters if not _ok(letter)]

    with mailbox.arrived:
        request.cancelled.wait_until(
            mailbox.arrived,
            lambda: bool(failures()) or len(successes()) >= count,
            request.began_at + timeout_seconds,
        )
    if failed := failures():
        told = (
            f"WaitCondition received failed message: '{failed[0].get('Reason', '')}' for uniqueId: "
            f"{failed[0].get('UniqueId')}"
        )
        raise ResourceFailed(told)
    if len(successes()) >= count:
        return successes()
    if request.cancelled.is_set():
        raise Cancelled
    raise ResourceFailed(f"WaitCondition timed out. Received {len(successes())} conditions when expecting {count}")


def _ok(letter: dict[str, Any]) -> bool:
    return letter.get("Status") == "SUCCESS"


HANDLERS: tuple[Handler, ...] = (CustomResource(), WaitConditionHandle(), WaitCondition())
