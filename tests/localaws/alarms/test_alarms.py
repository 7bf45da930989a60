"""Alarms: the rule that decides their state, and the state that follows a metric."""

import pytest

from rehearsal.localaws.alarms.evaluation import state_of
from tests.localaws.waiting import wait_until


def state(datapoints, *, to_alarm=1, missing="missing"):
    return state_of(datapoints, comparison="GreaterThanThreshold", threshold=10, to_alarm=to_alarm, missing=missing)


@pytest.mark.parametrize(
    ("datapoints", "to_alarm", "missing", "expected"),
    [
        ([11.0], 1, "missing", "ALARM"),
        ([10.0], 1, "missing", "OK"),
        ([11.0, 5.0, 12.0], 2, "missing", "ALARM"),
        ([11.0, 5.0, 5.0], 2, "missing", "OK"),
        ([None], 1, "missing", "INSUFFICIENT_DATA"),
        ([None], 1, "ignore", None),
        ([None], 1, "notBreaching", "OK"),
        ([None, 11.0], 2, "breaching", "ALARM"),
        ([None, 11.0], 2, "missing", "OK"),
    ],
)
def test_the_state_follows_the_datapoints(datapoints, to_alarm, missing, expected):
    assert state(datapoints, to_alarm=to_alarm, missing=missing) == expected


def test_an_alarm_goes_off_when_its_metric_breaches(aws, unique):
    cloudwatch, name = aws.client("cloudwatch"), unique("alarm")
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace=name,
        MetricName="Errors",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=2,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )
    cloudwatch.put_metric_data(
        Namespace=name, MetricData=[{"MetricName": "Errors", "Values": [1.0], "Counts": [3], "Unit": "Count"}]
    )
    aws.rehearsal("POST", "clock", seconds=6)
    wait_until(
        lambda: cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"] == "ALARM", "the alarm"
    )
    assert "Threshold Crossed" in cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateReason"]
