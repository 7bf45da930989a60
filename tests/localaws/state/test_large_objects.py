"""Large objects: the server's memory does not grow with them, and everything about them is as of small ones."""

import hashlib
import http.client
import io
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.conftest import EmbeddedAws
from tests.localaws.state.conftest import Kept

MB = 1024 * 1024
GB = 1024 * MB
MOST_GROWTH_BYTES = 100 * MB


class Zeroes(io.RawIOBase):
    """So many bytes that nobody has to keep; every megabyte begins with its number."""

    def __init__(self, size: int) -> None:
        self._size, self._position = size, 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = 0) -> int:
        self._position = offset + (0, self._position, self._size)[whence]
        return self._position

    def readinto(self, into: Any) -> int:
        count = min(len(into), self._size - self._position, MB)
        into[:count] = self.at(self._position, count)
        self._position += count
        return count

    @staticmethod
    def at(position: int, count: int) -> bytes:
        """What is at a place: at most a megabyte."""
        piece = b"".join(number.to_bytes(8, "big") + bytes(MB - 8) for number in (position // MB, position // MB + 1))
        return piece[position % MB : position % MB + count]


def resident_peak(process: int) -> int:
    """The most memory that the process ever had, in bytes."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


@pytest.fixture
def bucket(aws: EmbeddedAws, unique: Callable[[str], str]) -> Iterator[str]:
    name = unique("large")
    aws.client("s3").create_bucket(Bucket=name)
    yield name
    for found in aws.client("s3").list_objects_v2(Bucket=name).get("Contents", []):
        aws.client("s3").delete_object(Bucket=name, Key=found["Key"])


@pytest.mark.parametrize("size", [256 * MB, pytest.param(GB, marks=pytest.mark.full("large-objects"))])
def test_what_is_put_and_got_does_not_stay_in_memory(aws: EmbeddedAws, bucket: str, size: int) -> None:
    s3 = aws.client("s3")
    s3.put_object(Bucket=bucket, Key="small", Body=b"x")
    before = resident_peak(aws.process.pid)
    s3.put_object(Bucket=bucket, Key="large", Body=Zeroes(size))
    answer, read = s3.get_object(Bucket=bucket, Key="large"), 0
    for piece in iter(lambda: answer["Body"].read(8 * MB), b""):
        read += len(piece)
    assert read == size
    assert s3.get_object(Bucket=bucket, Key="large", Range=f"bytes={200 * MB}-{200 * MB + 7}")["Body"].read() == (
        (200).to_bytes(8, "big")
    )
    assert resident_peak(aws.process.pid) - before < MOST_GROWTH_BYTES


def test_a_large_multipart_upload_is_joined_on_disk(aws: EmbeddedAws, bucket: str) -> None:
    s3 = aws.client("s3")
    before = resident_peak(aws.process.pid)
    s3.upload_fileobj(io.BufferedReader(Zeroes(160 * MB)), bucket, "parts", Config=TransferConfig(max_concurrency=2))
    found = s3.head_object(Bucket=bucket, Key="parts", ChecksumMode="ENABLED")
    assert (found["ContentLength"], found["ETag"].endswith('-20"')) == (160 * MB, True)
    whole = hashlib.sha256()
    for piece in s3.get_object(Bucket=bucket, Key="parts")["Body"].iter_chunks(MB):
        whole.update(piece)
    expected = hashlib.sha256(b"".join(Zeroes.at(number * MB, MB) for number in range(160)))
    assert whole.digest() == expected.digest()
    assert resident_peak(aws.process.pid) - before < MOST_GROWTH_BYTES


def test_versions_metadata_etag_and_copies_are_as_of_small_objects(aws: EmbeddedAws, bucket: str) -> None:
    s3, content = aws.client("s3"), Zeroes.at(3 * MB, MB) * 5
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    put = s3.put_object(Bucket=bucket, Key="a", Body=content, Metadata={"kind": "large"}, ContentType="text/csv")
    later = s3.put_object(Bucket=bucket, Key="a", Body=b"small")
    assert put["ETag"] == f'"{hashlib.md5(content).hexdigest()}"'
    got = s3.get_object(Bucket=bucket, Key="a", VersionId=put["VersionId"])
    assert (got["Body"].read(), got["Metadata"], got["ContentType"]) == (content, {"kind": "large"}, "text/csv")
    source = {"Bucket": bucket, "Key": "a", "VersionId": put["VersionId"]}
    s3.copy_object(Bucket=bucket, Key="b", CopySource=source)
    s3.delete_object(Bucket=bucket, Key="a", VersionId=put["VersionId"])
    assert s3.get_object(Bucket=bucket, Key="b")["Body"].read() == content
    assert s3.get_object(Bucket=bucket, Key="a", VersionId=later["VersionId"])["Body"].read() == b"small"
    for version in s3.list_object_versions(Bucket=bucket)["Versions"]:
        s3.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])


@pytest.mark.parametrize(
    ("asked", "first", "last"), [("5-9", 5, 9), ("-7", 5 * MB - 7, 5 * MB - 1), ("10-", 10, 5 * MB - 1)]
)
def test_ranges_of_a_large_object(aws: EmbeddedAws, bucket: str, asked: str, first: int, last: int) -> None:
    s3, content = aws.client("s3"), bytes(range(256)) * (5 * MB // 256)
    s3.put_object(Bucket=bucket, Key="a", Body=content)
    got = s3.get_object(Bucket=bucket, Key="a", Range=f"bytes={asked}")
    assert got["ContentRange"] == f"bytes {first}-{last}/{5 * MB}"
    assert got["Body"].read() == content[first : last + 1]


def test_a_range_beyond_the_end_is_refused(aws: EmbeddedAws, bucket: str) -> None:
    aws.client("s3").put_object(Bucket=bucket, Key="a", Body=bytes(5 * MB))
    with pytest.raises(ClientError, match="InvalidRange"):
        aws.client("s3").get_object(Bucket=bucket, Key="a", Range=f"bytes={6 * MB}-")


def signed_put(url: str, content: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
    """A PUT by hand to a presigned URL."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc)
    connection.request("PUT", f"{parts.path}?{parts.query}", body=content, headers=headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


def presigned(aws: EmbeddedAws, bucket: str, **signed: str) -> str:
    client = aws.client("s3")
    url: str = client.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "signed", **signed})
    return url


def test_a_presigned_put_of_a_large_body(aws: EmbeddedAws, bucket: str) -> None:
    content = bytes(6 * MB)
    assert signed_put(presigned(aws, bucket), content, {})[0] == 200
    url = aws.client("s3").generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "signed"})
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == content


