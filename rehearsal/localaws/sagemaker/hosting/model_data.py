"""The model artifact: fetched from S3 with the model's own role, and unpacked."""

import shutil
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.localaws import archives
from rehearsal.localaws.archives import Limits
from rehearsal.localaws.authorizer import identity
from rehearsal.localaws.ground.errors import AwsError, describe

SERVICE = "sagemaker.amazonaws.com"
_LIMITS = Limits(30_000_000_000)
"""The storage of the smaller instances that serve.
https://docs.aws.amazon.com/sagemaker/latest/dg/host-instance-storage.html"""
_MISSING = ("404", "NoSuchKey", "NoSuchBucket", "NotFound")


class ModelDataError(Exception):
    """The artifact cannot be had or read; the text is what the endpoint's FailureReason says."""


def check_access(url: str, role_arn: str | None, *, region: str) -> None:
    """What CreateModel checks: the role can be assumed, may read the object, and the object is there.

    Raises:
        AwsError: ValidationException, in the words of CreateModel.
    """
    bucket, key = _location(url)
    try:
        client(role_arn, region).head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in _MISSING:
            raise AwsError("ValidationException", f"Could not find model data at {url}.") from error
        raise AwsError("ValidationException", _no_access(url, role_arn, region)) from error
    except AwsError as error:
        raise AwsError("ValidationException", _no_access(url, role_arn, region)) from error


def _no_access(url: str, role_arn: str | None, region: str) -> str:
    return (
        f'Could not access model data at {url}. Please ensure that the role "{role_arn}" exists and that its trust '
        f'relationship policy allows the action "sts:AssumeRole" for the service principal "{SERVICE}". Also ensure '
        f'that the role has "s3:GetObject" permissions and that the object is located in {region}.'
    )


def fetch(url: str, role_arn: str | None, folder: Path, *, hostname: str, region: str) -> Path:
    """Download and unpack the artifact into ``folder``/model; gives that folder.

    Raises:
        ModelDataError: when the object is missing, the role may not read it, or it is no tar.gz.
    """
    archive, unpacked = folder / "model.tar.gz", folder / "model"
    unpacked.mkdir(parents=True)
    bucket, key = _location(url)
    try:
        body = client(role_arn, region).get_object(Bucket=bucket, Key=key)["Body"]
        with archive.open("wb") as file:
            shutil.copyfileobj(body, file, 1 << 20)
    except (ClientError, AwsError) as error:
        raise ModelDataError(
            f'Failed to download model data for container "{hostname}" from URL: "{url}". Please ensure that there is '
            "an object "
            f"located at the URL and that the role passed to CreateModel has permissions to download the object. "
            f"({describe(error)})"
        ) from error
    _unpack(archive, unpacked, url, hostname)
    archive.unlink()
    return unpacked


def _unpack(archive: Path, folder: Path, url: str, hostname: str) -> None:
    try:
        with archive.open("rb") as packed:
            archives.untar(packed, folder, _LIMITS)
    except (archives.NotUnpacked, OSError) as error:
        raise ModelDataError(
            f'Failed to extract model data archive for container "{hostname}" from URL "{url}". Please ensure that the '
            "object "
            f"located at the URL is a valid tar.gz archive. ({error})"
        ) from error


def _location(url: str) -> tuple[str, str]:
    bucket, _, key = url.removeprefix("s3://").removeprefix("https://").partition("/")
    if not url.startswith("s3://") or not bucket or not key:
        raise AwsError("ValidationException", f"Model data must lie at an S3 URL (s3://bucket/key), not {url!r}.")
    return bucket, key


def client(role_arn: str | None, region: str) -> Any:
    """S3 with the model's role."""
    if role_arn is None:
        raise AwsError("ValidationException", "A model with model data needs an ExecutionRoleArn.")
    return identity.client("s3", identity.assume_role(role_arn, "SageMaker", service=SERVICE, region=region), region)
