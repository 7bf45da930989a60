"""Requests without a signature come to nothing."""

import urllib.error
import urllib.request
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/moto-api/reset", 403),
        ("GET", "/moto-api/data.json", 403),
        ("GET", "/latest/meta-data/iam/security-credentials/", 403),
        ("POST", "/?Action=CreateUser&UserName=evil&Version=2010-05-08", 403),
        ("GET", "/", 403),
        ("PUT", "/a-bucket", 403),
    ],
)
def test_unsigned_requests_are_refused(aws: Any, method: str, path: str, status: int) -> None:
    request = urllib.request.Request(aws.url + path, method=method, data=None if method == "GET" else b"")
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)
    assert caught.value.code == status
    aws.client("sts").get_caller_identity()


@pytest.mark.parametrize(
    ("bucket", "key"), [("moto-api", "reset"), ("moto-api-of-mine", "data.json"), ("latest", "api/x")]
)
def test_buckets_may_be_named_like_moto_s_own_paths(aws: Any, bucket: str, key: str) -> None:
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key=key, Body=b"mine")
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"mine"
    s3.delete_object(Bucket=bucket, Key=key)
    s3.delete_bucket(Bucket=bucket)
