"""The input data of a job: which S3 objects a channel means, which instance gets them, and where they lie in the
container.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html
"""

import gzip
import json
import shutil
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.localaws.ground.errors import AwsError, describe

_COPY_BYTES = 1 << 20
_CHANNELS = "/opt/ml/input/data"


@dataclass(frozen=True)
class InputObject:
    """An S3 object of a channel, and its path below the channel's folder."""

    bucket: str
    key: str
    path: str


@dataclass(frozen=True)
class ChannelInput:
    """A channel and all its objects."""

    name: str
    objects: tuple[InputObject, ...]
    sharded: bool
    gzipped: bool

    def share_of(self, instance: int, instance_count: int) -> tuple[InputObject, ...]:
        """What one of the instances gets: everything, or every n-th object where the channel is ShardedByS3Key."""
        return self.objects[instance::instance_count] if self.sharded else self.objects


class DownloadError(Exception):
    """An object that was listed cannot be had."""


def resolve(channel: Mapping[str, Any], s3: Any, *, role_arn: str, region: str) -> ChannelInput:
    """Find the objects of a channel, as CreateTrainingJob does before it accepts a job.

    Raises:
        AwsError: ValidationException, when there are none, or the role may not list them, or the source is of a kind
            that the embedded AWS does not have.
    """
    source = channel["DataSource"].get("S3DataSource")
    if source is None:
        raise AwsError(
            "ValidationException",
            f"Channel {channel['ChannelName']}: the embedded AWS reads channels from S3 only; give an S3DataSource.",
        )
    kind, uri = source["S3DataType"], source["S3Uri"]
    if kind not in _KINDS:
        raise AwsError(
            "ValidationException",
            f"Channel {channel['ChannelName']}: the embedded AWS reads S3Prefix and ManifestFile, not {kind}.",
        )
    try:
        objects = tuple(_KINDS[kind](uri, s3))
    except ClientError as error:
        raise AwsError("ValidationException", _nothing_found(uri, role_arn, region, describe(error))) from error
    if not objects:
        raise AwsError("ValidationException", _nothing_found(uri, role_arn, region))
    return ChannelInput(
        name=channel["ChannelName"],
        objects=objects,
        sharded=source.get("S3DataDistributionType") == "ShardedByS3Key",
        gzipped=channel.get("CompressionType") == "Gzip",
    )


def download(channel: ChannelInput, objects: Sequence[InputObject], folder: Path, s3: Any) -> None:
    """Copy objects into the channel's folder; gzipped channels are unpacked on the way, as the service does.

    Raises:
        DownloadError: naming the object.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for each in objects:
        try:
            target = _inside(folder, each.path)
            target.parent.mkdir(parents=True, exist_ok=True)
            body = s3.get_object(Bucket=each.bucket, Key=each.key)["Body"]
            with open(target, "wb") as file:
                shutil.copyfileobj(gzip.GzipFile(fileobj=body) if channel.gzipped else body, file, _COPY_BYTES)
        except (ClientError, OSError, EOFError, zlib.error) as error:
            raise DownloadError(
                f"ClientError: Data download failed: channel {channel.name}, s3://{each.bucket}/{each.key}: "
                f"{describe(error)}"
            ) from error


def _inside(folder: Path, path: str) -> Path:
    """Where a path below the channel lies. S3 takes any text as a key, ``..`` too, which must not lead out of the
    folder."""
    if not path or ".." in path.split("/"):
        raise OSError(f"the key is no name of a file below {_CHANNELS}")
    return folder / path


def split_uri(uri: str) -> tuple[str, str]:
    """Bucket and key (or prefix) of an S3 URI."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def _prefix_objects(uri: str, s3: Any) -> Iterator[InputObject]:
    bucket, prefix = split_uri(uri)
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for found in page.get("Contents", ()):
            if not found["Key"].endswith("/"):
                yield InputObject(bucket, found["Key"], path_below(prefix, found["Key"]))


def _manifest_objects(uri: str, s3: Any) -> Iterator[InputObject]:
    bucket, key = split_uri(uri)
    try:
        head, *names = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        base = head["prefix"]
        uris = [(base + name, name) for name in names]
    except (ValueError, TypeError, KeyError) as error:
        raise AwsError(
            "ValidationException",
            f'The manifest {uri} is not a JSON list of {{"prefix": "s3://bucket/folder/"}} and names below it.',
        ) from error
    for whole, name in uris:
        wanted_bucket, wanted_key = split_uri(whole)
        yield InputObject(wanted_bucket, wanted_key, name.lstrip("/"))


_KINDS = {"S3Prefix": _prefix_objects, "ManifestFile": _manifest_objects}


def path_below(prefix: str, key: str) -> str:
    """Where an object lies below its channel's folder: what follows the prefix taken as a folder, else the object's
    name."""
    rest = key[len(prefix) :]
    if rest and (prefix == "" or prefix.endswith("/") or rest.startswith("/")):
        return rest.lstrip("/")
    return key[key.rfind("/", 0, len(prefix)) + 1 :]


def _nothing_found(uri: str, role_arn: str, region: str, cause: str = "") -> str:
    bucket, _ = split_uri(uri)
    message = (
        f'No S3 objects found under S3 URL "{uri}" given in input data source. Please ensure that the bucket exists in '
        f'the selected region ({region}), that objects exist under that S3 prefix, and that the role "{role_arn}" has '
        f'"s3:ListBucket" permissions on bucket "{bucket}".'
    )
    return f"{message} Error message from S3: {cause}" if cause else message
