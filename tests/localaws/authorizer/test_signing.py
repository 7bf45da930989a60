"""When a request was signed, and what of it: a captured or changed request is worth nothing."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import boto3
import pytest
from botocore.config import Config
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.conftest import start_embedded_aws, stop_embedded_aws
from tests.localaws.authorizer.raw import Answer, Signer, send

Unique = Callable[[str], str]
JSON_CALL = {"X-Amz-Target": "AmazonSSM.DescribeParameters", "Content-Type": "application/x-amz-json-1.1"}
FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


def call(aws: Any, service: str, at: datetime, *, leaves_out: tuple[str, ...] = (), date: str | None = None) -> Answer:
    """A good call of the service, but for what is told here."""
    signer = Signer(aws, service, at, leaves_out, date)
    if service == "s3":
        return send(aws.url, "GET", "/", signer.headers("GET", "/", {}))
    headers, body = (JSON_CALL, b"{}") if service == "ssm" else (FORM, b"Action=ListUsers&Version=2010-05-08")
    return send(aws.url, "POST", "/", signer.headers("POST", "/", headers, body), body)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.mark.parametrize(("service", "minutes"), [("ssm", 4), ("ssm", -4), ("iam", 4), ("s3", 14), ("s3", -14)])
def test_a_clock_may_be_a_little_wrong(aws: Any, service: str, minutes: int) -> None:
    assert call(aws, service, now() + timedelta(minutes=minutes)).status == 200


@pytest.mark.parametrize(
    ("service", "minutes", "status", "code", "told"),
    [
        ("ssm", -6, 400, "InvalidSignatureException", "Signature expired: "),
        ("ssm", 6, 400, "InvalidSignatureException", "Signature not yet current: "),
        ("iam", -6, 403, "SignatureDoesNotMatch", "Signature expired: "),
        (
            "s3",
            -16,
            403,
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
        ),
        ("s3", 16, 403, "RequestTimeTooSkewed", "The difference"),
        ("ssm", -3_000_000, 400, "InvalidSignatureException", "is now earlier than"),
    ],
)
def test_and_no_more_than_on_aws(aws: Any, service: str, minutes: int, status: int, code: str, told: str) -> None:
    answer = call(aws, service, now() + timedelta(minutes=minutes))
    assert (answer.status, code in answer.text, told in answer.text) == (status, True, True), answer


@pytest.fixture
def own_aws() -> Iterator[Any]:
    embedded = start_embedded_aws()
    yield embedded
    stop_embedded_aws(embedded)


def test_an_advanced_clock_locks_nobody_out(own_aws: Any) -> None:
    """Signers have the machine's time; one that follows the embedded clock is right too."""
    own_aws.rehearsal("POST", "clock", seconds=7 * 24 * 3600)
    assert call(own_aws, "ssm", now()).status == 200
    assert call(own_aws, "ssm", now() + timedelta(days=7)).status == 200
    assert call(own_aws, "ssm", now() + timedelta(days=3)).status == 400


@pytest.mark.parametrize(
    "date", ["garbage", "20261121", "2026-11-21T00:00:00Z", "20261399T000000Z", "20261121T999999Z"]
)
@pytest.mark.parametrize(
    ("service", "status", "code"), [("ssm", 400, "IncompleteSignatureException"), ("s3", 403, "AccessDenied")]
)
def test_a_date_that_is_none(aws: Any, date: str, service: str, status: int, code: str) -> None:
    answer = call(aws, service, now(), date=date)
    assert (answer.status, code in answer.text, date in answer.text) == (status, True, True)


@pytest.mark.parametrize(
    ("service", "status", "code"), [("ssm", 400, "InvalidSignatureException"), ("s3", 403, "AccessDenied")]
)
def test_a_host_that_is_not_signed(aws: Any, service: str, status: int, code: str) -> None:
    answer = call(aws, service, now(), leaves_out=("host",))
    assert (answer.status, code in answer.text) == (status, True)


def test_headers_that_make_another_request_must_be_signed(aws: Any) -> None:
    headers = Signer(aws, "s3", now()).headers("PUT", "/bucket/key", {})
    changed = send(aws.url, "PUT", "/bucket/key", {**headers, "x-amz-copy-source": "/other/secret"})
    assert (changed.status, "headers present in the request which were not signed" in changed.text) == (403, True)
    headers = Signer(aws, "ssm", now()).headers("POST", "/", {"Content-Type": "application/x-amz-json-1.1"}, b"{}")
    changed = send(aws.url, "POST", "/", {**headers, "X-Amz-Target": "AmazonSSM.DeleteParameter"}, b"{}")
    assert (changed.status, "InvalidSignatureException" in changed.text) == (400, True)


def test_a_scope_of_another_day_is_refused(aws: Any) -> None:
    headers = Signer(aws, "ssm", now()).headers("POST", "/", JSON_CALL, b"{}")
    today = f"/{now():%Y%m%d}/"
    headers["Authorization"] = headers["Authorization"].replace(today, "/19990101/")
    answer = send(aws.url, "POST", "/", headers, b"{}")
    assert answer.status == 400
    assert "Date in Credential scope does not match YYYYMMDD" in json.loads(answer.text)["message"]


