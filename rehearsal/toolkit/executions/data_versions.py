"""The data of a training job as it was: the versions of its objects, from what DataVersion kept and from S3."""

from dataclasses import dataclass
from datetime import datetime

from botocore.exceptions import ClientError

from rehearsal.toolkit.aws.account import Aws

_MOST_OBJECTS = 20


@dataclass(frozen=True)
class Version:
    """An object of a channel: the version that was the newest when the job began; empty where its bucket keeps none."""

    channel: str
    uri: str
    version_id: str
    changed_at: datetime
    size: int
    is_newest: bool


def at(aws: Aws, inputs: dict[str, str], began: datetime) -> list[Version]:
    """For each channel's objects the version that the job read: the last one before it began.

    Channels that this caller may not list have none.
    """
    return [found for channel, uri in inputs.items() for found in _channel(aws, channel, uri, began)]


def _channel(aws: Aws, channel: str, uri: str, began: datetime) -> list[Version]:
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    try:
        answer = aws.client("s3").list_object_versions(Bucket=bucket, Prefix=prefix, MaxKeys=1000)
    except ClientError:
        return []  # gone with its bucket, or not for this caller
    found: dict[str, Version] = {}
    for each in sorted(answer.get("Versions", ()), key=lambda version: version["LastModified"]):
        if each["LastModified"] <= began and each["Size"]:
            key = each["Key"]
            version_id = "" if each["VersionId"] == "null" else each["VersionId"]
            found[key] = Version(
                channel, f"s3://{bucket}/{key}", version_id, each["LastModified"], each["Size"], each["IsLatest"]
            )
    return list(found.values())[:_MOST_OBJECTS]
