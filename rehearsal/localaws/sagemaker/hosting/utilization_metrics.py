"""What the instances of endpoints use, in CloudWatch: each minute, or as often as the configuration's MetricsConfig
says."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from moto.sagemaker.models import sagemaker_backends

from rehearsal.localaws.ground import arns, host
from rehearsal.localaws.sagemaker import usage, utilization
from rehearsal.localaws.sagemaker.hosting.endpoint import Endpoint
from rehearsal.localaws.sagemaker.hosting.fleet import RunningVariant
from rehearsal.localaws.sagemaker.usage import Usage
from rehearsal.localaws.sagemaker.utilization import EVERY_SECONDS, Meter

NAMESPACE = "/aws/sagemaker/Endpoints"
_LOOK_SECONDS = 10.0
"""The shortest MetricPublishFrequencyInSeconds."""


def install() -> None:
    """Measure all endpoints from now on."""
    meters: dict[Path, Meter] = {}

    def look() -> None:
        nonlocal meters
        meters = measure(meters)

    host.look_after_every(_LOOK_SECONDS, look, name="utilization of endpoints")


def measure(meters: dict[Path, Meter]) -> dict[Path, Meter]:
    """Publish what is due; gives the meters of the variants that there are, by their folder."""
    serving = [(endpoint, running, running.folder) for endpoint, running in _serving()]  # a start gives a new folder
    known = {folder: meters.get(folder) or _meter(running) for _, running, folder in serving}
    due = [each for each in serving if known[each[2]].is_due(_frequency(each[0]))]
    processes = usage.running() if due else []
    for endpoint, running, folder in due:
        used = usage.within(folder, processes)
        if used is not None:
            _publish(endpoint, running, known[folder], used)
    return known


def _serving() -> Iterator[tuple[Endpoint, RunningVariant]]:
    for backend in [each for regions in list(sagemaker_backends.values()) for each in list(regions.values())]:
        for endpoint in list(backend.hosted_endpoints):
            if endpoint.live is not None:
                for running in (*endpoint.live.variants.values(), *endpoint.live.shadows):
                    yield endpoint, running


def _meter(running: RunningVariant) -> Meter:
    """Begins with what a variant has used already, so that its start is not counted as load."""
    meter = Meter(shutil.disk_usage(host.current().scratch("hosting")).total)
    used = usage.within(running.folder, usage.running())
    if used is not None:
        meter.read(_per_instance(used, running), 0)
    return meter


def _frequency(endpoint: Endpoint) -> float:
    config = endpoint.live.config.request.get("MetricsConfig") if endpoint.live else None
    return float((config or {}).get("MetricPublishFrequencyInSeconds") or EVERY_SECONDS)


def _publish(endpoint: Endpoint, running: RunningVariant, meter: Meter, used: Usage) -> None:
    percentages = meter.read(_per_instance(used, running), usage.disk_bytes(running.folder))
    dimensions = {"EndpointName": endpoint.name, "VariantName": running.name}
    utilization.publish(
        NAMESPACE,
        dimensions,
        percentages,
        role_arn=running.model.role_arn,
        region=endpoint.region,
        account_id=arns.account_of(endpoint.arn),
    )


def _per_instance(used: Usage, running: RunningVariant) -> Usage:
    """The mean of the variant's processes, each of which stands for an instance."""
    count = max(1, len(running.instances))
    return Usage(used.cpu_seconds / count, used.memory_bytes // count)
