"""What a page in the user's browser may do: nothing, but where a bucket's own CORS configuration names the page's
origin.

Each request is the one that a browser would send: it always writes Host and, across origins, Origin, and it asks first
(a preflight) before anything but a simple request.
"""

import re
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conftest import start_embedded_aws, stop_embedded_aws
from tests.localaws.authorizer.raw import Answer, send

Unique = Callable[[str], str]
EVIL = "http://evil.example"
HEALTH = "/_rehearsal/health"


def preflight(aws: Any, path: str, origin: str, method: str, headers: str = "") -> Answer:
    asked = {"Origin": origin, "Access-Control-Request-Method": method}
    return send(aws.url, "OPTIONS", path, asked | ({"Access-Control-Request-Headers": headers} if headers else {}))


def tells_browsers(answer: Answer) -> list[str]:
    return [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:4566",
        "127.0.0.1.evil.example",
        "localhost.evil",
        "0.0.0.0",
        "10.0.0.1",
        "",
        "a b",
        "[::2]",
    ],
)
def test_a_name_that_was_bound_to_this_machine_is_not_served(aws: Any, host: str) -> None:
    for path in (HEALTH, "/", "/bucket/key", "/_approvals/x", "/endpoints/e/invocations"):
        answer = send(aws.url, "POST" if path.startswith("/endpoints") else "GET", path, {"Host": host})
        assert answer.status in (400, 403), (path, answer)
        assert tells_browsers(answer) == [] and "ready" not in answer.text


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:4566", "127.0.0.1:1", "127.9.9.9", "[::1]:4566", "b.localhost", "b.127.0.0.1"]
)
def test_names_and_addresses_of_loopback_are_served(aws: Any, host: str) -> None:
    assert send(aws.url, "GET", HEALTH, {"Host": host}).status == 200


@pytest.mark.parametrize(
    "origin",
    [EVIL, "https://evil.example", "null", "http://localhost:1", "http://localhost", "http://evil.localhost:1", "x"],
)
def test_a_simple_post_of_another_page_is_refused_everywhere(aws: Any, origin: str) -> None:
    for path in ("/", HEALTH, "/bucket/key", "/_approvals/x", "/endpoints/e/invocations", "/2015-03-31/functions"):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            answer = send(aws.url, "POST", path, {"Origin": origin, "Content-Type": kind}, b"x=y")
            assert (answer.status, tells_browsers(answer)) == (403, []), (path, answer)


def test_a_preflight_of_another_page_is_refused_where_moto_would_grant_it(aws: Any, unique: Unique) -> None:
    bucket = unique("bucket")
    aws.client("s3").create_bucket(Bucket=bucket)
    for path in ("/", f"/{bucket}/us-east-1_x/.well-known/jwks.json", f"/{bucket}/key", "/nobody/x", HEALTH):
        answer = preflight(aws, path, EVIL, "PUT", "authorization, x-amz-target, x-amz-copy-source")
        assert (answer.status, tells_browsers(answer)) == (403, []), (path, answer)


def test_a_web_socket_of_another_page_is_refused(aws: Any) -> None:
    upgrade = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "eA==",
        "Sec-WebSocket-Version": "13",
    }
    answer = send(aws.url, "GET", HEALTH, {**upgrade, "Origin": EVIL})
    assert (answer.status, tells_browsers(answer)) == (403, [])


@pytest.fixture
def shared(aws: Any, unique: Unique) -> str:
    """A bucket that lets the pages of two sites in."""
    bucket, s3 = unique("shared"), aws.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="k", Body=b"content")
    named = {
        "AllowedOrigins": ["http://app.example", "https://*.good.example"],
        "AllowedMethods": ["GET", "PUT"],
        "AllowedHeaders": ["x-amz-*", "authorization"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 300,
    }
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [named]})
    return bucket


@pytest.mark.parametrize("origin", ["http://app.example", "https://a.good.example"])
def test_a_bucket_lets_in_the_pages_that_its_configuration_names(aws: Any, shared: str, origin: str) -> None:
    asked = preflight(aws, f"/{shared}/k", origin, "PUT", "Authorization, x-amz-date")
    assert asked.status == 200
    assert asked.headers["access-control-allow-origin"] == origin
    assert asked.headers["access-control-allow-headers"] == "authorization, x-amz-date"
    assert asked.headers["access-control-max-age"] == "300"
    url = aws.client("s3").generate_presigned_url("get_object", Params={"Bucket": shared, "Key": "k"})
    got = send(aws.url, "GET", url.removeprefix(aws.url), {"Origin": origin})
    assert (got.status, got.text, got.headers["access-control-allow-origin"]) == (200, "content", origin)
    assert got.headers["access-control-expose-headers"] == "ETag"


@pytest.mark.parametrize(
    ("origin", "method", "headers"),
    [
        (EVIL, "GET", ""),
        ("http://app.example", "DELETE", ""),
        ("http://app.example", "PUT", "x-secret"),
        ("null", "GET", ""),
    ],
)
def test_and_no_other_page_method_or_header(aws: Any, shared: str, origin: str, method: str, headers: str) -> None:
    answer = preflight(aws, f"/{shared}/k", origin, method, headers)
    assert (answer.status, tells_browsers(answer)) == (403, [])
    assert "CORSResponse: This CORS request is not allowed." in answer.text


def test_a_named_page_may_use_the_bucket_only(aws: Any, shared: str) -> None:
    page = {"Origin": "http://app.example"}
    target = {**page, "X-Amz-Target": "AmazonSSM.DescribeParameters"}
    for path, headers in (("/", page), (f"/{shared}/k", target), ("/_rehearsal/health", page)):
        answer = send(aws.url, "POST", path, headers, b"{}")
        assert (answer.status, tells_browsers(answer)) == (403, []), path


def test_the_servers_own_approval_page_may_answer(aws: Any) -> None:
    netloc = aws.url.removeprefix("http://")
    own = send(aws.url, "POST", "/_approvals/none", {"Origin": f"http://{netloc}"}, b"status=Approved")
    assert own.status in (400, 403, 404) and "no requests of web pages" not in own.text
    other = send(aws.url, "POST", "/_approvals/none", {"Origin": "http://localhost:1"}, b"status=Approved")
    assert other.status == 403 and "no requests of web pages" in other.text


@pytest.fixture
def open_aws() -> Iterator[Any]:
    embedded = start_embedded_aws("--allow-host", "aws.internal", "--allow-origin", "http://dash.internal")
    yield embedded
    stop_embedded_aws(embedded)


def test_the_user_may_add_hosts_and_origins(open_aws: Any) -> None:
    for host in ("aws.internal", "aws.internal:80", "bucket.aws.internal"):
        assert send(open_aws.url, "GET", HEALTH, {"Host": host}).status == 200
    assert send(open_aws.url, "GET", HEALTH, {"Host": "internal"}).status == 403
    added = send(open_aws.url, "GET", HEALTH, {"Origin": "http://dash.internal"})
    assert (added.status, tells_browsers(added)) == (200, [])


def test_no_answer_has_cors_headers_of_itself(aws: Any) -> None:
    with urllib.request.urlopen(f"{aws.url}{HEALTH}") as response:
        assert not re.search("access-control", str(response.headers), re.IGNORECASE)
    aws.client("sqs").list_queues()
    answer = aws.client("s3").list_buckets()["ResponseMetadata"]["HTTPHeaders"]
    assert not [name for name in answer if name.startswith("access-control")]
