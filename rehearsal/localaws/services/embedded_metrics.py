"""Metrics in log lines: a line in CloudWatch's embedded metric format becomes data of its metrics.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from moto.logs.models import LogsBackend

from rehearsal.localaws.moto_bridge.replacing import around

_MARK = '"_aws"'
_MOST_METRICS, _MOST_DIMENSIONS = 100, 30


def install() -> None:
    """Look at each line that is written."""
    around(LogsBackend, "put_log_events", _looked_at)


def _looked_at(put: Any) -> Any:
    @wraps(put)
    def written(backend: Any, log_group_name: str, log_stream_name: str, log_events: list[dict[str, Any]]) -> Any:
        answer = put(backend, log_group_name, log_stream_name, log_events)
        for event in log_events:
            if _MARK in event["message"]:
                _publish(backend, event["message"], event["timestamp"])
        return answer

    return written


def _publish(backend: Any, message: str, timestamp_ms: int) -> None:
    from moto.cloudwatch.models import cloudwatch_backends  # a room of its own, loaded when there is a metric

    metrics = cloudwatch_backends[backend.account_id][backend.region_name]
    for namespace, data in extracted(message, datetime.fromtimestamp(timestamp_ms / 1000, UTC)):
        metrics.put_metric_data(namespace, data)


def extracted(message: str, at: datetime) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Each namespace of a line with its data, as PutMetricData takes them; nothing of a line that is in no such
    format."""
    try:
        line = json.loads(message)
        directives = line["_aws"]["CloudWatchMetrics"]
    except (ValueError, KeyError, TypeError):
        return
    for directive in directives if isinstance(directives, list) else ():
        if isinstance(directive, Mapping) and isinstance(directive.get("Namespace"), str):
            yield directive["Namespace"], list(_data(line, directive, at))


def _data(line: Mapping[str, Any], directive: Mapping[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
    for metric in (directive.get("Metrics") or ())[:_MOST_METRICS]:
        values = _numbers(line.get(metric.get("Name")))
        for names in directive.get("Dimensions") or [[]]:
            if values and all(isinstance(line.get(name), str) for name in names[:_MOST_DIMENSIONS]):
                yield {
                    "MetricName": metric["Name"],
                    "Dimensions": [{"Name": name, "Value": line[name]} for name in names],
                    "Timestamp": at,
                    "Unit": metric.get("Unit", "None"),
                    **({"Value": values[0]} if len(values) == 1 else {"Values": values, "Counts": [1.0] * len(values)}),
                }


def _numbers(value: Any) -> list[float]:
    listed = value if isinstance(value, list) else [value]
    return [float(each) for each in listed if isinstance(each, int | float) and not isinstance(each, bool)]
