"""What happens to a bucket's objects, told to EventBridge, functions, queues and topics, off the caller's thread.

moto calls ``notifications.send_event`` where an object changes; this module stands in its place. Events that moto sends
too many (a PutObject is no change of tags or ACL) are dropped here, those that it does not send (deletions in versioned
buckets) are added.
"""

import itertools
import json
import logging
import secrets
from collections.abc import Callable
from typing import Any

from flask import has_request_context, request
from moto.s3 import notifications
from moto.s3.exceptions import InvalidArgumentError
from moto.s3.models import S3Backend

from rehearsal.localaws.events import bus, recipients
from rehearsal.localaws.events.delivery import Refusal
from rehearsal.localaws.events.object_events import ObjectEvent
from rehearsal.localaws.events.recipients import Sender
from rehearsal.localaws.ground import clock, host
from rehearsal.localaws.ground.errors import describe
from rehearsal.localaws.moto_bridge.replacing import replace

log = logging.getLogger("rehearsal.localaws.events")

_SERVICE = "s3.amazonaws.com"
_sequence = itertools.count(1)
_DESTINATIONS = {
    "CloudFunctionConfiguration": "CloudFunction",
    "QueueConfiguration": "Queue",
    "TopicConfiguration": "Topic",
}
_moto_delete_object = S3Backend.delete_object
_moto_put_configuration = S3Backend.put_bucket_notification_configuration


def install() -> None:
    """Take moto's notifications over."""
    replace(notifications, "send_event", _send_event)
    replace(S3Backend, "delete_object", _delete_object)
    replace(S3Backend, "put_bucket_notification_configuration", _put_configuration)


def _put_configuration(backend: S3Backend, bucket_name: str, configuration: dict[str, Any]) -> None:
    """Refuse what S3 could not notify, as S3 does."""
    bucket = backend.get_bucket(bucket_name)
    for kind, member in _DESTINATIONS.items():
        for wanted in (configuration or {}).get(kind) or []:
            _check_destination(wanted[member], Sender(_SERVICE, bucket.arn, bucket.account_id))
    _moto_put_configuration(backend, bucket_name, configuration)


def _check_destination(arn: str, sender: Sender) -> None:
    if has_request_context() and request.headers.get("x-amz-skip-destination-validation", "").lower() == "true":
        return
    try:
        recipients.check(arn, sender)
    except Refusal as error:
        log.warning("%s may not notify %s: %s", sender.source_arn, arn, describe(error))
        message = "Unable to validate the following destination configurations"
        raise InvalidArgumentError(message, arn, describe(error)) from error


def _send_event(_account_id: str, event_name: str, bucket: Any, key: Any) -> None:
    name = str(getattr(event_name, "value", event_name)).removeprefix("s3:")
    if name.startswith("ObjectRemoved:") or _is_side_effect(name):
        return
    _tell(name, bucket, key.name, key=key)


def _is_side_effect(name: str) -> bool:
    """moto writes tags, ACL and assembled uploads by the functions that the operations of these names use."""
    if not has_request_context():
        return False
    return (
        (name.startswith("ObjectTagging:") and "tagging" not in request.args)
        or (name.startswith("ObjectAcl:") and "acl" not in request.args)
        or (name == "ObjectCreated:Put" and "uploadId" in request.args)
    )


def _delete_object(
    backend: S3Backend, bucket_name: str, key_name: str, version_id: str | None = None, bypass: bool = False
) -> tuple[bool, dict[str, Any]]:
    bucket = backend.get_bucket(bucket_name)
    existed = key_name in bucket.keys
    success, answer = _moto_delete_object(backend, bucket_name, key_name, version_id=version_id, bypass=bypass)
    if success and bucket.is_versioned and version_id is None:
        marker = bucket.keys.getlist(key_name)[-1]
        _tell("ObjectRemoved:DeleteMarkerCreated", bucket, key_name, version_id=marker.version_id)
    elif success and existed:
        _tell("ObjectRemoved:Delete", bucket, key_name, version_id=version_id)
    return success, answer


def _tell(name: str, bucket: Any, key_name: str, *, key: Any = None, version_id: str | None = None) -> None:
    configuration = bucket.notification_configuration
    if configuration is None:
        return
    event = _event(name, bucket, key_name, key, version_id)
    if configuration.event_bridge is not None:
        bus.publish(
            "aws.s3",
            event.detail_type,
            event.detail,
            [bucket.arn],
            region=bucket.region_name,
            account_id=bucket.account_id,
        )
    sender = Sender(_SERVICE, bucket.arn, bucket.account_id)
    for wanted, bring in _wanted(configuration):
        if wanted.matches(f"s3:{name}", key_name):
            body = json.dumps({"Records": [event.record(wanted.id)]})
            host.in_background(_bring, bring, wanted.arn, body, sender, name=f"notification of {bucket.name}")


def _wanted(configuration: Any) -> list[tuple[Any, Callable[[str, str, Sender], None]]]:
    return [
        *((each, recipients.invoke_function) for each in configuration.cloud_function),
        *((each, recipients.send_message) for each in configuration.queue),
        *((each, _publish) for each in configuration.topic),
    ]


def _publish(arn: str, body: str, sender: Sender) -> None:
    recipients.publish(arn, body, sender, subject="Amazon S3 Notification")


def _bring(bring: Callable[[str, str, Sender], None], arn: str, body: str, sender: Sender) -> None:
    try:
        bring(arn, body, sender)
    except Refusal as error:
        log.warning("%s could not notify %s: %s", sender.source_arn, arn, describe(error))


def _event(name: str, bucket: Any, key_name: str, key: Any, version_id: str | None) -> ObjectEvent:
    version = version_id if key is None else key.version_id
    return ObjectEvent(
        name=name,
        bucket=bucket.name,
        region=bucket.region_name,
        key=key_name,
        size=None if key is None else key.size,
        etag=None if key is None else key.etag.strip('"'),
        version_id=version if bucket.is_versioned else None,
        sequencer=f"{next(_sequence):016X}",
        moment=clock.now(),
        account_id=bucket.account_id,
        requester=_requester(),
        source_ip=(request.remote_addr or "127.0.0.1") if has_request_context() else "127.0.0.1",
        request_id=secrets.token_hex(8).upper(),
    )


def _requester() -> str:
    """The access key that signed the request: what is known of the caller here."""
    if not has_request_context():
        return host.current().account_id
    return request.headers.get("Authorization", "").partition("Credential=")[2].partition("/")[0]
