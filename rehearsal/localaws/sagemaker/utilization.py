"""CPUUtilization, MemoryUtilization and DiskUtilization: what was used, as CloudWatch's percentages of an instance.

The instance is this machine; of the disk it has what the caller says. As in AWS the processor's share is the sum of all
cores', so that two busy cores are 200. https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from rehearsal.localaws.authorizer import on_behalf
from rehearsal.localaws.ground import clock
from rehearsal.localaws.sagemaker.usage import MEMORY_BYTES, Usage
from rehearsal.localaws.services import metrics
from rehearsal.localaws.services.metrics import Datum

EVERY_SECONDS = 60.0
"""Of the embedded clock, as often as the service publishes them."""


@dataclass
class Meter:
    """One instance. Processor time is that of this machine's clock: what is asked twice is measured in between."""

    disk_bytes: int
    published_at: float = field(default_factory=clock.timestamp)
    _cpu_seconds: float = 0.0
    _read_at: float = field(default_factory=time.monotonic)

    def is_due(self, every_seconds: float = EVERY_SECONDS) -> bool:
        """Whether so much time has passed on the embedded clock."""
        return clock.timestamp() >= self.published_at + every_seconds

    def pass_over(self) -> None:
        """Nothing can be read this time; what is used is counted the next time."""
        self.published_at = clock.timestamp()

    def read(self, usage: Usage, disk_used: int) -> dict[str, float]:
        """The percentages since the last reading."""
        now = time.monotonic()
        spent, passed = max(0.0, usage.cpu_seconds - self._cpu_seconds), max(now - self._read_at, 0.001)
        self._cpu_seconds, self._read_at, self.published_at = usage.cpu_seconds, now, clock.timestamp()
        return {
            "CPUUtilization": 100 * spent / passed,
            "MemoryUtilization": min(100.0, 100 * usage.memory_bytes / MEMORY_BYTES),
            "DiskUtilization": min(100.0, 100 * disk_used / self.disk_bytes),
        }


def publish(
    namespace: str,
    dimensions: Mapping[str, str],
    percentages: Mapping[str, float],
    *,
    role_arn: str | None,
    region: str,
    account_id: str,
) -> None:
    """Put them into CloudWatch; nothing where the role may not."""
    request = {"Namespace": namespace}
    if role_arn is not None and not on_behalf.may_call(role_arn, "cloudwatch", "PutMetricData", request, region):
        return
    data = [Datum(name, (value,), dimensions, "Percent") for name, value in percentages.items()]
    metrics.publish(namespace, data, region, account_id)
