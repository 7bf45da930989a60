"""The state of alarms follows their metrics. moto keeps alarms and their states, and never evaluates them.

:func:`state_of` decides (pure); :func:`evaluate` reads the metric and sets the state. Alarms are evaluated every few
seconds of the embedded clock over windows that end now, where CloudWatch aligns them to the minute.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
"""

import json
import operator
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends

from rehearsal.localaws.ground import arns, clock, host

EVERY_SECONDS = 5.0
_OURS = ("Threshold Crossed", "Insufficient Data", "Unchecked")
_BREACHES: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


def install() -> None:
    """Evaluate all alarms from now on."""
    host.look_after_every(EVERY_SECONDS, _evaluate_all, name="alarms")


def in_alarm(names: Sequence[str], *, region: str, account_id: str) -> list[str]:
    """Those of the named alarms that are in ALARM state at this moment."""
    alarms = cloudwatch_backends[account_id][region].alarms if names else {}
    for name in names:
        if name in alarms:
            evaluate(alarms[name], region)
    return [name for name in names if name in alarms and alarms[name].state_value == "ALARM"]


def state_of(
    datapoints: Sequence[float | None], *, comparison: str, threshold: float, to_alarm: int, missing: str
) -> str | None:
    """The state that the newest datapoints (None: no data in that period) put an alarm into; None leaves it as it is.

    Args:
        datapoints: one for each evaluation period.
        to_alarm: how many must breach.
        missing: TreatMissingData.
    """
    found = [value for value in datapoints if value is not None]
    absent = len(datapoints) - len(found)
    if not found and missing in ("missing", "ignore"):
        return "INSUFFICIENT_DATA" if missing == "missing" else None
    breaching = sum(_BREACHES[comparison](value, threshold) for value in found)
    breaching += absent if missing == "breaching" else 0
    return "ALARM" if breaching >= to_alarm else "OK"


def evaluate(alarm: Any, region: str) -> None:
    """Bring one alarm up to date. Alarms on metric maths, anomalies, percentiles or other alarms keep the state they
    are given."""
    if not alarm.metric_name or alarm.statistic is None or alarm.comparison_operator not in _BREACHES:
        return
    if _was_set_by_hand(alarm):
        return
    datapoints = _datapoints(alarm, region)
    state = state_of(
        datapoints,
        comparison=alarm.comparison_operator,
        threshold=alarm.threshold,
        to_alarm=alarm.datapoints_to_alarm or alarm.evaluation_periods,
        missing=alarm.treat_missing_data or "missing",
    )
    if state is not None and state != alarm.state_value:
        _change(alarm, state, datapoints)


def _was_set_by_hand(alarm: Any) -> bool:
    """SetAlarmState holds until the next period is over."""
    at = alarm.state_updated_timestamp.replace(tzinfo=clock.now().tzinfo)
    return not alarm.state_reason.startswith(_OURS) and clock.now() - at < timedelta(seconds=alarm.period)


def _datapoints(alarm: Any, region: str) -> list[float | None]:
    """The statistic of each evaluation period, newest first."""
    now = clock.now()
    return [
        _statistic(alarm, region, now - timedelta(seconds=alarm.period * (number + 1)), now, number)
        for number in range(alarm.evaluation_periods)
    ]


def _statistic(alarm: Any, region: str, since: datetime, now: datetime, number: int) -> float | None:
    until = now - timedelta(seconds=alarm.period * number)
    wanted = {(dimension.name, dimension.value) for dimension in alarm.dimensions}
    backend = cloudwatch_backends[arns.account_of(alarm.alarm_arn)][region]
    metrics = [
        metric
        for metric in list(backend.metric_data)
        if metric.namespace == alarm.namespace
        and metric.name == alarm.metric_name
        and {(dimension.name, dimension.value) for dimension in metric.dimensions} == wanted
        and since < _aware(metric.timestamp) <= until
    ]
    return AGGREGATES[alarm.statistic](metrics) if metrics else None


def _aware(at: datetime) -> datetime:
    return at.replace(tzinfo=clock.now().tzinfo) if at.tzinfo is None else at


def _sum(metrics: Sequence[Any]) -> float:
    return float(sum(metric.value if hasattr(metric, "value") else metric.sum for metric in metrics))


def _count(metrics: Sequence[Any]) -> float:
    return float(sum(1 if hasattr(metric, "value") else metric.sample_count for metric in metrics))


AGGREGATES: dict[str, Callable[[Sequence[Any]], float]] = {
    "Sum": _sum,
    "SampleCount": _count,
    "Average": lambda metrics: _sum(metrics) / _count(metrics),
    "Minimum": lambda metrics: min(metric.value if hasattr(metric, "value") else metric.min for metric in metrics),
    "Maximum": lambda metrics: max(metric.value if hasattr(metric, "value") else metric.max for metric in metrics),
}


def _change(alarm: Any, state: str, datapoints: Sequence[float | None]) -> None:
    found = [value for value in datapoints if value is not None]
    if state == "INSUFFICIENT_DATA":
        reason = f"Insufficient Data: no datapoints in the last {len(datapoints)} period(s)."
    else:
        reason = f"Threshold Crossed: datapoints {found} held against the threshold ({alarm.threshold})."
    alarm.update_state(reason, json.dumps({"recentDatapoints": found, "threshold": alarm.threshold}), state)


def _evaluate_all() -> None:
    for account in list(cloudwatch_backends.values()):
        for region, backend in list(account.items()):
            for alarm in list(backend.alarms.values()):
                evaluate(alarm, region)
