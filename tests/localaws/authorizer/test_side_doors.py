"""Requests without a signature come to nothing."""

import urllib.error
import urllib.request
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/moto-api/reset", 404),
        ("GET", "/moto-api/data.json", 404),
        ("GET", "/latest/meta-data/iam/security-credentials/", 404),
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
