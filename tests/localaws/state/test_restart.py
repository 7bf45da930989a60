"""What a user finds after a restart: objects, people, queues, pipelines, jobs and endpoints, as they were or with the
reason."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.localaws.deploying import ALLOW_ALL, zip_of
from tests.localaws.sagemaker.conftest import IMAGE, train
from tests.localaws.state.conftest import Kept
from tests.localaws.waiting import wait_until


def role(kept: Kept, *services: str) -> str:
    """A role that the services may assume and that may do everything."""
    iam, name = kept.client("iam"), f"role-{uuid.uuid4().hex[:8]}"
    trust = {"Effect": "Allow", "Principal": {"Service": [*services]}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="All", PolicyDocument=json.dumps(ALLOW_ALL))
    return arn


def unique(stem: str) -> str:
    return f"{stem}-{uuid.uuid4().hex[:8]}"


def test_objects_with_their_versions_and_the_administrator_are_as_before(kept: Kept) -> None:
    s3, large = kept.client("s3"), bytes(range(256)) * 4096
    s3.create_bucket(Bucket="kept")
    s3.put_bucket_versioning(Bucket="kept", VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket="kept", Key="a", Body=b"one", Metadata={"colour": "blue"})
    second = s3.put_object(Bucket="kept", Key="a", Body=large)
    before = kept.aws.announced
    kept.restart()
    assert (kept.aws.announced.access_key_id, kept.aws.announced.secret_access_key) == (
        before.access_key_id,
        before.secret_access_key,
    )
    s3 = kept.client("s3")
    old = s3.get_object(Bucket="kept", Key="a", VersionId=first["VersionId"])
    assert (old["Body"].read(), old["Metadata"], old["ETag"]) == (b"one", {"colour": "blue"}, first["ETag"])
    new = s3.get_object(Bucket="kept", Key="a")
    assert (new["Body"].read(), new["ETag"], new["VersionId"]) == (large, second["ETag"], second["VersionId"])


def test_a_crash_loses_no_more_than_what_came_after_the_last_snapshot(kept: Kept) -> None:
    s3 = kept.client("s3")
    s3.create_bucket(Bucket="before")
    kept.snapshot()
    s3.create_bucket(Bucket="after")  # may be lost
    kept.crash()
    assert "before" in [bucket["Name"] for bucket in kept.client("s3").list_buckets()["Buckets"]]


def test_a_large_object_that_stays_is_not_written_again(kept: Kept) -> None:
    s3 = kept.client("s3")
    s3.create_bucket(Bucket="kept")
    s3.put_object(Bucket="kept", Key="large", Body=b"x" * 300_000)
    kept.snapshot()
    (content,) = (kept.folder / "objects").iterdir()
    written = content.stat().st_mtime_ns
    s3.put_object(Bucket="kept", Key="small", Body=b"x")
    kept.snapshot()
    assert content.stat().st_mtime_ns == written
    s3.delete_object(Bucket="kept", Key="large")
    kept.snapshot()
    wait_until(lambda: not list((kept.folder / "objects").iterdir()))  # it goes just after the snapshot is there


def moto_keeps_in_its_own_ways(kept: Kept) -> Iterator[None]:
    """What moto keeps in its own ways comes back."""
    kept.client("ssm").put_parameter(Name="/depth", Value="6", Type="String")
    key = kept.client("kms").create_key()["KeyMetadata"]["KeyId"]
    sealed = kept.client("kms").encrypt(KeyId=key, Plaintext=b"secret")["CiphertextBlob"]
    kept.client("iam").create_user(UserName="ann")
    kept.client("iam").attach_user_policy(UserName="ann", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    kept.client("logs").create_log_group(logGroupName="/kept")
    kept.aws.rehearsal("POST", "clock", seconds=86_400)
    shown = kept.aws.rehearsal("GET", "clock")["timestamp"]
    yield
    assert kept.client("ssm").get_parameter(Name="/depth")["Parameter"]["Value"] == "6"
    assert kept.client("kms").decrypt(CiphertextBlob=sealed)["Plaintext"] == b"secret"
    (attached,) = kept.client("iam").list_attached_user_policies(UserName="ann")["AttachedPolicies"]
    assert attached["PolicyName"] == "ReadOnlyAccess"
    assert kept.client("iam").get_policy(PolicyArn=attached["PolicyArn"])["Policy"]["AttachmentCount"] == 1
    assert kept.client("logs").describe_log_groups(logGroupNamePrefix="/kept")["logGroups"]
    assert kept.aws.rehearsal("GET", "clock")["timestamp"] > shown


def function_and_its_queue(kept: Kept) -> Iterator[None]:
    """A function runs and its queue is polled again."""
    sqs, functions = kept.client("sqs"), kept.client("lambda")
    source, answers = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("source", "answers"))
    arn = sqs.get_queue_attributes(QueueUrl=source, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    code = (
        "import boto3, os\ndef handler(event, context):\n"
        "    queue = boto3.client('sqs').get_queue_url(QueueName='answers')['QueueUrl']\n"
        "    boto3.client('sqs').send_message(QueueUrl=queue, MessageBody=event['Records'][0]['body'])\n"
    )
    functions.create_function(
        FunctionName="relay",
        Runtime="python3.12",
        Role=role(kept, "lambda.amazonaws.com"),
        Handler="app.handler",
        Timeout=20,
        Code={"ZipFile": zip_of({"app.py": code})},
    )
    functions.create_event_source_mapping(EventSourceArn=arn, FunctionName="relay")
    yield
    sqs = kept.client("sqs")
    answers = sqs.get_queue_url(QueueName="answers")["QueueUrl"]
    sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName="source")["QueueUrl"], MessageBody="after the restart")
    (message,) = wait_until(lambda: sqs.receive_message(QueueUrl=answers).get("Messages"))
    assert message["Body"] == "after the restart"


def endpoints(kept: Kept) -> Iterator[None]:
    """One answers again though its model was deleted; one is out of service without its archive."""
    trained, sagemaker, s3 = train(0), kept.client("sagemaker"), kept.client("s3")
    s3.create_bucket(Bucket="models")
    hosting = role(kept, "sagemaker.amazonaws.com")
    for name in ("endpoint", "lost"):
        s3.put_object(Bucket="models", Key=f"{name}.tar.gz", Body=trained.artifact())
        container = {"Image": IMAGE, "ModelDataUrl": f"s3://models/{name}.tar.gz"}
        sagemaker.create_model(ModelName=name, ExecutionRoleArn=hosting, PrimaryContainer=container)
        variant = {"VariantName": "All", "ModelName": name, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
        sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
        sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
    for name in ("endpoint", "lost"):
        sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=name, WaiterConfig={"Delay": 1})
    sagemaker.delete_model(ModelName="endpoint")
    s3.delete_object(Bucket="models", Key="lost.tar.gz")
    yield
    answer = kept.client("sagemaker-runtime").invoke_endpoint(
        EndpointName="endpoint", ContentType="text/csv", Body=trained.csv(1)
    )
    assert abs(float(answer["Body"].read()) - trained.predictions(1)[0]) < 1e-5
    assert kept.client("sagemaker").describe_endpoint(EndpointName="endpoint")["EndpointStatus"] == "InService"

    def given_up() -> Any:
        found = kept.client("sagemaker").describe_endpoint(EndpointName="lost")
        return found if found["EndpointStatus"] == "OutOfService" else None

    assert "s3://models/lost.tar.gz" in wait_until(given_up)["FailureReason"]


def git_repository(kept: Kept) -> Iterator[None]:
    """It has its commits."""
    git = kept.client("codecommit")
    git.create_repository(repositoryName="code")
    commit = git.put_file(repositoryName="code", branchName="main", fileContent=b"print()", filePath="a.py")["commitId"]
    yield
    found = kept.client("codecommit").get_file(repositoryName="code", filePath="a.py")
    assert (found["commitId"], found["fileContent"]) == (commit, b"print()")


MATTERS = (function_and_its_queue, endpoints, git_repository, moto_keeps_in_its_own_ways)
"""Each does something, and looks at what there is of it after a restart, which they share. The last advances the
clock."""


@pytest.fixture(scope="module")
def restarted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Iterator[None]]]:
    """The matters after the restart."""
    kept = Kept(tmp_path_factory.mktemp("restarted") / "state", 0)
    matters = {matter.__name__: matter(kept) for matter in MATTERS}
    for matter in matters.values():
        next(matter)
    kept.restart()
    yield matters
    kept.stop()


@pytest.mark.parametrize("name", [matter.__name__ for matter in MATTERS])
def test_after_a_restart_it_is_as_before(restarted: dict[str, Iterator[None]], name: str) -> None:
    assert next(restarted[name], "over") == "over"
