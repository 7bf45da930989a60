"""SNS: a topic's message to its subscribers, in the background, as each protocol gets it.

moto keeps topics, subscriptions and filter policies; :func:`install` takes the delivery over.
https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
"""

import json
import logging
import re
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from moto.sns.exceptions import SNSInvalidParameter, SNSNotFoundError
from moto.sns.models import SNSBackend, Subscription

from rehearsal.localaws.events import confirmations, mailbox, recipients
from rehearsal.localaws.events.delivery import Refusal
from rehearsal.localaws.events.recipients import Sender
from rehearsal.localaws.ground import host
from rehearsal.localaws.ground.errors import describe
from rehearsal.localaws.isolation.loopback_only import is_loopback
from rehearsal.localaws.moto_bridge.replacing import around, replace

log = logging.getLogger("rehearsal.localaws.events")

_SERVICE = "sns.amazonaws.com"
_HTTP_SECONDS = 15
_moto_publish = Subscription.publish


@dataclass(frozen=True)
class Notification:
    """One message on its way to one subscription."""

    subscription: Any
    text: str
    message_id: str
    subject: str | None
    attributes: Mapping[str, Any]
    group_id: str | None
    deduplication_id: str | None

    @property
    def is_raw(self) -> bool:
        return str(self.subscription.attributes.get("RawMessageDelivery")).lower() == "true"

    def document(self) -> dict[str, Any]:
        """The JSON that wraps the message, signed as SNS signs."""
        made: dict[str, Any] = self.subscription.get_post_data(
            self.text, self.message_id, self.subject, message_attributes=self.attributes or None
        )
        region = self.subscription.topic.arn.split(":")[3]
        leaving = f"https://sns.{region}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn={self.subscription.arn}"
        return {**made, "UnsubscribeURL": leaving}


def install() -> None:
    """Take the delivery over from moto."""
    replace(Subscription, "publish", _publish)
    around(SNSBackend, "publish", _to_a_topic)
    around(SNSBackend, "create_topic", _of_a_name)
    around(SNSBackend, "subscribe", _by_a_protocol)


_NAME = re.compile(r"[\w-]{1,256}", re.ASCII)
_PROTOCOLS = ("http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose")


