"""Objects in a lab's bucket, and what steps left there."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.executions.events import StepFinished, StepStarted, Tell


def upload(aws: Aws, bucket: str, files: Mapping[str, Path], tell: Tell) -> None:
    """Put each file under its key."""
    began = time.monotonic()
    tell(StepStarted("upload", bucket))
    for key, file in files.items():
        put(aws, bucket, key, file)
    size = sum(file.stat().st_size for file in files.values())
    detail = f"{', '.join(files)} ({size:,} bytes)"
    tell(StepFinished("upload", bucket, f"{len(files)} files", detail, time.monotonic() - began))


def put(aws: Aws, bucket: str, key: str, file: Path) -> str:
    """Put a file under a key; the version's id."""
    answer = aws.client("s3").put_object(Bucket=bucket, Key=key, Body=file.read_bytes())
    return str(answer.get("VersionId", ""))


def output_url(aws: Aws, step: Mapping[str, Any], output: str) -> str:
    """The S3 URL of an output of a Processing step, by the step's metadata."""
    job = step["ProcessingJob"]["Arn"].rpartition("/")[2]
    described = aws.client("sagemaker").describe_processing_job(ProcessingJobName=job)
    outputs = {each["OutputName"]: each for each in described["ProcessingOutputConfig"]["Outputs"]}
    return str(outputs[output]["S3Output"]["S3Uri"])


def read(aws: Aws, url: str) -> bytes:
    """The object at an S3 URL."""
    bucket, _, key = url.removeprefix("s3://").partition("/")
    return bytes(aws.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())


def metrics(aws: Aws, url: str) -> dict[str, float]:
    """The numbers of an ``evaluation.json``, by their names: what lies one level below the kind of metrics and has a
    ``value``."""
    (found,) = json.loads(read(aws, url)).values()
    return {name: float(each["value"]) for name, each in found.items() if "value" in each}
