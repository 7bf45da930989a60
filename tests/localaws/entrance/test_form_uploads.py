"""Uploads by an HTML form, whose fields boto3 makes and a browser sends."""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.config import Config
from urllib3.filepost import encode_multipart_formdata

from tests.localaws.authorizer.raw import Answer, send
from tests.localaws.authorizer.support import TRUST_ACCOUNT
from tests.localaws.waiting import wait_until

Unique = Callable[[str], str]


@dataclass
class Uploads:
    """Forms for one bucket, signed in one of S3's two ways."""

    aws: Any
    bucket: str
    s3: Any

    def form(self, key: str = "k", **more: Any) -> dict[str, str]:
        fields: dict[str, str] = self.s3.generate_presigned_post(self.bucket, key, **more)["fields"]
        return fields

    def send(self, fields: dict[str, str], content: bytes = b"content", **headers: str) -> Answer:
        body, kind = encode_multipart_formdata([*fields.items(), ("file", ("name.txt", content, "text/plain"))])
        return send(self.aws.url, "POST", f"/{self.bucket}", {"Content-Type": kind, **headers}, body)

    def got(self, key: str = "k") -> Any:
        return self.aws.client("s3").get_object(Bucket=self.bucket, Key=key)


@pytest.fixture(params=["s3v4", "s3"])
def uploads(aws: Any, unique: Unique, request: pytest.FixtureRequest) -> Uploads:
    bucket = unique("bucket")
    aws.client("s3").create_bucket(Bucket=bucket)
    s3 = boto3.client(
        "s3",
        region_name="us-east-1",
        endpoint_url=aws.url,
        aws_access_key_id=aws.announced.access_key_id,
        aws_secret_access_key=aws.announced.secret_access_key,
        config=Config(signature_version=request.param),
    )
    return Uploads(aws, bucket, s3)


def test_a_form_puts_an_object(uploads: Uploads) -> None:
    answer = uploads.send(uploads.form("folder/${filename}"))
    assert (answer.status, answer.text) == (204, "")
    assert answer.headers["etag"].strip('"') == hashlib.md5(b"content", usedforsecurity=False).hexdigest()
    assert uploads.got("folder/name.txt")["Body"].read() == b"content"


def test_the_fields_say_what_becomes_of_it(uploads: Uploads) -> None:
    named = {"Content-Type": "text/csv", "x-amz-meta-who": "me", "success_action_status": "201"}
    fields = uploads.form(Fields=named, Conditions=[{name: value} for name, value in named.items()])
    answer = uploads.send(fields)
    assert answer.status == 201
    assert f"<Bucket>{uploads.bucket}</Bucket><Key>k</Key>" in answer.text
    got = uploads.got()
    assert (got["ContentType"], got["Metadata"]) == ("text/csv", {"who": "me"})


def test_a_form_may_lead_on_to_a_page(uploads: Uploads) -> None:
    page = {"success_action_redirect": "http://app.example/done?x=1"}
    answer = uploads.send(uploads.form(Fields=page, Conditions=[page]))
    assert answer.status == 303
    assert answer.headers["location"].startswith(f"http://app.example/done?x=1&bucket={uploads.bucket}&key=k&etag=")


def test_a_large_file_is_taken_too(uploads: Uploads) -> None:
    content = bytes(range(256)) * 32 * 1024
    assert uploads.send(uploads.form(), content).status == 204
    assert hashlib.sha256(uploads.got()["Body"].read()).digest() == hashlib.sha256(content).digest()


def changed(fields: dict[str, str], **more: str) -> dict[str, str]:
    return {**fields, **more}


def other_policy(fields: dict[str, str], **members: Any) -> dict[str, str]:
    policy = json.loads(base64.b64decode(fields["policy"])) | members
    return {**fields, "policy": base64.b64encode(json.dumps(policy).encode()).decode()}


