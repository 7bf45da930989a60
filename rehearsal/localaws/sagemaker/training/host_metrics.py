"""What the hosts of a training job use, in CloudWatch: each minute, and when the job's containers have ended."""

from collections.abc import Sequence

from rehearsal.localaws.ground import arns
from rehearsal.localaws.sagemaker import usage, utilization
from rehearsal.localaws.sagemaker.training.container import Container
from rehearsal.localaws.sagemaker.training.events import METRIC_NAMESPACE
from rehearsal.localaws.sagemaker.training.job import TrainingJob
from rehearsal.localaws.sagemaker.training.processes import ContainerProcess
from rehearsal.localaws.sagemaker.usage import Usage
from rehearsal.localaws.sagemaker.utilization import EVERY_SECONDS, Meter

_GIB = 1 << 30


class HostMetrics:
    """The hosts of one attempt of a job; their disk is the volume that the job asked for."""

    def __init__(self, job: TrainingJob, containers: Sequence[Container]) -> None:
        volume = job.request["ResourceConfig"].get("VolumeSizeInGB") or 1
        self._job, self._containers = job, containers
        self._meters = [Meter(volume * _GIB) for _ in containers]

    def due_at(self) -> float:
        """When the minute is over, by the clock."""
        return self._meters[0].published_at + EVERY_SECONDS

    def publish_when_due(self) -> None:
        """Publish what was used in a minute that is over."""
        if not self._meters[0].is_due():
            return
        processes = usage.running()
        for container, meter in zip(self._containers, self._meters, strict=True):
            used = usage.within(container.base, processes)
            if used is None:
                meter.pass_over()
            else:
                self._publish(container, meter, used)

    def publish_end(self, ended: Sequence[ContainerProcess]) -> None:
        """Publish what was used since."""
        for container, meter, process in zip(self._containers, self._meters, ended, strict=True):
            if process.used is not None:
                self._publish(container, meter, process.used)

    def _publish(self, container: Container, meter: Meter, used: Usage) -> None:
        percentages = meter.read(used, usage.disk_bytes(container.base))
        dimensions = {"Host": f"{self._job.name}/{container.host}"}
        utilization.publish(
            METRIC_NAMESPACE,
            dimensions,
            percentages,
            role_arn=self._job.request["RoleArn"],
            region=self._job.region,
            account_id=arns.account_of(self._job.arn),
        )
