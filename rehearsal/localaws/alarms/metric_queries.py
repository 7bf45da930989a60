"""GetMetricData: times that SDKs send with their zone, which moto cannot compare with its own; and what is not
computed is
refused by name instead of failing.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from moto.cloudwatch.models import CloudWatchBackend

from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.moto_bridge.replacing import around

_COMPUTED = ("Sum", "Average", "Minimum", "Maximum", "SampleCount")


def install() -> None:
    """Look at the request before moto does."""
    around(CloudWatchBackend, "get_metric_data", _asked)
    around(CloudWatchBackend, "get_all_metrics", _comparable)


def _comparable(all_of: Callable[..., Any]) -> Callable[..., Any]:
    """Those that S3 tells of its buckets have a zone, all others have none: no query over both could be answered."""

    @wraps(all_of)
    def get_all_metrics(self: Any) -> Any:
        found = all_of(self)
        for datum in found:
            datum.timestamp = _as_moto(datum.timestamp)
        return found

    return get_all_metrics


def _asked(get: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(get)
    def get_metric_data(
        self: Any, queries: Any, start_time: datetime, end_time: datetime, scan_by: str = "TimestampAscending"
    ) -> Any:
        for query in queries:
            statistic = query.get("MetricStat", {}).get("Stat", "Sum")
            if statistic not in _COMPUTED:
                raise AwsError(
                    "ValidationError",
                    f"The embedded AWS computes {', '.join(_COMPUTED)}, and not the statistic {statistic}.",
                )
        return get(self, queries, _as_moto(start_time), _as_moto(end_time), scan_by)

    return get_metric_data


def _as_moto(at: datetime) -> datetime:
    """moto keeps times in UTC without a zone."""
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
