"""Nobody without a key gets in, whatever the request says of itself; each protocol's refusal is one that its clients
read."""

import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import start_embedded_aws, stop_embedded_aws
from tests.localaws.authorizer.raw import FAKE, answer_to_head, send
from tests.localaws.fuzz.attack import send as signed
from tests.localaws.fuzz.wire import Message

Unique = Callable[[str], str]

PUBLIC_TARGETS = ("AWSCognitoIdentityService.GetId", "AWSCognitoIdentityProviderService.GetUser")
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("target", PUBLIC_TARGETS)
@pytest.mark.parametrize(
    ("service", "action"),
    [
        ("iam", "Action=CreateAccessKey&UserName=admin&Version=2010-05-08"),
        ("iam", "Action=ListUsers&Version=2010-05-08"),
        ("cloudformation", "Action=DescribeStacks&Version=2010-05-15"),
        ("sns", "Action=ListTopics&Version=2010-03-31"),
        ("sqs", "Action=ListQueues&Version=2012-11-05"),
        ("ec2", "Action=DescribeVpcs&Version=2016-11-15"),
        ("sts", "Action=GetCallerIdentity&Version=2011-06-15"),
    ],
)
@pytest.mark.parametrize("authorization", [FAKE, None])
def test_a_header_of_another_protocol_opens_no_query_service(
    aws: Any, service: str, action: str, target: str, authorization: str | None
) -> None:
    headers = {"X-Amz-Target": target, "Content-Type": FORM}
    if authorization is not None:
        headers["Authorization"] = authorization.format(service=service)
    for path, body in (("/", action.encode()), (f"/?{action}", b"")):
        answer = send(aws.url, "POST", path, headers, body)
        assert answer.status in (400, 403), answer
        assert "Secret" not in answer.text and "ASIA" not in answer.text and "AKIA" not in answer.text


