"""SQS: attributes that no queue has are refused, as AWS does."""

from functools import wraps
from typing import Any

from moto.sqs.models import SQSBackend

from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.moto_bridge.replacing import around

_ATTRIBUTES = frozenset(
    {
        "ContentBasedDeduplication",
        "DeduplicationScope",
        "DelaySeconds",
        "FifoQueue",
        "FifoThroughputLimit",
        "KmsDataKeyReusePeriodSeconds",
        "KmsMasterKeyId",
        "MaximumMessageSize",
        "MessageRetentionPeriod",
        "Policy",
        "ReceiveMessageWaitTimeSeconds",
        "RedriveAllowPolicy",
        "RedrivePolicy",
        "SqsManagedSseEnabled",
        "VisibilityTimeout",
    }
)
"""What SetQueueAttributes takes; https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html"""


def install() -> None:
    """Check the names before moto keeps whatever it is given."""
    around(SQSBackend, "set_queue_attributes", _of_known_names)


def _of_known_names(change: Any) -> Any:
    @wraps(change)
    def changed(backend: Any, queue_name: str, attributes: dict[str, Any]) -> Any:
        unknown = next((name for name in attributes if name not in _ATTRIBUTES), None)
        if unknown is not None:
            raise AwsError("InvalidAttributeName", f"Unknown Attribute {unknown}.")
        return change(backend, queue_name, attributes)

    return changed