def _of_a_name(create: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(create)
    def created(backend: Any, name: str, *args: Any, **named: Any) -> Any:
        if not _NAME.fullmatch(name.removesuffix(".fifo")):
            raise SNSInvalidParameter("Invalid parameter: Topic Name")
        return create(backend, name, *args, **named)

    return created


def _by_a_protocol(subscribe: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(subscribe)
    def subscribed(backend: Any, topic_arn: str, endpoint: str, protocol: str, *args: Any, **named: Any) -> Any:
        if protocol not in _PROTOCOLS:
            raise SNSInvalidParameter(
                f"Invalid parameter: Amazon SNS does not support this protocol string: {protocol}"
            )
        return subscribe(backend, topic_arn, endpoint, protocol, *args, **named)

    return subscribed


def _to_a_topic(publish: Callable[..., Any]) -> Callable[..., Any]:
    """In AWS's words where there is no such topic, or no message."""

    @wraps(publish)
    def published(backend: Any, message: str, arn: str | None, *args: Any, **named: Any) -> Any:
        if not message:
            raise SNSInvalidParameter("Invalid parameter: Empty message")
        if arn is not None and ":endpoint/" not in arn and arn not in backend.topics:
            raise SNSNotFoundError("Topic does not exist")
        return publish(backend, message, arn, *args, **named)

    return published


def _publish(
    subscription: Any,
    message: str,
    message_id: str,
    subject: str | None = None,
    message_attributes: dict[str, Any] | None = None,
    group_id: str | None = None,
    deduplication_id: str | None = None,
    message_structure: str | None = None,
) -> None:
    if confirmations.is_pending(subscription):
        return
    if subscription.protocol not in _BRINGERS:
        _moto_publish(subscription, message, message_id, subject, message_attributes)  # recorded, as for telephones
        return
    matcher = subscription._filter_policy_matcher
    if matcher is not None and not matcher.matches(message_attributes, message):
        return
    text = subscription._parse_message_structure(message, subscription.protocol) if message_structure else message
    notification = Notification(
        subscription, text, message_id, subject, message_attributes or {}, group_id, deduplication_id
    )
    if group_id is not None:
        _bring(notification)  # the order within a group holds
    else:
        host.in_background(_bring, notification, name=f"notification of {subscription.topic.name}")


def _bring(notification: Notification) -> None:
    subscription = notification.subscription
    try:
        _BRINGERS[subscription.protocol](notification)
    except (*Refusal, OSError) as error:
        log.warning("topic %s could not reach %s: %s", subscription.topic.arn, subscription.endpoint, describe(error))
        _to_dead_letter_queue(notification)


def _to_dead_letter_queue(notification: Notification) -> None:
    redrive = json.loads(notification.subscription.attributes.get("RedrivePolicy") or "{}")
    queue_arn = redrive.get("deadLetterTargetArn")
    if queue_arn is None:
        return
    try:
        recipients.send_message(queue_arn, json.dumps(notification.document()), _sender(notification))
    except Refusal as error:
        log.warning("the dead-letter queue %s did not take the message: %s", queue_arn, describe(error))


def _sender(notification: Notification) -> Sender:
    return Sender(_SERVICE, notification.subscription.topic.arn)


def _to_queue(notification: Notification) -> None:
    arn, sender = notification.subscription.endpoint, _sender(notification)
    attributes = _queue_attributes(notification.attributes) if notification.is_raw else None
    body = notification.text if notification.is_raw else json.dumps(notification.document(), indent=2)
    recipients.send_message(
        arn,
        body,
        sender,
        group_id=notification.group_id,
        deduplication_id=notification.deduplication_id,
        attributes=attributes,
    )


def _queue_attributes(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: {
            "DataType": value["Type"],
            ("BinaryValue" if value["Type"].startswith("Binary") else "StringValue"): str(value["Value"]),
        }
        for name, value in attributes.items()
    }


def _to_function(notification: Notification) -> None:
    document = notification.document()
    told = {
        **{name: document.get(name) for name in ("Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp")},
        "SignatureVersion": document["SignatureVersion"],
        "Signature": document["Signature"],
        "SigningCertUrl": document["SigningCertURL"],
        "UnsubscribeUrl": document["UnsubscribeURL"],
        "MessageAttributes": dict(notification.attributes),
    }
    record = {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": notification.subscription.arn,
        "Sns": told,
    }
    recipients.invoke_function(
        notification.subscription.endpoint, json.dumps({"Records": [record]}), _sender(notification)
    )


def _to_mailbox(notification: Notification) -> None:
    mailbox.receive(
        to=notification.subscription.endpoint,
        subject=notification.subject or "AWS Notification Message",
        text=notification.text,
        sent_by=notification.subscription.topic.arn,
    )


def _to_mailbox_as_json(notification: Notification) -> None:
    mailbox.receive(
        to=notification.subscription.endpoint,
        subject=notification.subject or "AWS Notification Message",
        text=json.dumps(notification.document(), indent=2),
        sent_by=notification.subscription.topic.arn,
    )


def _to_web(notification: Notification) -> None:
    endpoint = notification.subscription.endpoint
    if not is_loopback(urlsplit(endpoint).hostname or ""):
        raise ValueError(f"the embedded AWS reaches only this machine, not {endpoint}")
    body = notification.text if notification.is_raw else json.dumps(notification.document())
    headers = {
        "Content-Type": "text/plain; charset=UTF-8",
        "x-amz-sns-message-type": "Notification",
        "x-amz-sns-message-id": notification.message_id,
        "x-amz-sns-topic-arn": notification.subscription.topic.arn,
        "x-amz-sns-subscription-arn": notification.subscription.arn,
    }
    request = urllib.request.Request(endpoint, data=body.encode(), headers=headers)
    urllib.request.urlopen(request, timeout=_HTTP_SECONDS).close()


_BRINGERS: dict[str, Callable[[Notification], None]] = {
    "sqs": _to_queue,
    "lambda": _to_function,
    "email": _to_mailbox,
    "email-json": _to_mailbox_as_json,
    "http": _to_web,
    "https": _to_web,
}
