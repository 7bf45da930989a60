"""Function and layer zips: checked when they are uploaded, unpacked once when they are first run."""

import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from moto.s3.exceptions import MissingBucket, MissingKey
from moto.s3.models import s3_backends

from rehearsal.localaws.ground import host
from rehearsal.localaws.ground.errors import AwsError

MAX_UNZIPPED_BYTES = 262_144_000
"""250 MB, function and layers together. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""


def check(package: bytes) -> None:
    """Refuse what Lambda refuses at upload.

    Raises:
        AwsError: InvalidParameterValueException, for a broken zip or one that is too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            unzipped = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as error:
        message = "Could not unzip uploaded file. Please check your file, then try to upload again."
        raise AwsError("InvalidParameterValueException", message) from error
    if unzipped > MAX_UNZIPPED_BYTES:
        message = f"Unzipped size must be smaller than {MAX_UNZIPPED_BYTES} bytes"
        raise AwsError("InvalidParameterValueException", message)


def stored_object(account_id: str, partition: str, location: Mapping[str, Any]) -> bytes:
    """The package that S3Bucket, S3Key and S3ObjectVersion name.

    Raises:
        AwsError: InvalidParameterValueException, when there is none.
    """
    try:
        found = s3_backends[account_id][partition].get_object(
            location["S3Bucket"], location["S3Key"], version_id=location.get("S3ObjectVersion")
        )
    except MissingBucket as error:
        raise _not_stored("NoSuchBucket", "The specified bucket does not exist") from error
    except MissingKey as error:
        raise _not_stored("NoSuchKey", "The specified key does not exist.") from error
    if found is None:
        raise _not_stored("NoSuchKey", "The specified key does not exist.")
    return bytes(found.value)


def _not_stored(code: str, message: str) -> AwsError:
    text = f"Error occurred while GetObject. S3 Error Code: {code}. S3 Error Message: {message}"
    return AwsError("InvalidParameterValueException", text, Type="User")


def unpacked(digest: str, package: bytes) -> Path:
    """The folder that holds the package's files, under its digest; made when missing, shared by all that run it."""
    parent = host.current().scratch("functions", "code")
    folder = parent / digest
    if folder.is_dir():
        return folder
    making = Path(tempfile.mkdtemp(dir=parent))
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        for entry in archive.infolist():
            _extract(archive, entry, making)
    try:
        making.rename(folder)
    except OSError:  # another invocation was first
        shutil.rmtree(making, ignore_errors=True)
    return folder


def _extract(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    """zipfile forgets permissions; programs in a package must stay executable."""
    written = archive.extract(entry, folder)
    if (entry.external_attr >> 16) & 0o111 and not entry.is_dir():
        os.chmod(written, 0o755)  # noqa: PTH101 - extract gives a string
