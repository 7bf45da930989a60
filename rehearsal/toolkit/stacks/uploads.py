"""What lies in the workshop's buckets before the pipeline can run: zips, data sets, training configuration."""

import base64
import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.aws.translation import code_of
from rehearsal.toolkit.data.dataset import SETS, DataFolder

TRAINING_CONFIG_KEY = "training-config.zip"
_NO_OBJECT = {"404", "NoSuchKey", "NoSuchBucket", "403"}
"""HeadObject has no body, and so no code but the status; 403 stands for a missing object where the caller may not
list."""
_EARLIEST_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Uploaded:
    """What lies where: version ids by key, and the keys that lay there already with the same content."""

    code_versions: dict[str, str]
    data_versions: dict[str, str]
    unchanged: tuple[str, ...]


@dataclass(frozen=True)
class _Put:
    version: str
    is_new: bool


def upload(aws: Aws, workshop: Workshop, zips: Sequence[Path], data: DataFolder) -> Uploaded:
    """Put the zips and the data sets; what lies there with the same content is left, and its version counts."""
    s3 = aws.client("s3")
    with ThreadPoolExecutor(max_workers=8) as pool:
        code = {
            path.name: pool.submit(_put_if_new, s3, workshop.code_bucket, path.name, path.read_bytes()) for path in zips
        }
        sets = {
            key: pool.submit(_put_if_new, s3, workshop.data_bucket, key, (data.folder / key).read_bytes())
            for key in SETS
        }
    return Uploaded(
        code_versions={name: job.result().version for name, job in code.items()},
        data_versions={key: job.result().version for key, job in sets.items()},
        unchanged=tuple(key for key, job in (code | sets).items() if not job.result().is_new),
    )


def upload_training_config(aws: Aws, workshop: Workshop, folder: Path) -> str:
    """Put ``training-config.zip``, new or not: its arrival starts a pipeline that is there. Gives its version id."""
    return put(aws.client("s3"), workshop.data_bucket, TRAINING_CONFIG_KEY, zip_of_training_config(folder))


def remove_training_config(aws: Aws, workshop: Workshop) -> None:
    """Put a delete marker on it, so that a pipeline that is made now finds none."""
    aws.client("s3").delete_object(Bucket=workshop.data_bucket, Key=TRAINING_CONFIG_KEY)


def has_training_config(aws: Aws, workshop: Workshop, folder: Path) -> bool:
    """Whether the bucket holds this very training configuration; not when there is no bucket."""
    body = zip_of_training_config(folder)
    return _version_with(aws.client("s3"), workshop.data_bucket, TRAINING_CONFIG_KEY, body) is not None


def _put_if_new(s3: Any, bucket: str, key: str, body: bytes) -> _Put:
    there = _version_with(s3, bucket, key, body)
    return _Put(put(s3, bucket, key, body), True) if there is None else _Put(there, False)


def put(s3: Any, bucket: str, key: str, body: bytes) -> str:
    """With a SHA-256, by which a later look tells whether the content is the same."""
    return str(s3.put_object(Bucket=bucket, Key=key, Body=body, ChecksumAlgorithm="SHA256").get("VersionId", ""))


def _version_with(s3: Any, bucket: str, key: str, body: bytes) -> str | None:
    """The newest version's id if its content is ``body``; None when it is another, is not there, or tells no
    SHA-256."""
    try:
        found = s3.head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")
    except ClientError as error:
        if code_of(error) in _NO_OBJECT:
            return None
        raise
    checksum = base64.b64encode(hashlib.sha256(body).digest()).decode()
    return str(found.get("VersionId", "")) if found.get("ChecksumSHA256") == checksum else None


def zip_of_training_config(folder: Path) -> bytes:
    """The folder's JSON files as a zip whose bytes depend on their content alone.

    Raises:
        BadInput: the folder holds no JSON file.
    """
    files = sorted(folder.glob("*.json")) if folder.is_dir() else []
    if not files:
        raise BadInput(
            f"{folder} holds no <model-name>.json",
            where="--training-config",
            next_step="name the folder that holds the hyperparameters and thresholds of your model",
        )
    return packed({file.name: file.read_bytes() for file in files})


def packed(files: Mapping[str, bytes]) -> bytes:
    """A zip of files by their names, whose bytes depend on these alone."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _EARLIEST_ZIP_DATE)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return written.getvalue()