@pytest.mark.parametrize("authorization", [FAKE.format(service="s3"), None])
def test_a_header_of_another_protocol_opens_no_bucket(aws: Any, unique: Unique, authorization: str | None) -> None:
    s3, bucket = aws.client("s3"), unique("bucket")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="data.csv", Body=b"my private data")
    headers = {"X-Amz-Target": PUBLIC_TARGETS[0]} | ({"Authorization": authorization} if authorization else {})
    stolen = f"/{bucket}/us-east-1_x/.well-known/jwks.json"
    for method, path, more in (
        ("GET", f"/{bucket}/data.csv", {}),
        ("GET", "/", {}),
        ("PUT", stolen, {"x-amz-copy-source": f"/{bucket}/data.csv"}),
        ("GET", stolen, {}),
    ):
        answer = send(aws.url, method, path, {**headers, **more})
        assert answer.status in (400, 403), (method, path, answer)
        assert "private" not in answer.text
    assert [each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["data.csv"]


def test_an_operation_that_aws_takes_unsigned_is_of_a_service_that_is_not_offered(aws: Any) -> None:
    headers = {"X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth"}
    headers["Content-Type"] = "application/x-amz-json-1.1"
    known = json.dumps({"ClientId": "nobody", "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": {}}).encode()
    for path, body in (("/", known), ("/", b"Action=ListUserPools&MaxResults=10"), ("/?Action=ListUserPools", b"{}")):
        answer = send(aws.url, "POST", path, headers, body)
        assert answer.status in (400, 403) and "UserPools" not in answer.text, answer


@pytest.mark.parametrize("service", ["cognito-idp", "rds", "glue", "athena", "es", "nosuch"])
def test_a_service_that_is_not_offered_is_refused_by_name(aws: Any, service: str) -> None:
    message = Message(
        "POST", "/", headers={"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "A.B"}, body=b"{}"
    )
    status, body = signed(aws, SimpleNamespace(service_name=service, signing_name=service), message)
    assert (status, f"does not offer the service {service}." in body.decode()) == (501, True), body
    assert json.loads(body)["__type"] == "NotImplemented"


def test_an_operation_that_would_only_keep_a_record_is_refused_by_name(aws: Any) -> None:
    with pytest.raises(ClientError, match="does not offer this operation of ec2: RunInstances"):
        aws.client("ec2").run_instances(ImageId="ami-1", MinCount=1, MaxCount=1)


@pytest.fixture(scope="module")
def logging_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One whose log the tests read."""
    log = tmp_path_factory.mktemp("logs") / "embedded-aws.log"
    with log.open("w") as opened:
        embedded = start_embedded_aws(log=opened)
    yield SimpleNamespace(url=embedded.url, log=log)
    stop_embedded_aws(embedded)


JSON_TARGETS = ("AmazonSSM.DescribeParameters", "DynamoDB_20120810.ListTables", "CodePipeline_20150709.ListPipelines")


@pytest.mark.parametrize("target", JSON_TARGETS)
def test_an_unsigned_json_call_misses_its_token_in_json(aws: Any, target: str) -> None:
    answer = send(aws.url, "POST", "/", {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}, b"{}")
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (400, "MissingAuthenticationTokenException")
    assert json.loads(answer.text) == {
        "__type": "MissingAuthenticationTokenException",
        "message": "Missing Authentication Token",
    }


@pytest.mark.parametrize(
    ("method", "path", "content_type", "code", "status"),
    [
        ("POST", "/", FORM, "<Code>MissingAuthenticationToken</Code>", 403),
        ("GET", "/2015-03-31/functions", "", "Missing Authentication Token", 403),
        ("POST", "/2015-03-31/functions/x/invocations", "", "Missing Authentication Token", 403),
        ("GET", "/", "", "<Code>AccessDenied</Code>", 403),
        ("GET", "/some-bucket/key", "", "<Code>AccessDenied</Code>", 403),
    ],
)
def test_an_unsigned_call_is_refused_in_its_protocols_shape(
    aws: Any, method: str, path: str, content_type: str, code: str, status: int
) -> None:
    body = b"Action=ListDomains&Version=2009-04-15" if content_type == FORM else b""
    answer = send(aws.url, method, path, {"Content-Type": content_type} if content_type else {}, body)
    assert (answer.status, code in answer.text) == (status, True), answer


@pytest.mark.parametrize(
    "authorization",
    [
        "x",
        "Bearer x",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=x, SignedHeaders=host, Signature=0",
        FAKE.format(service="no-such-service"),
        FAKE.format(service="s3").replace("Signature=0", "Signature=ärger"),
        FAKE.format(service="iam").replace("us-east-1", "mars"),
        FAKE.format(service="lambda") + ", Signature=1",
        FAKE.format(service="execute-api"),
    ],
)
@pytest.mark.parametrize(
    "path", ["/", "/bucket/key", "/2015-03-31/functions/f/invocations", "/endpoints/e/invocations"]
)
def test_a_garbled_signature_is_the_callers_error_and_leaves_nothing_in_the_log(
    logging_aws: Any, authorization: str, path: str
) -> None:
    headers = {"Authorization": authorization, "X-Amz-Date": "20200101T000000Z"}
    answer = send(logging_aws.url, "POST", path, headers, b"{}")
    assert answer.status in (400, 403), answer
    assert logging_aws.log.read_text() == ""


def test_an_unsigned_large_upload_is_refused_after_its_head(aws: Any) -> None:
    for more in ([], [f"Authorization: {FAKE.format(service='s3')}", "X-Amz-Date: 20200101T000000Z"]):
        found = answer_to_head(aws.url, ["PUT /bucket/key HTTP/1.1", f"Content-Length: {300 * 1024 * 1024}", *more])
        assert found.startswith(b"HTTP/1.1 403") and b"Connection: close" in found


def test_what_follows_a_refused_request_is_no_request(aws: Any) -> None:
    hidden = b"GET /_rehearsal/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    lines = ["PUT /bucket/key HTTP/1.1", "Origin: http://evil.example", f"Content-Length: {2 * 1024 * 1024}"]
    lines.append(f"X-Filler: y\r\nHost: {aws.url.removeprefix('http://')}\r\n\r\n{hidden.decode()}")
    found = answer_to_head(aws.url, lines)
    assert found.count(b"HTTP/1.1 ") == 1 and b"ready" not in found


def test_another_identity_providers_word_is_refused_by_name(aws: Any) -> None:
    with pytest.raises(ClientError, match="the embedded AWS knows no identity providers"):
        aws.client("sts").assume_role_with_web_identity(
            RoleArn="arn:aws:iam::123456789012:role/r", RoleSessionName="me", WebIdentityToken="token"
        )


def test_moto_handlers_that_ask_nobody_are_not_served(aws: Any, role: Any) -> None:
    for service, path in (
        ("codedeploy", "/tag-resource"),
        ("es", "/2015-01-01/domain"),
        ("cognito-idp", "/p/.well-known/jwks.json"),
    ):
        answer = send(aws.url, "GET", path, {"Authorization": FAKE.format(service=service)})
        assert answer.status in (400, 403), answer
    nobody = role()
    with pytest.raises(ClientError) as caught:
        nobody.client("es").list_domain_names()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] in (403, 501)
