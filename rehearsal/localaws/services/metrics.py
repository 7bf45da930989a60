"""Datapoints that services themselves put into CloudWatch: the one place that knows how moto keeps them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rehearsal.localaws.ground import clock
from rehearsal.localaws.moto_bridge import moto_records


@dataclass(frozen=True)
class Datum:
    """One datapoint: a value, or the values of a moment as a statistic set. ``unit`` is CloudWatch's; ``at`` now if not
    given."""

    name: str
    values: tuple[float, ...]
    dimensions: Mapping[str, str] = field(default_factory=dict)
    unit: str = "None"
    at: datetime | None = None

    def member(self) -> dict[str, Any]:
        """The datapoint as PutMetricData takes it; moto compares times without zone, in UTC."""
        return {
            "MetricName": self.name,
            "Dimensions": [{"Name": name, "Value": value} for name, value in self.dimensions.items()],
            "Timestamp": (self.at or clock.now()).replace(tzinfo=None),
            "Unit": self.unit,
            **self._value(),
        }

    def _value(self) -> dict[str, Any]:
        if len(self.values) == 1:
            return {"Value": self.values[0]}
        statistics = {
            "SampleCount": len(self.values),
            "Sum": sum(self.values),
            "Minimum": min(self.values),
            "Maximum": max(self.values),
        }
        return {"StatisticValues": statistics}


def publish(namespace: str, data: Iterable[Datum], region: str, account_id: str) -> None:
    """Put datapoints into the CloudWatch of an account's region."""
    moto_records.of("cloudwatch", region, account_id).put_metric_data(namespace, [each.member() for each in data])
