"""Metrics in log lines."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from rehearsal.localaws.services.embedded_metrics import extracted

_AT = datetime(2026, 1, 1, tzinfo=UTC)


def _line(**members: Any) -> dict[str, Any]:
    directive = {"Namespace": "Models", "Dimensions": [["Endpoint"]], "Metrics": [{"Name": "rmse", "Unit": "None"}]}
    return {"_aws": {"Timestamp": 1, "CloudWatchMetrics": [directive]}, "Endpoint": "Dev", "rmse": 0.5, **members}


def test_a_line_becomes_data_of_its_metrics() -> None:
    ((namespace, data),) = extracted(json.dumps(_line()), _AT)
    told = {
        "MetricName": "rmse",
        "Dimensions": [{"Name": "Endpoint", "Value": "Dev"}],
        "Timestamp": _AT,
        "Unit": "None",
    }
    assert (namespace, data) == ("Models", [{**told, "Value": 0.5}])


def test_several_values_are_told_together() -> None:
    ((_, (data,)),) = extracted(json.dumps(_line(rmse=[1, 2])), _AT)
    assert (data["Values"], data["Counts"]) == ([1.0, 2.0], [1.0, 1.0])


def test_what_is_in_no_such_format_gives_nothing() -> None:
    for message in (
        "text",
        "[1]",
        '{"_aws": 1}',
        '{"_aws": {"CloudWatchMetrics": 3}}',
        '{"_aws": {"CloudWatchMetrics": [1]}}',
    ):
        assert list(extracted(message, _AT)) == []
    assert [data for _, data in extracted(json.dumps(_line(rmse="high")), _AT)] == [[]]


def test_metrics_of_written_lines_are_listed(aws: Any, unique: Callable[[str], str]) -> None:
    logs, group = aws.client("logs"), unique("emf")
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    line = _line(Endpoint=group)
    line["_aws"]["CloudWatchMetrics"][0]["Namespace"] = group
    event = {"timestamp": int(time.time() * 1000), "message": json.dumps(line)}
    logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=[event])
    (metric,) = aws.client("cloudwatch").list_metrics(Namespace=group)["Metrics"]
    assert (metric["MetricName"], metric["Dimensions"]) == ("rmse", [{"Name": "Endpoint", "Value": group}])
