"""The source of script mode: fetched with the job's role and unpacked into ``/opt/ml/code``."""

import io
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.localaws import archives
from rehearsal.localaws.archives import Limits
from rehearsal.localaws.ground.errors import describe
from rehearsal.localaws.sagemaker.containers.inside import paths
from rehearsal.localaws.sagemaker.training.inputs import DownloadError, split_uri
from rehearsal.localaws.sagemaker.training.user_script import UserScript

_LIMITS = Limits(30_000_000_000)
"""A job's default volume: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html"""


def fetch(script: UserScript, base: Path, s3: Any) -> None:
    """Lay out the source below ``base``, the container's ``/opt/ml``.

    Raises:
        DownloadError: it is missing, the role may not read it, it is no archive, or the entry point is not in it.
    """
    code = base / "code"
    code.mkdir(parents=True, exist_ok=True)
    if script.source is not None and not _is_folder(script.source, code, base):
        _unpack(_archive(script.source, base, s3), code, script.source)
    entry = code / script.entry_point
    if not entry.is_file() and not (code / "setup.py").is_file():
        raise DownloadError(f"ClientError: The entry point {script.entry_point} is not in {script.source or code.name}")
    if entry.is_file():
        entry.chmod(0o755)


def _is_folder(source: str, code: Path, base: Path) -> bool:
    return Path(paths.moved(source, str(base))) == code


def _archive(source: str, base: Path, s3: Any) -> bytes:
    try:
        if not source.startswith("s3://"):
            return Path(paths.moved(source, str(base))).read_bytes()
        bucket, key = split_uri(source)
        return bytes(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    except (ClientError, OSError) as error:
        raise DownloadError(f"ClientError: Download of the source {source} failed: {describe(error)}") from error


def _unpack(archive: bytes, code: Path, source: str) -> None:
    try:
        archives.untar(io.BytesIO(archive), code, _LIMITS)
    except (archives.NotUnpacked, OSError) as error:
        raise DownloadError(f"ClientError: The source {source} is no tar.gz archive: {error}") from error
