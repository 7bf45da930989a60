"""Buckets tell of their objects, once each, in S3's own shapes."""

import json
from collections.abc import Callable
from typing import Any

import botocore.exceptions
import pytest

from tests.localaws.inboxes import Inbox, allow


@pytest.fixture
def s3(aws: Any) -> Any:
    return aws.client("s3")


@pytest.fixture
def bucket(aws: Any, s3: Any, inbox: Inbox, unique: Callable[[str], str]) -> str:
    """A versioned bucket whose events on the default bus come to the inbox."""
    name, events = unique("bucket"), aws.client("events")
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration={"EventBridgeConfiguration": {}})
    pattern = {"source": ["aws.s3"], "detail": {"bucket": {"name": [name]}}}
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": inbox.arn}])
    return name


def test_put_object_is_told_once_in_its_true_shape(aws: Any, s3: Any, bucket: str, inbox: Inbox) -> None:
    put = s3.put_object(Bucket=bucket, Key="a b/ä.csv", Body=b"12345", Tagging="k=v", ACL="bucket-owner-full-control")
    event = inbox.body()
    detail = event["detail"]
    assert (event["source"], event["detail-type"]) == ("aws.s3", "Object Created")
    assert event["resources"] == [f"arn:aws:s3:::{bucket}"]
    sequencer = detail["object"].pop("sequencer")
    assert int(sequencer, 16) > 0
    assert detail.pop("request-id") and detail.pop("source-ip-address") == "127.0.0.1"
    assert detail == {
        "version": "0",
        "bucket": {"name": bucket},
        "object": {
            "key": "a b/ä.csv",
            "size": 5,
            "etag": put["ETag"].strip('"'),
            "version-id": put["VersionId"],
        },
        "requester": aws.announced.account_id,
        "reason": "PutObject",
    }
    assert inbox.is_empty


def test_sequencers_grow(s3: Any, bucket: str, inbox: Inbox) -> None:
    for body in (b"1", b"2"):
        s3.put_object(Bucket=bucket, Key="k", Body=body)
    received = [inbox.body()["detail"]["object"] for _ in range(2)]
    by_sequencer = sorted(received, key=lambda each: each["sequencer"])
    assert by_sequencer[1]["version-id"] == s3.head_object(Bucket=bucket, Key="k")["VersionId"]


def test_copy_is_told_once(s3: Any, bucket: str, inbox: Inbox) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    assert inbox.body()["detail"]["reason"] == "PutObject"
    s3.copy_object(Bucket=bucket, Key="l", CopySource={"Bucket": bucket, "Key": "k"})
    detail = inbox.body()["detail"]
    assert (detail["reason"], detail["object"]["key"]) == ("CopyObject", "l")
    assert inbox.is_empty


def test_multipart_upload_is_told_once_when_complete(s3: Any, bucket: str, inbox: Inbox) -> None:
    upload = s3.create_multipart_upload(Bucket=bucket, Key="m")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="m", UploadId=upload, PartNumber=1, Body=b"x" * 10)
    s3.complete_multipart_upload(
        Bucket=bucket,
        Key="m",
        UploadId=upload,
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
    )
    detail = inbox.body()["detail"]
    assert (detail["reason"], detail["object"]["size"]) == ("CompleteMultipartUpload", 10)
    assert inbox.is_empty


def test_deletions_say_how(s3: Any, bucket: str, inbox: Inbox) -> None:
    version = s3.put_object(Bucket=bucket, Key="k", Body=b"1")["VersionId"]
    inbox.body()
    marker = s3.delete_object(Bucket=bucket, Key="k")["VersionId"]
    event = inbox.body()
    assert event["detail-type"] == "Object Deleted"
    assert event["detail"]["deletion-type"] == "Delete Marker Created"
    assert event["detail"]["object"]["version-id"] == marker
    s3.delete_object(Bucket=bucket, Key="k", VersionId=version)
    detail = inbox.body()["detail"]
    assert (detail["deletion-type"], detail["object"]["version-id"]) == ("Permanently Deleted", version)


def test_tags_that_are_changed_are_told(s3: Any, bucket: str, inbox: Inbox) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    inbox.body()
    s3.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    assert inbox.body()["detail-type"] == "Object Tags Added"


