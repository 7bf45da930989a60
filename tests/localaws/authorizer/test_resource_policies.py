"""Resource-based policies: buckets, keys, queues, topics, functions; anonymous callers; presigned URLs."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from tests.localaws.authorizer.support import ACCOUNT, allow, deny, document, refusal

Unique = Callable[[str], str]


def granting(principal: Any, action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {**allow(action, resource, **more), "Principal": principal}


@pytest.fixture
def bucket(aws: Any, unique: Unique) -> str:
    name = unique("bucket")
    aws.client("s3").create_bucket(Bucket=name)
    aws.client("s3").put_object(Bucket=name, Key="k", Body=b"content")
    return name


def read(url: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_a_bucket_policy_lets_a_role_in(aws: Any, role: Any, bucket: str) -> None:
    mine = role()
    client = mine.client("s3")
    assert refusal(lambda: client.get_object(Bucket=bucket, Key="k"))[0] == "AccessDenied"
    statement = granting({"AWS": mine.arn}, "s3:GetObject", f"arn:aws:s3:::{bucket}/*")
    aws.client("s3").put_bucket_policy(Bucket=bucket, Policy=document(statement))
    assert client.get_object(Bucket=bucket, Key="k")["Body"].read() == b"content"


def test_a_bucket_policy_keeps_even_the_administrator_out(aws: Any, bucket: str) -> None:
    statement = {**granting("*", "s3:GetObject", f"arn:aws:s3:::{bucket}/*"), "Effect": "Deny"}
    aws.client("s3").put_bucket_policy(Bucket=bucket, Policy=document(statement))
    code, message, _ = refusal(lambda: aws.client("s3").get_object(Bucket=bucket, Key="k"))
    assert code == "AccessDenied"
    assert message.endswith("with an explicit deny in a resource-based policy")


def test_an_anonymous_caller_reads_only_what_is_public(aws: Any, bucket: str) -> None:
    url = f"{aws.url}/{bucket}/k"
    assert read(url)[0] == 403
    aws.client("s3").delete_public_access_block(Bucket=bucket)
    aws.client("s3").put_bucket_policy(
        Bucket=bucket, Policy=document(granting("*", "s3:GetObject", f"arn:aws:s3:::{bucket}/*"))
    )
    assert read(url) == (200, b"content")
    assert read(f"{aws.url}/{bucket}")[0] == 403


def test_a_presigned_url_is_worth_its_signer(aws: Any, role: Any, bucket: str) -> None:
    params = {"Bucket": bucket, "Key": "k"}
    good = aws.client("s3").generate_presigned_url("get_object", Params=params, ExpiresIn=60)
    assert read(good) == (200, b"content")
    assert read(good.replace("/k?", "/l?"))[0] == 403
    assert b"SignatureDoesNotMatch" in read(good.replace("/k?", "/l?"))[1]
    powerless = role().client("s3").generate_presigned_url("get_object", Params=params, ExpiresIn=60)
    assert b"AccessDenied" in read(powerless)[1]
    able = role(allow("s3:GetObject")).client("s3").generate_presigned_url("get_object", Params=params, ExpiresIn=60)
    assert read(able) == (200, b"content")


def test_a_presigned_put_stores(aws: Any, bucket: str) -> None:
    url = aws.client("s3").generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "new"}, ExpiresIn=60)
    request = urllib.request.Request(url, data=b"stored", method="PUT", headers={"Content-Type": ""})
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200
    assert aws.client("s3").get_object(Bucket=bucket, Key="new")["Body"].read() == b"stored"


def test_deleting_objects_is_judged_key_by_key(role: Any, bucket: str, aws: Any) -> None:
    mine = role(allow("s3:DeleteObject", f"arn:aws:s3:::{bucket}/mine/*"))
    for key in ("mine/a", "theirs/b"):
        aws.client("s3").put_object(Bucket=bucket, Key=key, Body=b"x")
    answer = mine.client("s3").delete_objects(
        Bucket=bucket, Delete={"Objects": [{"Key": "mine/a"}, {"Key": "theirs/b"}]}
    )
    assert [each["Key"] for each in answer.get("Deleted", [])] == ["mine/a"]
    assert [(each["Key"], each["Code"]) for each in answer["Errors"]] == [("theirs/b", "AccessDenied")]
    left = [each["Key"] for each in aws.client("s3").list_objects_v2(Bucket=bucket)["Contents"]]
    assert left == ["k", "theirs/b"]


def test_listing_is_limited_by_prefix(role: Any, bucket: str) -> None:
    only_home = {"Condition": {"StringLike": {"s3:prefix": "home/*"}}}
    client = role(allow("s3:ListBucket", f"arn:aws:s3:::{bucket}", **only_home)).client("s3")
    client.list_objects_v2(Bucket=bucket, Prefix="home/ann")
    assert refusal(lambda: client.list_objects_v2(Bucket=bucket))[0] == "AccessDenied"


def test_only_who_may_list_is_told_that_an_object_is_missing(role: Any, bucket: str) -> None:
    reading = allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*")
    blind = role(reading).client("s3")
    assert refusal(lambda: blind.get_object(Bucket=bucket, Key="missing"))[0] == "AccessDenied"
    assert refusal(lambda: blind.head_object(Bucket=bucket, Key="missing"))[2] == 403
    seeing = role(reading, allow("s3:ListBucket", f"arn:aws:s3:::{bucket}")).client("s3")
    assert refusal(lambda: seeing.get_object(Bucket=bucket, Key="missing"))[0] == "NoSuchKey"
    assert refusal(lambda: seeing.head_object(Bucket=bucket, Key="missing"))[2] == 404


def test_copying_a_named_version_needs_the_right_to_versions(role: Any, bucket: str, aws: Any) -> None:
    aws.client("s3").put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    version = aws.client("s3").put_object(Bucket=bucket, Key="k", Body=b"new")["VersionId"]
    copy = {"Bucket": bucket, "Key": "copy", "CopySource": {"Bucket": bucket, "Key": "k", "VersionId": version}}
    newest = role(allow(["s3:PutObject", "s3:GetObject"], f"arn:aws:s3:::{bucket}/*")).client("s3")
    assert "s3:GetObjectVersion" in refusal(lambda: newest.copy_object(**copy))[1]
    role(allow(["s3:PutObject", "s3:GetObjectVersion"], f"arn:aws:s3:::{bucket}/*")).client("s3").copy_object(**copy)


def test_copying_needs_the_source_and_the_target(role: Any, bucket: str) -> None:
    write_only = role(allow("s3:PutObject", f"arn:aws:s3:::{bucket}/*")).client("s3")
    copy = {"Bucket": bucket, "Key": "copy", "CopySource": {"Bucket": bucket, "Key": "k"}}
    assert "s3:GetObject" in refusal(lambda: write_only.copy_object(**copy))[1]
    role(allow(["s3:PutObject", "s3:GetObject"], f"arn:aws:s3:::{bucket}/*")).client("s3").copy_object(**copy)


def test_an_upload_can_be_made_to_be_encrypted(role: Any, bucket: str) -> None:
    unencrypted = {"Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}}
    client = role(allow("s3:PutObject"), deny("s3:PutObject", **unencrypted)).client("s3")
    assert "explicit deny" in refusal(lambda: client.put_object(Bucket=bucket, Key="x", Body=b""))[1]
    client.put_object(Bucket=bucket, Key="x", Body=b"", ServerSideEncryption="aws:kms")


def test_a_queue_policy_lets_a_role_send(aws: Any, role: Any, unique: Unique) -> None:
    mine, sqs = role(), aws.client("sqs")
    url = sqs.create_queue(QueueName=unique("queue"))["QueueUrl"]
    client = mine.client("sqs")
    assert refusal(lambda: client.send_message(QueueUrl=url, MessageBody="x"))[0] == "AccessDenied"
    policy = document(granting({"AWS": mine.arn}, "sqs:SendMessage"))
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    client.send_message(QueueUrl=url, MessageBody="x")
    assert refusal(lambda: client.receive_message(QueueUrl=url))[0] == "AccessDenied"


def test_a_topic_policy_lets_a_role_publish(aws: Any, role: Any, unique: Unique) -> None:
    mine, sns = role(), aws.client("sns")
    arn = sns.create_topic(Name=unique("topic"))["TopicArn"]
    client = mine.client("sns")
    code, message, _ = refusal(lambda: client.publish(TopicArn=arn, Message="x"))
    assert code == "AuthorizationError"
    assert message.endswith(
        f"SNS:Publish on resource: {arn} because no identity-based policy allows the SNS:Publish action"
    )
    policy = document(granting({"AWS": mine.arn}, "sns:Publish", arn))
    sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
    client.publish(TopicArn=arn, Message="x")


def test_a_key_policy_must_agree(aws: Any, role: Any, unique: Unique) -> None:
    kms = aws.client("kms")
    mine, other = role(allow("kms:Encrypt")), role(allow("kms:Encrypt"))
    delegating = kms.create_key()["KeyMetadata"]["KeyId"]
    alias = "alias/" + unique("key")
    kms.create_alias(AliasName=alias, TargetKeyId=delegating)
    mine.client("kms").encrypt(KeyId=delegating, Plaintext=b"x")
    mine.client("kms").encrypt(KeyId=alias, Plaintext=b"x")
    policy = document(
        granting({"AWS": mine.arn}, "kms:*"), granting({"AWS": f"arn:aws:iam::{ACCOUNT}:user/admin"}, "kms:*")
    )
    private = kms.create_key(Policy=policy)["KeyMetadata"]["KeyId"]
    mine.client("kms").encrypt(KeyId=private, Plaintext=b"x")
    message = refusal(lambda: other.client("kms").encrypt(KeyId=private, Plaintext=b"x"))[1]
    assert "because no resource-based policy allows the kms:Encrypt action" in message


def test_a_resources_tags_can_be_asked_for(aws: Any, role: Any, unique: Unique) -> None:
    logs, name = aws.client("logs"), unique("/group")
    logs.create_log_group(logGroupName=name, tags={"team": "red"})
    red = {"Condition": {"StringEquals": {"aws:ResourceTag/team": "red"}}}
    client = role(allow("logs:DeleteLogGroup", **red)).client("logs")
    logs.create_log_group(logGroupName=name + "2")
    assert refusal(lambda: client.delete_log_group(logGroupName=name + "2"))[0] == "AccessDeniedException"
    client.delete_log_group(logGroupName=name)


def test_a_principals_tags_can_be_asked_for(role: Any, bucket: str) -> None:
    own = allow("s3:ListBucket", "arn:aws:s3:::${aws:PrincipalTag/bucket}")
    role(own, Tags=[{"Key": "bucket", "Value": bucket}]).client("s3").list_objects_v2(Bucket=bucket)
    other = role(own, Tags=[{"Key": "bucket", "Value": "another"}]).client("s3")
    assert refusal(lambda: other.list_objects_v2(Bucket=bucket))[0] == "AccessDenied"


def test_the_caller_of_a_function_may_be_named_by_its_policy(aws: Any, role: Any, unique: Unique) -> None:
    mine = role()
    _, message, _ = refusal(lambda: mine.client("lambda").invoke(FunctionName="nobodys", Payload=json.dumps({})))
    assert f"lambda:InvokeFunction on resource: arn:aws:lambda:us-east-1:{ACCOUNT}:function:nobodys" in message