def test_a_scope_of_another_service_is_the_other_services_request(aws: Any) -> None:
    headers = Signer(aws, "iam", now()).headers("POST", "/", FORM, b"Action=ListUsers&Version=2010-05-08")
    for service in ("s3", "ssm", "no-such"):
        changed = headers | {"Authorization": headers["Authorization"].replace("/iam/", f"/{service}/")}
        assert send(aws.url, "POST", "/", changed, b"Action=ListUsers&Version=2010-05-08").status in (400, 403)


def test_a_changed_body_is_noticed(aws: Any) -> None:
    headers = Signer(aws, "iam", now()).headers("POST", "/", FORM, b"Action=ListUsers&Version=2010-05-08")
    answer = send(aws.url, "POST", "/", headers, b"Action=ListRoles&Version=2010-05-08")
    assert (answer.status, "SignatureDoesNotMatch" in answer.text) == (403, True)


@pytest.fixture
def link(aws: Any, unique: Unique) -> str:
    bucket, s3 = unique("bucket"), aws.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="k", Body=b"content")
    signer = boto3.client(
        "s3",
        region_name="us-east-1",
        endpoint_url=aws.url,
        aws_access_key_id=aws.announced.access_key_id,
        aws_secret_access_key=aws.announced.secret_access_key,
        config=Config(signature_version="s3v4"),
    )
    url: str = signer.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"}, ExpiresIn=60)
    return url.removeprefix(aws.url)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        (("X-Amz-Expires=60", "X-Amz-Expires=604801"), 400, "AuthorizationQueryParametersError"),
        (("X-Amz-Expires=60", "X-Amz-Expires=-1"), 400, "AuthorizationQueryParametersError"),
        (("X-Amz-Expires=60", "X-Amz-Expires=soon"), 400, "AuthorizationQueryParametersError"),
        (("X-Amz-Expires=60&", ""), 400, "AuthorizationQueryParametersError"),
        (("X-Amz-Algorithm=AWS4-HMAC-SHA256", "X-Amz-Algorithm=none"), 400, "AuthorizationQueryParametersError"),
        (("X-Amz-Expires=60", "X-Amz-Expires=61"), 403, "SignatureDoesNotMatch"),
        (("X-Amz-Signature=", "X-Amz-Signature=%C3%A4"), 403, "SignatureDoesNotMatch"),
        (("X-Amz-SignedHeaders=host", "X-Amz-SignedHeaders=date"), 403, "AccessDenied"),
    ],
)
def test_a_presigned_url_is_worth_what_was_signed(
    aws: Any, link: str, change: tuple[str, str], status: int, code: str
) -> None:
    assert send(aws.url, "GET", link).text == "content"
    answer = send(aws.url, "GET", link.replace(*change))
    assert (answer.status, code in answer.text) == (status, True), answer


def test_one_signature_is_enough(aws: Any, link: str) -> None:
    twice = Signer(aws, "s3", now()).headers("GET", link, {})
    answer = send(aws.url, "GET", link, twice)
    assert (answer.status, "Only one auth mechanism allowed" in answer.text) == (400, True)


def test_a_header_beside_a_presigned_url_must_be_signed_too(aws: Any, link: str) -> None:
    answer = send(aws.url, "GET", link, {"x-amz-expected-bucket-owner": "123456789012"})
    assert (answer.status, "not signed" in answer.text) == (403, True)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    members=some.dictionaries(
        some.sampled_from(["Credential", "SignedHeaders", "Signature", "credential", ""]),
        some.sampled_from(["", "host", "x/20200101/us-east-1/s3/aws4_request", "////", "ä", "0", "host;;", "x" * 3000])
        | some.text(max_size=8),
    ),
    algorithm=some.sampled_from(["AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256", "AWS", "Basic", ""]),
    date=some.sampled_from(["", "20200101T000000Z", "ä", "0" * 16]),
    in_query=some.booleans(),
)
def test_whatever_a_signature_looks_like_it_is_refused_in_words(
    aws: Any, members: dict[str, str], algorithm: str, date: str, in_query: bool
) -> None:
    if in_query:
        pairs = [f"X-Amz-Algorithm={algorithm}", f"X-Amz-Date={quote(date)}", "X-Amz-Expires=1"]
        pairs += [f"X-Amz-{name}={quote(value)}" for name, value in members.items()]
        answer = send(aws.url, "GET", f"/bucket/key?{'&'.join(pairs)}")
    else:
        told = ",".join(f"{name}={value}" for name, value in members.items())
        one_line = "".join(each for each in f"{algorithm} {told}" if each.isprintable())
        answer = send(aws.url, "GET", "/bucket/key", {"Authorization": one_line, "X-Amz-Date": date})
    assert answer.status in (400, 403), answer


def test_the_raw_signer_of_these_tests_is_right(aws: Any) -> None:
    for service in ("ssm", "iam", "s3"):
        answer = call(aws, service, now())
        assert answer.status == 200, answer
