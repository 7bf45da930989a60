"""Function and layer zips: unpacked once, when they are uploaded or, after a restart, first run."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from moto.s3.exceptions import MissingBucket, MissingKey
from moto.s3.models import s3_backends

from rehearsal.localaws import archives
from rehearsal.localaws.archives import Limits
from rehearsal.localaws.ground import host
from rehearsal.localaws.ground.errors import AwsError

MAX_UNZIPPED_BYTES = 262_144_000
"""250 MB, function and layers together. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
_LIMITS = Limits(MAX_UNZIPPED_BYTES, ratio=2_000)  # so few bytes may be all zeros


def check(digest: str, package: bytes) -> None:
    """Refuse what Lambda refuses at upload: unpacked now, it is known to be good when it is first run.

    Raises:
        AwsError: InvalidParameterValueException, for a zip that is broken, too large, or holds links or names that lead
        out.
    """
    unpacked(digest, package)


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
    """The folder that holds the package's files, under its digest; made when missing, shared by all that run it.

    Raises:
        AwsError: InvalidParameterValueException, as of :func:`check`.
    """
    parent = host.current().scratch("functions", "code")
    folder = parent / digest
    if folder.is_dir():
        return folder
    making = Path(tempfile.mkdtemp(dir=parent))
    try:
        _unzip(package, making)
        making.rename(folder)
    except OSError:
        if not folder.is_dir():  # otherwise another invocation was first
            raise
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return folder


def _unzip(package: bytes, folder: Path) -> None:
    try:
        archives.unzip(package, folder, _LIMITS)
    except archives.TooLarge as error:
        message = f"Unzipped size must be smaller than {MAX_UNZIPPED_BYTES} bytes"
        raise AwsError("InvalidParameterValueException", f"{message} ({error})") from error
    except archives.NotUnpacked as error:
        message = "Could not unzip uploaded file. Please check your file, then try to upload again."
        raise AwsError("InvalidParameterValueException", f"{message} ({error})") from error