def without(fields: dict[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in fields.items() if name not in names}


@pytest.mark.parametrize(
    ("change", "status", "told"),
    [
        (lambda form: changed(form, key="other"), 403, "Policy Condition failed"),
        (lambda form: changed(form, acl="public-read"), 403, "Extra input fields: acl"),
        (lambda form: {"x-amz-meta-a": "b", **form}, 403, "Extra input fields: x-amz-meta-a"),
        (lambda form: other_policy(form, conditions=[]), 403, "SignatureDoesNotMatch"),
        (lambda form: other_policy(form, expiration="2999-01-01T00:00:00Z"), 403, "SignatureDoesNotMatch"),
        (lambda form: changed(form, policy="no policy"), 403, "SignatureDoesNotMatch"),
        (lambda form: without(form, "policy"), 403, "AccessDenied"),
        (lambda form: without(form, "signature", "x-amz-signature"), 403, "Code>"),
        (lambda form: without(form, "key"), 400, "must contain a field named"),
        (lambda form: changed(form, **{"x-amz-credential": "x", "AWSAccessKeyId": "x"}), 400, "Code>"),
        (lambda form: {"x-ignore-long": "x" * 30_000, **form}, 400, "MaxPostPreDataLengthExceeded"),
    ],
)
def test_a_form_that_was_not_signed_so_is_refused(uploads: Uploads, change: Any, status: int, told: str) -> None:
    answer = uploads.send(change(uploads.form()))
    assert answer.status in (status, 403), answer
    assert told in answer.text, answer
    assert "Contents" not in uploads.aws.client("s3").list_objects_v2(Bucket=uploads.bucket)


def test_sizes_and_beginnings_are_conditions(uploads: Uploads) -> None:
    conditions = [["content-length-range", 3, 5], ["starts-with", "$Content-Type", "image/"]]
    fields = uploads.form(Fields={"Content-Type": "image/png"}, Conditions=conditions)
    assert "EntityTooSmall" in uploads.send(fields, b"xx").text
    assert "EntityTooLarge" in uploads.send(fields, b"xxxxxx").text
    assert "Policy Condition failed" in uploads.send({**fields, "Content-Type": "text/html"}, b"xxxx").text
    assert uploads.send(fields, b"xxxx").status == 204


def test_an_expired_form_is_refused(uploads: Uploads) -> None:
    answer = uploads.send(uploads.form(ExpiresIn=-1))
    assert (answer.status, "Policy expired." in answer.text) == (403, True)


def test_a_form_is_worth_its_signer(aws: Any, uploads: Uploads) -> None:
    iam, name = aws.client("iam"), f"{uploads.bucket}-role"
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST_ACCOUNT)["Role"]["Arn"]
    keys = aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="me")["Credentials"]
    s3 = boto3.client(
        "s3",
        region_name="us-east-1",
        endpoint_url=aws.url,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
        config=Config(signature_version="s3v4"),
    )
    powerless = Uploads(aws, uploads.bucket, s3)
    answer = powerless.send(powerless.form())
    assert (answer.status, "is not authorized to perform: s3:PutObject" in answer.text) == (403, True)


def test_a_page_of_another_site_needs_the_buckets_leave(aws: Any, uploads: Uploads) -> None:
    page = {"Origin": "http://app.example"}
    assert uploads.send(uploads.form(), b"content", **page).status == 403
    rule = {"AllowedOrigins": ["http://app.example"], "AllowedMethods": ["POST"]}
    aws.client("s3").put_bucket_cors(Bucket=uploads.bucket, CORSConfiguration={"CORSRules": [rule]})
    answer = uploads.send(uploads.form(), b"content", **page)
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (204, "http://app.example")


def test_what_is_no_form_is_refused(aws: Any, uploads: Uploads) -> None:
    for kind, body in (
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=a", b"--a\r\n\r\nx"),
        ("multipart/form-data; boundary=a", b""),
    ):
        answer = send(aws.url, "POST", f"/{uploads.bucket}", {"Content-Type": kind}, body)
        assert answer.status == 400, (kind, answer)
    nobody = send(aws.url, "POST", "/no-such-bucket-here", {"Content-Type": "multipart/form-data; boundary=a"}, b"x")
    assert nobody.status == 403


def test_the_event_says_that_it_came_by_a_form(aws: Any, uploads: Uploads) -> None:
    queue = aws.client("sqs").create_queue(QueueName=uploads.bucket)["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:123456789012:{uploads.bucket}"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    aws.client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    told = {"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:Post"]}]}
    aws.client("s3").put_bucket_notification_configuration(Bucket=uploads.bucket, NotificationConfiguration=told)
    assert uploads.send(uploads.form()).status == 204

    def posted() -> bool:
        messages = aws.client("sqs").receive_message(QueueUrl=queue).get("Messages", [])
        return any("ObjectCreated:Post" in each["Body"] for each in messages)

    wait_until(posted)
