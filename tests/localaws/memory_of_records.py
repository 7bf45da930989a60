"""How much of the memory the records of one release of a workshop take, when many have been before.

Run as a program, in a process of its own: ``python -m tests.localaws.memory_of_records``. It makes the records that a
release leaves for good, as the services do: objects with their metadata, a training job, decisions of the authorizer.
What it prints is JSON: live bytes that each kind adds for one release.
"""

import gc
import json
import sys
import tempfile
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from rehearsal.localaws.authorizer import patterns
from rehearsal.localaws.ground import host
from rehearsal.localaws.moto_bridge import wiring

FIRST, RELEASES = 60, 60
OBJECTS, DECISIONS = 9, 45
_CONTENT = "x" * 1500
_AT = datetime(2026, 1, 1, tzinfo=UTC)


def objects(release: int) -> None:
    """What a pipeline puts: artifacts, a model, reports."""
    from moto.s3.models import s3_backends

    backend = s3_backends[host.current().account_id]["aws"]
    for number in range(OBJECTS):
        key = backend.put_object("records", f"pipeline/artifact-{number}/{release:08}", _CONTENT.encode())
        key.set_metadata({"Content-Type": "application/zip", "x-amz-meta-Release": f"{release}"})


def training_job(release: int) -> None:
    """A job that says what the one before said, but for its name."""
    from rehearsal.localaws.sagemaker.training.job import Phase, Status, TrainingJob

    channel = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://data/train/", "S3DataDistributionType": "x"}}
    asked = {
        "TrainingJobName": f"job-{release:08}",
        "AlgorithmSpecification": {"TrainingImage": "683313688378.dkr.ecr/xgboost:1", "TrainingInputMode": "File"},
        "HyperParameters": {f"parameter_{number}": str(number) for number in range(12)},
        "InputDataConfig": [{"ChannelName": name, "DataSource": channel} for name in ("train", "validation")],
        "OutputDataConfig": {"S3OutputPath": "s3://models/"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30},
        "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
    }
    job = TrainingJob(json.loads(json.dumps(asked)), f"arn:{release:08}", "us-east-1", _AT)
    for phase in (Phase.DOWNLOADING, Phase.TRAINING, Phase.UPLOADING):
        job.enter(phase, _AT)
    job.enter(Phase.COMPLETED, _AT, status=Status.COMPLETED)
    _jobs.append(job)


_jobs: list[object] = []


def decisions(release: int) -> None:
    """Each about a resource that no later one is about."""
    for number in range(DECISIONS):
        patterns.arn_matches("arn:aws:s3:::records/*", f"arn:aws:s3:::records/{release:08}/{number:04}")


def growth(work: Callable[[int], None]) -> float:
    """Live bytes that one more release adds."""
    for release in range(FIRST):
        work(release)
    gc.collect()
    before, _ = tracemalloc.get_traced_memory()
    for release in range(FIRST, FIRST + RELEASES):
        work(release)
    gc.collect()
    return (tracemalloc.get_traced_memory()[0] - before) / RELEASES


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        settings = host.Settings(port=0, scratch=Path(folder))
        wiring.install()
        host.start(host.Host(settings, host.Credentials("", "")))
        import moto.s3.models

        wiring.catch_up()
        moto.s3.models.s3_backends[settings.account_id]["aws"].create_bucket("records", "us-east-1")
        tracemalloc.start()
        json.dump({work.__name__: growth(work) for work in (objects, training_job, decisions)}, sys.stdout)


if __name__ == "__main__":
    main()