def test_a_body_with_a_wrong_md5_is_refused_and_not_kept(aws: EmbeddedAws, bucket: str) -> None:
    wrong = "AAAAAAAAAAAAAAAAAAAAAA=="
    url = presigned(aws, bucket, ContentMD5=wrong)
    status, told = signed_put(url, bytes(6 * MB), {"Content-MD5": wrong})
    assert (status, b"<Code>BadDigest</Code>" in told) == (400, True), told
    assert aws.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def chunks(content: bytes, *trailers: str) -> bytes:
    encoded = b"".join(
        f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
        for piece in (content[start : start + MB] for start in range(0, len(content), MB))
    )
    return encoded + b"0\r\n" + "".join(f"{line}\r\n" for line in trailers).encode() + b"\r\n"


def test_an_aws_chunked_body_is_decoded_and_its_trailer_checked(aws: EmbeddedAws, bucket: str) -> None:
    content, length = bytes(6 * MB), str(6 * MB)
    headers = {
        "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "x-amz-decoded-content-length": length,
        "Content-Encoding": "aws-chunked",
        "x-amz-trailer": "x-amz-checksum-crc32",
    }
    wrong = chunks(content, "x-amz-checksum-crc32:AAAAAA==")
    status, told = signed_put(presigned(aws, bucket), wrong, headers)
    assert (status, b"BadDigest" in told) == (400, True)
    body = chunks(content)
    status, told = signed_put(presigned(aws, bucket), body, headers | {"x-amz-decoded-content-length": "7000000"})
    assert (status, b"IncompleteBody" in told) == (400, True)
    client = aws._make(
        "s3",
        aws.announced.region,
        aws_access_key_id=aws.announced.access_key_id,
        aws_secret_access_key=aws.announced.secret_access_key,
        config=Config(s3={"payload_signing_enabled": False}),
    )
    client.put_object(Bucket=bucket, Key="sdk", Body=content, ChecksumAlgorithm="CRC32")
    assert client.get_object(Bucket=bucket, Key="sdk", ChecksumMode="ENABLED")["Body"].read() == content


def test_a_large_body_signed_for_other_bytes_is_refused(aws: EmbeddedAws, bucket: str) -> None:
    client = aws._make(
        "s3",
        aws.announced.region,
        aws_access_key_id=aws.announced.access_key_id,
        aws_secret_access_key=aws.announced.secret_access_key,
        config=Config(retries={"max_attempts": 1}, request_checksum_calculation="when_required"),
    )

    def tamper(request: Any, **_named: Any) -> None:
        request.body = bytes(5 * MB) + b"y"

    client.meta.events.register("before-send.s3.PutObject", tamper)
    with pytest.raises(ClientError, match="XAmzContentSHA256Mismatch"):
        client.put_object(Bucket=bucket, Key="a", Body=bytes(5 * MB) + b"x")


def test_large_objects_outlive_a_restart(kept: Kept) -> None:
    s3, content = kept.client("s3"), bytes(range(256)) * (6 * MB // 256)
    s3.create_bucket(Bucket="kept")
    put = s3.put_object(Bucket="kept", Key="a", Body=content)
    kept.restart()
    kept.snapshot()
    kept.crash()
    got = kept.client("s3").get_object(Bucket="kept", Key="a")
    assert (got["Body"].read(), got["ETag"]) == (content, put["ETag"])
