"""Which versions of which objects a training job reads, so that a model can be traced to its data."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipeline_job.failure import ConfigurationError

MOST_RECORDED = 1000


@dataclass(frozen=True)
class ObjectVersion:
    """One object as it was when the job was made."""

    key: str
    version_id: str
    etag: str
    size_bytes: int


def latest(s3: Any, bucket: str, prefix: str) -> list[ObjectVersion]:
    """The newest versions under ``prefix``, the first 1000.

    Raises:
        ConfigurationError: when there is nothing, which SageMaker would only say minutes later.
    """
    found = []
    for version in _versions(s3, bucket, prefix):
        found.append(version)
        if len(found) == MOST_RECORDED:
            break
    if not found:
        raise ConfigurationError(
            f"there is no data at s3://{bucket}/{prefix}: upload it, or correct 'train-key' or 'validation-key'"
        )
    return found


def _versions(s3: Any, bucket: str, prefix: str) -> Iterator[ObjectVersion]:
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        for each in page.get("Versions", ()):
            if each["IsLatest"]:
                yield ObjectVersion(each["Key"], each["VersionId"], each["ETag"].strip('"'), each["Size"])
