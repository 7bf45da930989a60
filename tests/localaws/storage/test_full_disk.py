"""A disk that is full: told as AWS would, with what is full and what to do; a deleted object gives its room back."""

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.conftest import EmbeddedAws
from tests.localaws.waiting import wait_until

MB = 1024 * 1024


@contextmanager
def files_of_at_most(aws: EmbeddedAws, size: int) -> Iterator[None]:
    """The server can write no larger file: the system answers as a full disk does."""
    before = resource.prlimit(aws.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(aws.process.pid, resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.prlimit(aws.process.pid, resource.RLIMIT_FSIZE, before)


def files(aws: EmbeddedAws) -> set[Path]:
    """The contents of objects that lie on the disk, whole or begun."""
    scratch = Path(aws.rehearsal("GET", "mailbox")["folder"]).parent
    return {path for name in ("objects", "received") for path in (scratch / name).glob("*")}


@pytest.mark.parametrize("size", [200_000, 3 * MB])
def test_what_does_not_fit_is_refused_with_what_is_full_and_leaves_nothing(
    aws: EmbeddedAws, unique: Callable[[str], str], size: int
) -> None:
    s3, bucket = aws.client("s3"), unique("bucket")
    s3.create_bucket(Bucket=bucket)
    before = files(aws)
    with files_of_at_most(aws, 100_000), pytest.raises(ClientError, match="The disk is full on which") as refused:
        s3.put_object(Bucket=bucket, Key="large", Body=b"x" * size)
    assert refused.value.response["Error"]["Code"] == "InsufficientStorage"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 507
    wait_until(lambda: files(aws) <= before)
    s3.put_object(Bucket=bucket, Key="large", Body=b"x" * size)
    assert s3.head_object(Bucket=bucket, Key="large")["ContentLength"] == size


@pytest.mark.parametrize("size", [200_000, 3 * MB])
def test_a_deleted_or_replaced_object_gives_its_room_back(
    aws: EmbeddedAws, unique: Callable[[str], str], size: int
) -> None:
    s3, bucket = aws.client("s3"), unique("bucket")
    s3.create_bucket(Bucket=bucket)
    before = files(aws)
    for letter in (b"a", b"b"):
        s3.put_object(Bucket=bucket, Key="large", Body=letter * size)
    wait_until(lambda: len(files(aws) - before) == 1)
    s3.delete_object(Bucket=bucket, Key="large")
    wait_until(lambda: not files(aws) - before)


def test_a_service_without_s3s_xml_is_told_in_its_own_shape(aws: EmbeddedAws) -> None:
    with files_of_at_most(aws, 100_000), pytest.raises(ClientError, match="The disk is full on which") as refused:
        aws.client("lambda").publish_layer_version(LayerName="large", Content={"ZipFile": b"x" * 3 * MB})
    assert refused.value.response["Error"]["Code"] == "InsufficientStorage"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 507
