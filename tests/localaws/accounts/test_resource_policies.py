"""What policies of resources let other accounts do: each missing grant fails where AWS fails."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localaws.accounts.support import Account, Somebody, allow, document, trust

Unique = Callable[[str], str]
NO_REASON = r"\(AccessDenied\) when calling the \w+ operation: Access Denied$"


def refused(call: Callable[[], Any], words: str) -> None:
    """The call is refused with these words (a pattern)."""
    with pytest.raises(ClientError, match=words):
        call()


@pytest.fixture
def reader(staging: Account, unique: Unique) -> Somebody:
    """Somebody of staging who may do nothing yet."""
    return staging.somebody(unique("Reader"))


def test_a_bucket(build: Account, reader: Somebody, unique: Unique) -> None:
    bucket, s3 = unique("bucket"), build.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="model", Body=b"1")
    objects, theirs = f"arn:aws:s3:::{bucket}/*", reader.client("s3")
    refused(lambda: theirs.get_object(Bucket=bucket, Key="model"), NO_REASON)
    reader.may(allow("s3:GetObject", objects))
    refused(lambda: theirs.get_object(Bucket=bucket, Key="model"), NO_REASON)
    statement = allow(["s3:GetObject", "s3:PutObject"], objects, Principal={"AWS": reader.role})
    s3.put_bucket_policy(Bucket=bucket, Policy=document(statement))
    assert theirs.get_object(Bucket=bucket, Key="model")["Body"].read() == b"1"
    refused(lambda: theirs.put_object(Bucket=bucket, Key="new", Body=b""), NO_REASON)
    reader.may(allow(["s3:GetObject", "s3:PutObject"], objects))
    theirs.put_object(Bucket=bucket, Key="new", Body=b"2")
    assert s3.get_object(Bucket=bucket, Key="new")["Body"].read() == b"2"
    reader.may()
    refused(lambda: theirs.get_object(Bucket=bucket, Key="model"), NO_REASON)


def test_the_owners_account_is_a_condition(build: Account, reader: Somebody, unique: Unique) -> None:
    bucket = unique("bucket")
    build.client("s3").create_bucket(Bucket=bucket)
    build.client("s3").put_object(Bucket=bucket, Key="k", Body=b"1")
    statement = allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal={"AWS": reader.account.id})
    build.client("s3").put_bucket_policy(Bucket=bucket, Policy=document(statement))
    own_only = {"StringEquals": {"aws:ResourceAccount": reader.account.id}}
    reader.may(allow("s3:GetObject", Condition=own_only))
    refused(lambda: reader.client("s3").get_object(Bucket=bucket, Key="k"), NO_REASON)
    reader.may(allow("s3:GetObject", Condition={"StringEquals": {"aws:ResourceAccount": build.id}}))
    assert reader.client("s3").get_object(Bucket=bucket, Key="k")["Body"].read() == b"1"


def test_a_key_of_an_object(build: Account, reader: Somebody, unique: Unique) -> None:
    bucket, s3, kms = unique("bucket"), build.client("s3"), build.client("kms")
    key = kms.create_key()["KeyMetadata"]
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="k", Body=b"1", ServerSideEncryption="aws:kms", SSEKMSKeyId=key["Arn"])
    statement = allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal={"AWS": reader.role})
    s3.put_bucket_policy(Bucket=bucket, Policy=document(statement))
    theirs, read = reader.client("s3"), allow("s3:GetObject")
    hidden = (
        r"not authorized to perform: kms:Decrypt on this resource because the resource does not exist in this Region, "
        r"no resource-based policies allow access, or a resource-based policy explicitly denies access"
    )
    reader.may(read, allow("kms:Decrypt", key["Arn"]))
    refused(lambda: theirs.get_object(Bucket=bucket, Key="k"), hidden)
    mine = allow("kms:*", Principal={"AWS": f"arn:aws:iam::{build.id}:root"})
    others = allow("kms:Decrypt", Principal={"AWS": f"arn:aws:iam::{reader.account.id}:root"})
    kms.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=document(mine, others))
    assert theirs.get_object(Bucket=bucket, Key="k")["Body"].read() == b"1"
    reader.may(read)
    refused(lambda: theirs.get_object(Bucket=bucket, Key="k"), "no identity-based policy allows the kms:Decrypt action")


def test_the_key_of_aws_is_of_no_use_to_another_account(build: Account, reader: Somebody, unique: Unique) -> None:
    bucket, s3 = unique("bucket"), build.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="k", Body=b"1", ServerSideEncryption="aws:kms")
    statement = allow(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::{bucket}/*", Principal={"AWS": reader.role})
    s3.put_bucket_policy(Bucket=bucket, Policy=document(statement))
    reader.may(allow(["s3:*", "kms:*"]))
    words = "on this resource because the resource does not exist in this Region"
    refused(lambda: reader.client("s3").get_object(Bucket=bucket, Key="k"), f"kms:Decrypt {words}")
    reader.client("s3").put_object(Bucket=bucket, Key="n", Body=b"")
    by_key = {"ServerSideEncryption": "aws:kms"}
    refused(lambda: reader.client("s3").put_object(Bucket=bucket, Key="n", **by_key), f"kms:GenerateDataKey {words}")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"1"


def test_a_key_by_its_arn(build: Account, reader: Somebody) -> None:
    kms = build.client("kms")
    key = kms.create_key()["KeyMetadata"]
    reader.may(allow("kms:*"))
    theirs = reader.client("kms")
    refused(lambda: theirs.encrypt(KeyId=key["Arn"], Plaintext=b"x"), "the resource does not exist in this Region")
    mine = allow("kms:*", Principal={"AWS": f"arn:aws:iam::{build.id}:root"})
    others = allow(["kms:Encrypt", "kms:DescribeKey"], Principal={"AWS": reader.role})
    kms.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=document(mine, others))
    sealed = theirs.encrypt(KeyId=key["Arn"], Plaintext=b"x")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"x"
    assert theirs.describe_key(KeyId=key["Arn"])["KeyMetadata"]["AWSAccountId"] == build.id


def test_a_queue(build: Account, reader: Somebody, unique: Unique) -> None:
    sqs, name = build.client("sqs"), unique("queue")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:{build.id}:{name}"
    theirs = reader.client("sqs")
    reader.may(allow("sqs:SendMessage", arn))
    refused(
        lambda: theirs.send_message(QueueUrl=url, MessageBody="m"),
        rf"sqs:sendmessage on resource: {arn} because no resource-based policy allows the sqs:sendmessage action",
    )
    policy = document(allow("sqs:SendMessage", arn, Principal={"AWS": reader.role}))
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    theirs.send_message(QueueUrl=url, MessageBody="m")
    assert sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "m"
    reader.may()
    refused(lambda: theirs.send_message(QueueUrl=url, MessageBody="m"), "no identity-based policy allows the sqs:sendm")


def test_a_topic_with_a_queue_of_another_account(build: Account, staging: Account, unique: Unique) -> None:
    topic = build.client("sns").create_topic(Name=unique("topic"))["TopicArn"]
    publisher = staging.somebody(unique("Publisher"), allow("sns:Publish"))
    theirs = publisher.client("sns")
    refused(
        lambda: theirs.publish(TopicArn=topic, Message="m"), "because no resource-based policy allows the SNS:Publish"
    )
    policy = document(allow("sns:Publish", topic, Principal={"AWS": staging.id}))
    build.client("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    assert theirs.publish(TopicArn=topic, Message="m")["MessageId"]


def test_a_function(build: Account, reader: Somebody, unique: Unique) -> None:
    file, name = io.BytesIO(), unique("function")
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("index.py", "def handler(event, context):\n    return context.invoked_function_arn\n")
    role = build.role(unique("Run"), trust("lambda.amazonaws.com"), allow("logs:*"))
    arn = build.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.12",
        Handler="index.handler",
        Role=role,
        Code={"ZipFile": file.getvalue()},
    )["FunctionArn"]
    theirs = reader.client("lambda")
    reader.may(allow("lambda:InvokeFunction", arn))
    refused(lambda: theirs.invoke(FunctionName=arn), "no resource-based policy allows the lambda:InvokeFunction action")
    build.client("lambda").add_permission(
        FunctionName=name, StatementId="s", Action="lambda:InvokeFunction", Principal=reader.account.id
    )
    assert json.load(theirs.invoke(FunctionName=arn)["Payload"]) == arn
    with pytest.raises(ClientError, match=f"function:{name}"):  # their own account has none of that name
        theirs.invoke(FunctionName=name)


def _package(build: Account, group: str) -> str:
    sagemaker = build.client("sagemaker")
    container = {"Image": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"}
    specification = {
        "Containers": [container],
        "SupportedContentTypes": ["text/csv"],
        "SupportedResponseMIMETypes": ["text/csv"],
    }
    arn: str = sagemaker.create_model_package(
        ModelPackageGroupName=group, InferenceSpecification=specification, ModelApprovalStatus="Approved"
    )["ModelPackageArn"]
    return arn


def test_a_model_package_group(build: Account, staging: Account, unique: Unique) -> None:
    sagemaker, group = build.client("sagemaker"), unique("group")
    group_arn = sagemaker.create_model_package_group(ModelPackageGroupName=group)["ModelPackageGroupArn"]
    package = _package(build, group)
    deployer = staging.somebody(unique("Deployer"), allow(["sagemaker:*", "iam:PassRole"]))
    theirs = deployer.client("sagemaker")
    refused(
        lambda: theirs.describe_model_package(ModelPackageName=package),
        f"on resource: {package} because no resource-based policy allows the sagemaker:DescribeModelPackage action",
    )
    actions = ["sagemaker:DescribeModelPackage", "sagemaker:ListModelPackages", "sagemaker:CreateModel"]
    versions = f"{group_arn.replace(':model-package-group/', ':model-package/')}/*"
    policy = document(allow(actions[:2], [group_arn, versions], Principal={"AWS": deployer.role}))
    sagemaker.put_model_package_group_policy(ModelPackageGroupName=group, ResourcePolicy=policy)
    assert sagemaker.get_model_package_group_policy(ModelPackageGroupName=group)["ResourcePolicy"] == policy
    assert theirs.describe_model_package(ModelPackageName=package)["ModelPackageArn"] == package
    listed = theirs.list_model_packages(ModelPackageGroupName=group_arn)["ModelPackageSummaryList"]
    assert [each["ModelPackageArn"] for each in listed] == [package]
    refused(
        lambda: theirs.update_model_package(ModelPackageArn=package, ModelApprovalStatus="Rejected"),
        "no resource-based policy allows the sagemaker:UpdateModelPackage action",
    )

    role = staging.role(unique("Serve"), trust("sagemaker.amazonaws.com"), allow(["s3:*", "ecr:*", "logs:*"]))
    model = {"ModelName": unique("model"), "ExecutionRoleArn": role, "PrimaryContainer": {"ModelPackageName": package}}
    refused(lambda: theirs.create_model(**model), "no resource-based policy allows the sagemaker:CreateModel action")
    policy = document(allow(actions, [group_arn, versions], Principal={"AWS": deployer.role}))
    sagemaker.put_model_package_group_policy(ModelPackageGroupName=group, ResourcePolicy=policy)
    assert theirs.create_model(**model)["ModelArn"].split(":")[4] == staging.id

    sagemaker.delete_model_package_group_policy(ModelPackageGroupName=group)
    refused(lambda: theirs.describe_model_package(ModelPackageName=package), "no resource-based policy")
    refused(
        lambda: sagemaker.get_model_package_group_policy(ModelPackageGroupName=group), "Cannot find resource policy for"
    )
