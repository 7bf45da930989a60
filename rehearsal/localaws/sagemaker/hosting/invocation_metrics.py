"""What CloudWatch shows of invocations: collected as they happen, written every second as one statistic for each
variant.

https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html lists the metrics and their units.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rehearsal.localaws.services import metrics
from rehearsal.localaws.services.metrics import Datum

NAMESPACE = "AWS/SageMaker"


class Measured(NamedTuple):
    """One invocation. Times are microseconds; ``status`` is the container's, 0 when it gave none."""

    status: int
    model_microseconds: float
    overhead_microseconds: float
    instance_count: int


class VariantKey(NamedTuple):
    """Whose metrics they are."""

    account_id: str
    region: str
    endpoint_name: str
    variant_name: str


@dataclass(frozen=True)
class _Statistic:
    name: str
    unit: str
    values: Sequence[float]


def statistics(measured: Sequence[Measured]) -> tuple[_Statistic, ...]:
    """The metrics of a variant's invocations."""
    statuses = [each.status for each in measured]
    return (
        _Statistic("Invocations", "None", [1.0] * len(measured)),
        _Statistic("InvocationsPerInstance", "None", [1.0 / each.instance_count for each in measured]),
        _Statistic("Invocation4XXErrors", "None", [float(400 <= status < 500) for status in statuses]),
        _Statistic("Invocation5XXErrors", "None", [float(status >= 500 or status == 0) for status in statuses]),
        _Statistic("ModelLatency", "Microseconds", [each.model_microseconds for each in measured]),
        _Statistic("OverheadLatency", "Microseconds", [each.overhead_microseconds for each in measured]),
    )


class MetricBuffer:
    """The invocations since the last :meth:`flush`: noted in passing, counted when they are written."""

    def __init__(self) -> None:
        self._noted: deque[tuple[VariantKey, Measured]] = deque()

    def add(self, key: VariantKey, measured: Measured) -> None:
        """Note one invocation."""
        self._noted.append((key, measured))

    def flush(self) -> None:
        """Write what has been collected to CloudWatch."""
        by_variant: dict[VariantKey, list[Measured]] = {}
        for _ in range(len(self._noted)):
            key, measured = self._noted.popleft()
            by_variant.setdefault(key, []).append(measured)
        for key, measurements in by_variant.items():
            data = [_datum(key, each) for each in statistics(measurements)]
            metrics.publish(NAMESPACE, data, key.region, key.account_id)


def _datum(key: VariantKey, statistic: _Statistic) -> Datum:
    dimensions = {"EndpointName": key.endpoint_name, "VariantName": key.variant_name}
    return Datum(statistic.name, tuple(statistic.values), dimensions, statistic.unit)