def test_bucket_without_event_bridge_says_nothing(aws: Any, s3: Any, bucket: str, inbox: Inbox) -> None:
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    assert inbox.is_empty


def test_queue_gets_records_that_its_filter_takes(aws: Any, s3: Any, make_inbox: Any, unique: Any) -> None:
    name, queue = unique("plain"), make_inbox("records")
    s3.create_bucket(Bucket=name)
    filters = {"Key": {"FilterRules": [{"Name": "prefix", "Value": "in/"}, {"Name": "suffix", "Value": ".csv"}]}}
    wanted = {"Id": "csv", "QueueArn": queue.arn, "Events": ["s3:ObjectCreated:*"], "Filter": filters}
    s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration={"QueueConfigurations": [wanted]})
    assert queue.body()["Event"] == "s3:TestEvent"
    s3.put_object(Bucket=name, Key="out/x.csv", Body=b"1")
    s3.put_object(Bucket=name, Key="in/a b.csv", Body=b"123")
    (record,) = queue.body()["Records"]
    assert record["eventName"] == "ObjectCreated:Put" and record["eventSource"] == "aws:s3"
    assert record["s3"]["configurationId"] == "csv"
    assert record["s3"]["object"]["key"] == "in/a+b.csv" and record["s3"]["object"]["size"] == 3
    assert "versionId" not in record["s3"]["object"]
    assert queue.is_empty


def test_function_is_invoked_with_the_record(aws: Any, s3: Any, inbox: Inbox, deploy: Any, unique: Any) -> None:
    name, client = unique("watched"), aws.client("lambda")
    function = deploy(
        "import boto3, json, os\ndef handler(event, context):\n"
        "    boto3.client('sqs').send_message(QueueUrl=os.environ['URL'], MessageBody=json.dumps(event))\n",
        Environment={"Variables": {"URL": inbox.url}},
    )
    arn = client.get_function_configuration(FunctionName=function)["FunctionArn"]
    client.add_permission(
        FunctionName=function,
        StatementId="S3",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn=f"arn:aws:s3:::{name}",
        SourceAccount=aws.announced.account_id,
    )
    s3.create_bucket(Bucket=name)
    wanted = {"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:Put"]}
    s3.put_bucket_notification_configuration(
        Bucket=name, NotificationConfiguration={"LambdaFunctionConfigurations": [wanted]}
    )
    s3.put_object(Bucket=name, Key="k", Body=b"1")
    (record,) = inbox.body()["Records"]
    assert record["s3"]["bucket"]["name"] == name


def test_topic_gets_the_record(aws: Any, s3: Any, inbox: Inbox, unique: Any) -> None:
    name, sns = unique("told"), aws.client("sns")
    topic = sns.create_topic(Name=name)["TopicArn"]
    policy = allow("s3.amazonaws.com", action="sns:Publish", resource=topic)
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    s3.create_bucket(Bucket=name)
    wanted = {"TopicArn": topic, "Events": ["s3:ObjectRemoved:*"]}
    s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration={"TopicConfigurations": [wanted]})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=inbox.arn)
    s3.put_object(Bucket=name, Key="k", Body=b"1")
    s3.delete_object(Bucket=name, Key="k")
    message = inbox.body()
    assert message["Subject"] == "Amazon S3 Notification"
    assert json.loads(message["Message"])["Records"][0]["eventName"] == "ObjectRemoved:Delete"


def test_destination_that_does_not_let_the_bucket_in_is_refused(s3: Any, make_inbox: Any, unique: Any) -> None:
    name, closed = unique("plain"), make_inbox("closed", allowed=False)
    s3.create_bucket(Bucket=name)
    wanted = {"QueueConfigurations": [{"QueueArn": closed.arn, "Events": ["s3:ObjectCreated:*"]}]}
    with pytest.raises(botocore.exceptions.ClientError, match=r"InvalidArgument.*Unable to validate the following"):
        s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration=wanted)
    s3.put_bucket_notification_configuration(
        Bucket=name, NotificationConfiguration=wanted, SkipDestinationValidation=True
    )
