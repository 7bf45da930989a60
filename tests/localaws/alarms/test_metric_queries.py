"""GetMetricData takes times with a zone, as SDKs send them."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from botocore.exceptions import ClientError


def test_data_are_asked_for_with_times_of_any_zone_and_percentiles_are_refused_by_name(aws: Any, unique: Any) -> None:
    cloudwatch, namespace = aws.client("cloudwatch"), unique("Asked")
    aws.client("s3").create_bucket(Bucket=unique("measured"))  # which has metrics of its own
    now = datetime.now(timezone(timedelta(hours=5)))
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=[{"MetricName": "Rows", "Value": 7, "Timestamp": now}])

    def asked(statistic: str) -> Any:
        metric = {"Namespace": namespace, "MetricName": "Rows"}
        query = {"Id": "rows", "MetricStat": {"Metric": metric, "Period": 60, "Stat": statistic}}
        begin, end = now - timedelta(minutes=5), now + timedelta(minutes=5)
        return cloudwatch.get_metric_data(MetricDataQueries=[query], StartTime=begin, EndTime=end)

    assert [each["Values"] for each in asked("Sum")["MetricDataResults"]] == [[7.0]]
    with pytest.raises(ClientError, match="p90"):
        asked("p90")
