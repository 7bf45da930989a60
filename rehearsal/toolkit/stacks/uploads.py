"""What lies in the workshop's buckets before the pipeline can run: zips, data sets, training configuration."""

import io
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.data.dataset import SETS, DataFolder

TRAINING_CONFIG_KEY = "training-config.zip"
_EARLIEST_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Uploaded:
    """What was put where: version ids by key."""

    code_versions: dict[str, str]
    data_versions: dict[str, str]
    training_config_version: str


def upload(aws: Aws, workshop: Workshop, zips: Sequence[Path], data: DataFolder, training_config: Path) -> Uploaded:
    """Put the zips and the data sets, then ``training-config.zip``: last, because its arrival starts the pipeline."""
    config_zip = zip_of_training_config(training_config)
    s3 = aws.client("s3")
    with ThreadPoolExecutor(max_workers=8) as pool:
        code = {path.name: pool.submit(_put, s3, workshop.code_bucket, path.name, path.read_bytes()) for path in zips}
        sets = {key: pool.submit(_put, s3, workshop.data_bucket, key, (data.folder / key).read_bytes()) for key in SETS}
    return Uploaded(
        code_versions={name: job.result() for name, job in code.items()},
        data_versions={key: job.result() for key, job in sets.items()},
        training_config_version=_put(s3, workshop.data_bucket, TRAINING_CONFIG_KEY, config_zip),
    )


def upload_code(aws: Aws, workshop: Workshop, zips: Sequence[Path]) -> dict[str, str]:
    """Put the function zips alone; returns their version ids."""
    s3 = aws.client("s3")
    return {path.name: _put(s3, workshop.code_bucket, path.name, path.read_bytes()) for path in zips}


def _put(s3: Any, bucket: str, key: str, body: bytes) -> str:
    return str(s3.put_object(Bucket=bucket, Key=key, Body=body).get("VersionId", ""))


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
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            entry = zipfile.ZipInfo(file.name, _EARLIEST_ZIP_DATE)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes())
    return packed.getvalue()
