"""Actions in another region: their artifacts lie in that region's store, to and from which CodePipeline copies them."""

import json
from typing import Any

import pytest

from tests.localaws.codepipeline.test_deploy import deploy, s3_deploy, with_template
from tests.localaws.codepipeline.workbench import action, stage
from tests.localaws.waiting import wait_until

HERE, THERE = "us-east-1", "eu-west-1"


@pytest.fixture
def store_there(bench: Any) -> str:
    name: str = bench.unique("artifacts-there")
    bench.aws.client("s3", THERE).create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": THERE})
    return name


def stores(bench: Any, there: str) -> dict[str, Any]:
    """The members of a declaration that has a store in both regions."""
    both = {HERE: bench.bucket, THERE: there}
    return {"artifactStores": {region: {"type": "S3", "location": bucket} for region, bucket in both.items()}}


def create(bench: Any, there: str, *stages: dict[str, Any]) -> str:
    declaration = bench.declaration(*stages, **stores(bench, there))
    del declaration["artifactStore"]
    bench.codepipeline.create_pipeline(pipeline=declaration)
    name: str = declaration["name"]
    return name


def test_an_action_there_takes_its_input_from_the_store_there_and_its_output_comes_back(
    bench: Any, store_there: str
) -> None:
    stack, topic = bench.unique("stack"), bench.unique("topic")
    with_template(bench, topic)
    create_there = deploy(
        "CREATE_UPDATE",
        StackName=stack,
        TemplatePath="SourceOutput::template.json",
        TemplateConfiguration="SourceOutput::settings.json",
        OutputFileName="outputs.json",
    )
    create_there |= {"region": THERE, "outputArtifacts": [{"name": "StackOutput"}]}
    copy_here = s3_deploy(BucketName=bench.bucket, Extract="true", ObjectKey="from-there")
    copy_here["inputArtifacts"] = [{"name": "StackOutput"}]
    name = create(bench, store_there, stage("There", create_there), stage("Here", copy_here))
    assert bench.ended(name) == "Succeeded", bench.codepipeline.get_pipeline_state(name=name)

    there = bench.action_runs(name, create_there["name"])[0]
    assert there["input"]["region"] == THERE
    places = [there["input"]["inputArtifacts"][0], there["output"]["outputArtifacts"][0]]
    assert [place["s3location"]["bucket"] for place in places] == [store_there, store_there]
    here = bench.action_runs(name, "Copy")[0]["input"]["inputArtifacts"][0]["s3location"]
    assert here["bucket"] == bench.bucket

    (made,) = bench.aws.client("cloudformation", THERE).describe_stacks(StackName=stack)["Stacks"]
    assert f":{THERE}:" in made["StackId"]
    outputs = bench.aws.client("s3").get_object(Bucket=bench.bucket, Key="from-there/outputs.json")["Body"].read()
    assert json.loads(outputs)["TopicArn"].split(":")[3] == THERE


def test_a_worker_gets_its_job_when_the_input_is_there(bench: Any, store_there: str) -> None:
    bench.upload(body=b"rows")
    counts = {"minimumCount": 0, "maximumCount": 1}
    kind = {"category": "Test", "owner": "Custom", "provider": bench.unique("Worker"), "version": "1"}
    bench.codepipeline.create_custom_action_type(
        category="Test",
        provider=kind["provider"],
        version="1",
        inputArtifactDetails=counts,
        outputArtifactDetails=counts,
    )
    work = action("Work", "Test", kind["provider"], owner="Custom", inputs=["SourceOutput"], region=THERE)
    create(bench, store_there, stage("There", work))
    job = wait_until(lambda: bench.codepipeline.poll_for_jobs(actionTypeId=kind)["jobs"])[0]
    place = job["data"]["inputArtifacts"][0]["location"]["s3Location"]
    found = bench.aws.client("s3", THERE).get_object(Bucket=place["bucketName"], Key=place["objectKey"])
    assert (place["bucketName"], found["Body"].read()) == (store_there, b"rows")


def test_a_store_that_may_not_be_written_fails_the_action(bench: Any, store_there: str) -> None:
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{store_there}/*"}
    bench.aws.client("s3", THERE).put_bucket_policy(
        Bucket=store_there, Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    )
    name = create(
        bench, store_there, stage("There", s3_deploy(BucketName=bench.bucket, Extract="false") | {"region": THERE})
    )
    assert bench.ended(name) == "Failed"
    error = bench.action_state(name, "Copy")["errorDetails"]
    assert error["code"] == "PermissionError"
    assert "s3:PutObject" in error["message"]


def test_a_region_without_a_store_is_refused(bench: Any) -> None:
    elsewhere = s3_deploy(BucketName=bench.bucket, Extract="true") | {"region": THERE}
    with pytest.raises(bench.codepipeline.exceptions.InvalidStructureException, match=f"no artifact store.*{THERE}"):
        bench.create(stage("There", elsewhere))
