"""SQS: attributes of queues as AWS takes them. moto keeps whatever is named so.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
"""

from collections.abc import Mapping
from functools import wraps
from typing import Any

from moto.sqs.models import SQSBackend
from moto.sqs.responses import SQSResponse

from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.moto_bridge.replacing import around, replace

_RANGES: Mapping[str, tuple[int, int]] = {
    "DelaySeconds": (0, 900),
    "KmsDataKeyReusePeriodSeconds": (60, 86_400),
    "MaximumMessageSize": (1024, 1_048_576),
    "MessageRetentionPeriod": (60, 1_209_600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "VisibilityTimeout": (0, 43_200),
}
_CHOICES: Mapping[str, frozenset[str]] = {
    "ContentBasedDeduplication": frozenset({"true", "false"}),
    "DeduplicationScope": frozenset({"messageGroup", "queue"}),
    "FifoQueue": frozenset({"true", "false"}),
    "FifoThroughputLimit": frozenset({"perQueue", "perMessageGroupId"}),
    "SqsManagedSseEnabled": frozenset({"true", "false"}),
}
_TEXTS = frozenset({"KmsMasterKeyId", "Policy", "RedriveAllowPolicy", "RedrivePolicy"})


def install() -> None:
    """Check before moto takes them."""
    around(SQSResponse, "create_queue", _checking)
    around(SQSResponse, "set_queue_attributes", _checking)
    replace(SQSBackend, "list_queues", _list_queues)


def check(attributes: Mapping[str, Any]) -> None:
    """Whether AWS takes them.

    Raises:
        AwsError: InvalidAttributeName or InvalidAttributeValue.
    """
    for name, value in attributes.items():
        if name not in _RANGES and name not in _CHOICES and name not in _TEXTS:
            raise AwsError("InvalidAttributeName", f"Unknown Attribute {name}.")
        if not _is_allowed(name, str(value)):
            raise AwsError("InvalidAttributeValue", f"Invalid value for the parameter {name}.")


def _is_allowed(name: str, value: str) -> bool:
    if name in _RANGES:
        least, most = _RANGES[name]
        return value.isascii() and value.isdecimal() and least <= int(value) <= most
    return value.lower() in {each.lower() for each in _CHOICES[name]} if name in _CHOICES else True


def _checking(operation: Any) -> Any:
    @wraps(operation)
    def checked(response: Any) -> Any:
        check(response._get_param("Attributes") or {})
        return operation(response)

    return checked


def _list_queues(backend: Any, queue_name_prefix: str) -> list[Any]:
    """By a prefix, which moto would take for a regular expression."""
    return [queue for name, queue in list(backend.queues.items()) if name.startswith(queue_name_prefix or "")]
