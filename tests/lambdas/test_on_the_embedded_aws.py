"""The evaluation as CodePipeline, Lambda and SageMaker run it: a function with seconds of time, a file that takes
longer."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline_job import data_version
from pipeline_job.evaluation import rows
from pipeline_job.evaluation.rows import Layout
from pipeline_job.failure import ActionFailed, ConfigurationError
from rehearsal.toolkit import project
from rehearsal.toolkit.stacks import packaging
from tests.conftest import EmbeddedAws
from tests.localaws.waiting import wait_until

ROOT = Path(__file__).parents[2]
ROWS = 60_000
TIMEOUT_SECONDS = 3
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0"


@pytest.fixture
def bucket(aws: EmbeddedAws, unique: Callable[[str], str]) -> str:
    """A versioned bucket."""
    name = unique("evaluate")
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def test_rows_are_read_from_a_position_of_one_version(aws: EmbeddedAws, bucket: str) -> None:
    s3 = aws.client("s3")
    s3.put_object(Bucket=bucket, Key="test.csv", Body=b"1,2\n3,4\n5,6\n")
    source = rows.find(s3, bucket, "test.csv")
    s3.put_object(Bucket=bucket, Key="test.csv", Body=b"7,8\n")
    whole = list(rows.batches(rows.open_at(s3, source, 0), Layout(False), position=0, row=0, batch_bytes=5))
    assert [batch.body for batch in whole] == [b"2", b"4", b"6"]
    rest = rows.batches(
        rows.open_at(s3, source, whole[0].end), Layout(False), position=whole[0].end, row=1, batch_bytes=1024
    )
    assert [(batch.first_row, batch.body) for batch in rest] == [(1, b"4\n6")]
    assert (
        list(rows.batches(rows.open_at(s3, source, whole[2].end), Layout(False), position=12, row=3, batch_bytes=1024))
        == []
    )


def test_an_object_without_versions_must_not_change(aws: EmbeddedAws, unique: Callable[[str], str]) -> None:
    s3, plain = aws.client("s3"), unique("plain")
    s3.create_bucket(Bucket=plain)
    s3.put_object(Bucket=plain, Key="test.csv", Body=b"1,2\n")
    source = rows.find(s3, plain, "test.csv")
    assert rows.open_at(s3, source, 0).read(100) == b"1,2\n"
    s3.put_object(Bucket=plain, Key="test.csv", Body=b"3,4\n")
    with pytest.raises(ActionFailed, match="was replaced"):
        rows.open_at(s3, source, 0)


def test_an_empty_and_a_missing_object_are_told_apart(aws: EmbeddedAws, bucket: str) -> None:
    s3 = aws.client("s3")
    s3.put_object(Bucket=bucket, Key="empty.csv", Body=b"")
    with pytest.raises(ConfigurationError, match="is empty"):
        rows.find(s3, bucket, "empty.csv")
    with pytest.raises(ConfigurationError, match="does not exist"):
        rows.find(s3, bucket, "missing.csv")


def test_the_newest_versions_of_the_data_are_recorded(aws: EmbeddedAws, bucket: str) -> None:
    s3 = aws.client("s3")
    for content in (b"1,2\n", b"3,4\n"):
        answer = s3.put_object(Bucket=bucket, Key="train/train.csv", Body=content)
    [found] = data_version.latest(s3, bucket, "train/")
    assert (found.version_id, found.etag, found.size_bytes) == (answer["VersionId"], answer["ETag"].strip('"'), 4)


def test_a_function_with_seconds_of_time_evaluates_a_long_file(
    aws: EmbeddedAws, bucket: str, unique: Callable[[str], str], tmp_path: Path
) -> None:
    draw = np.random.default_rng(5)
    features = draw.normal(size=(2_000, 4)).round(3)
    labels = (features[:, 0] * 2 + draw.normal(size=2_000) * 0.1).round(3)
    block = "".join(f"{label},{','.join(map(str, row))}\n" for label, row in zip(labels, features, strict=True))
    s3 = aws.client("s3")
    s3.put_object(Bucket=bucket, Key="train/train.csv", Body=block.encode())
    s3.put_object(Bucket=bucket, Key="test.csv", Body=block.encode() * (ROWS // 2_000))
    role = _role(aws, unique("role"))
    endpoint = _endpoint(aws, bucket, role, unique("job"))
    given = {
        "env": "Test",
        "s3bucket": bucket,
        "s3key": "test.csv",
        "endpoint-name": endpoint,
        "predictions": 0,
        "batch-bytes": 40_000,
        "connections": 2,
    }
    # some 30 batches over two connections, each a quarter of a second slow: more than one call has time for
    aws.rehearsal(
        "POST", "faults", kind="delay", service="sagemaker", operation="InvokeEndpoint", seconds=0.25, count=None
    )
    short = _run(aws, bucket, role, unique("short"), given, TIMEOUT_SECONDS, tmp_path)
    aws.rehearsal("DELETE", "faults")
    long = _run(aws, bucket, role, unique("long"), given, 120, tmp_path)
    assert short["Rows"] == long["Rows"] == str(ROWS)
    assert float(short["rmse"]) == pytest.approx(float(long["rmse"]), rel=1e-12)
    assert int(short["calls"]) > 1


def _role(aws: EmbeddedAws, name: str) -> str:
    services = ["lambda.amazonaws.com", "codepipeline.amazonaws.com", "sagemaker.amazonaws.com"]
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": services}, "Action": "sts:AssumeRole"}],
    }
    iam = aws.client("iam")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_role_policy(RoleName=name, PolicyName="All", PolicyDocument=json.dumps(everything))
    return str(arn)


def _endpoint(aws: EmbeddedAws, bucket: str, role: str, name: str) -> str:
    sagemaker = aws.client("sagemaker")
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/train/"}}
    sagemaker.create_training_job(
        TrainingJobName=name,
        HyperParameters={"num_round": "5"},
        AlgorithmSpecification={"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        RoleArn=role,
        InputDataConfig=[{"ChannelName": "train", "ContentType": "text/csv", "DataSource": source}],
        OutputDataConfig={"S3OutputPath": f"s3://{bucket}/models"},
        ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
        StoppingCondition={"MaxRuntimeInSeconds": 600},
    )
    sagemaker.get_waiter("training_job_completed_or_stopped").wait(TrainingJobName=name, WaiterConfig={"Delay": 1})
    url = sagemaker.describe_training_job(TrainingJobName=name)["ModelArtifacts"]["S3ModelArtifacts"]
    sagemaker.create_model(
        ModelName=name, PrimaryContainer={"Image": IMAGE, "ModelDataUrl": url}, ExecutionRoleArn=role
    )
    variant = {"VariantName": "AllTraffic", "ModelName": name, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=name, WaiterConfig={"Delay": 1})
    return name


def _run(
    aws: EmbeddedAws, bucket: str, role: str, name: str, given: dict[str, Any], seconds: int, folder: Path
) -> dict[str, str]:
    """One pipeline with one evaluation; its output variables, and how many calls it took."""
    code = next(
        path for path in packaging.build(folder, project.find().functions) if "Evaluate" in path.name
    ).read_bytes()
    aws.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role,
        Handler="evaluate_model.lambda_handler",
        Code={"ZipFile": code},
        Timeout=seconds,
        MemorySize=256,
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("model.json", "{}")
    aws.client("s3").put_object(Bucket=bucket, Key="config.zip", Body=buffer.getvalue())
    codepipeline = aws.client("codepipeline")
    codepipeline.create_pipeline(pipeline=_pipeline(name, bucket, role, given))

    def is_over() -> bool:
        summaries = codepipeline.list_pipeline_executions(pipelineName=name)["pipelineExecutionSummaries"]
        return bool(summaries) and summaries[0]["status"] != "InProgress"

    wait_until(is_over, "the evaluation ends", seconds=300)
    details = codepipeline.list_action_executions(pipelineName=name)["actionExecutionDetails"]
    action = next(each for each in details if each["actionName"] == "Evaluate")
    assert action["status"] == "Succeeded", action["output"]
    pages = (
        aws.client("logs")
        .get_paginator("filter_log_events")
        .paginate(logGroupName=f"/aws/lambda/{name}", filterPattern='"REPORT RequestId"')
    )
    calls = sum(len(page["events"]) for page in pages)
    return {**action["output"]["outputVariables"], "calls": str(calls)}


def _pipeline(name: str, bucket: str, role: str, given: dict[str, Any]) -> dict[str, Any]:
    source = {"category": "Source", "owner": "AWS", "provider": "S3", "version": "1"}
    invoke = {"category": "Invoke", "owner": "AWS", "provider": "Lambda", "version": "1"}
    fetch = {"S3Bucket": bucket, "S3ObjectKey": "config.zip", "PollForSourceChanges": "false"}
    evaluate = {"FunctionName": name, "UserParameters": json.dumps(given)}
    inputs = [{"name": "Config"}]
    first = {"name": "Config", "actionTypeId": source, "configuration": fetch, "outputArtifacts": inputs}
    second = {
        "name": "Evaluate",
        "namespace": "E",
        "actionTypeId": invoke,
        "configuration": evaluate,
        "inputArtifacts": inputs,
    }
    stages = [{"name": "Source", "actions": [first]}, {"name": "Test", "actions": [second]}]
    return {"name": name, "roleArn": role, "artifactStore": {"type": "S3", "location": bucket}, "stages": stages}
