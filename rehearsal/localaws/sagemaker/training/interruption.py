"""Spot interruptions on request: ``POST /_rehearsal/interrupt-training`` with ``{"TrainingJobName": ..., "Region":
...}``.

``Seconds`` is how long no spot instance is to be had afterwards (0): a job that waits past its MaxWaitTimeInSeconds
ends.
"""

from typing import Any

from moto.sagemaker.models import sagemaker_backends

from rehearsal.localaws.door import capabilities
from rehearsal.localaws.ground import host
from rehearsal.localaws.sagemaker.training.job import Phase, TrainingJob


def _interrupt(members: dict[str, Any]) -> dict[str, Any]:
    """Take the spot instances of a running job away, as EC2 does when it needs them."""
    region = members.get("Region") or host.current().settings.region
    name = str(members.get("TrainingJobName", ""))
    job: TrainingJob | None = sagemaker_backends[capabilities.asking_account()][region].trained_jobs.find(name)
    if job is None:
        raise ValueError(f"there is no training job {name!r} in {region}")
    if not job.is_spot:
        raise ValueError(f"{name} runs on on-demand instances; only EnableManagedSpotTraining jobs are interrupted")
    if job.phase is not Phase.TRAINING:
        raise ValueError(f"{name} is in the phase {job.phase.value}; only a job that is Training can be interrupted")
    job.request_interruption(float(members.get("Seconds", 0)))
    return {"TrainingJobName": name, "SecondaryStatus": Phase.INTERRUPTED.value}


capabilities.offer("POST", "interrupt-training", _interrupt)
