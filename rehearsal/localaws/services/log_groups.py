"""CloudWatch Logs: limits of log groups that moto does not know, in AWS's words.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
"""

from functools import wraps
from typing import Any

from moto.logs.models import LogGroup, LogsBackend

from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.moto_bridge.replacing import around

_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)


def install() -> None:
    """Check before moto keeps, and tell what it leaves out."""
    around(LogsBackend, "put_retention_policy", _of_days)
    around(LogsBackend, "create_log_stream", _of_a_new_name)
    around(LogGroup, "to_describe_dict", _with_class)


def _of_days(put: Any) -> Any:
    @wraps(put)
    def checked(backend: Any, log_group_name: str, retention_in_days: Any) -> None:
        if int(retention_in_days) not in _DAYS:
            listed = ", ".join(map(str, _DAYS))
            raise AwsError(
                "InvalidParameterException",
                f"1 validation error detected: Value '{retention_in_days}' at 'retentionInDays' failed to satisfy "
                f"constraint: Member must satisfy enum value set: [{listed}]",
            )
        put(backend, log_group_name, retention_in_days)

    return checked


def _of_a_new_name(create: Any) -> Any:
    @wraps(create)
    def created(backend: Any, log_group_name: str, log_stream_name: str) -> None:
        group = backend.groups.get(log_group_name)
        if group is not None and log_stream_name in group.streams:
            raise AwsError("ResourceAlreadyExistsException", "The specified log stream already exists")
        create(backend, log_group_name, log_stream_name)

    return created


def _with_class(tell: Any) -> Any:
    @wraps(tell)
    def told(group: Any) -> dict[str, Any]:
        return {**tell(group), "logGroupClass": "STANDARD"}

    return told
