"""Removing a workshop whose endpoint takes ten minutes to come up: it is waited for, by the embedded AWS's clock, and
nothing stays."""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import boto3
import pytest

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.aws.pace import Pace
from rehearsal.toolkit.cleanup.teardown import destroy
from tests.conftest import EmbeddedAws, start_embedded_aws, stop_embedded_aws
from tests.end_to_end.rehearse import rehearse
from tests.localaws.sagemaker.conftest import tar_gz

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
SUFFIX = "slow"
TEN_MINUTES = 600.0
LOADS_SLOWLY = """
import os, time

def model_fn(model_dir):
    while not os.path.exists({file!r}):
        time.sleep(0.1)
    return 1
"""


@dataclass
class Minutes:
    """The time of the one who removes: what they sleep passes on the embedded clock, and after ten minutes the model is
    loaded."""

    aws: EmbeddedAws
    loaded: Path
    passed: float = 0.0
    seen: list[str] = field(default_factory=list)

    def now(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.aws.rehearsal("POST", "clock", seconds=seconds)
        self.passed += seconds
        endpoints = self.aws.client("sagemaker").list_endpoints()["Endpoints"]
        self.seen += [each["EndpointStatus"] for each in endpoints]
        if self.passed >= TEN_MINUTES:
            self.loaded.touch()


@pytest.fixture
def own() -> Iterator[EmbeddedAws]:
    embedded = start_embedded_aws("--continuation-delay", "0.05")
    yield embedded
    stop_embedded_aws(embedded)


def create_slow_endpoint(aws: EmbeddedAws, loaded: Path) -> None:
    """An endpoint of the workshop whose model is loaded when the file is there."""
    s3, sagemaker = aws.client("s3"), aws.client("sagemaker")
    bucket = f"mlops-builtinalgo-model-artifacts-{SUFFIX}"
    script = LOADS_SLOWLY.format(file=str(loaded)).encode()
    s3.put_object(Bucket=bucket, Key="model.tar.gz", Body=tar_gz({"code/inference.py": script}))
    resources = aws.client("cloudformation").describe_stack_resources(StackName=f"mlops-pipeline-{SUFFIX}")
    roles = [
        each["PhysicalResourceId"]
        for each in resources["StackResources"]
        if each["ResourceType"] == "AWS::IAM::Role" and "sagemaker" in each["LogicalResourceId"].lower()
    ]
    role = aws.client("iam").get_role(RoleName=roles[0])["Role"]["Arn"]
    name, tags = f"model-{SUFFIX}-Dev", [{"Key": "mlops:resource-identifier", "Value": SUFFIX}]
    container = {
        "Image": IMAGE,
        "ModelDataUrl": f"s3://{bucket}/model.tar.gz",
        "Environment": {
            "SAGEMAKER_PROGRAM": "inference.py",
            "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
        },
    }
    sagemaker.create_model(ModelName=name, ExecutionRoleArn=role, PrimaryContainer=container, Tags=tags)
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": name,
        "InstanceType": "ml.t2.medium",
        "InitialInstanceCount": 1,
        "ContainerStartupHealthCheckTimeoutInSeconds": 3600,
    }
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant], Tags=tags)
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name, Tags=tags)


def test_it_is_waited_for_and_nothing_stays(own: EmbeddedAws) -> None:
    launched = rehearse("launch", "--suffix", SUFFIX, "--probe", "--yes", "--json", env=own.environment)
    assert launched.exit_code == 0, launched.err
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:  # the one place that functions and models share with others
        Path(folder).chmod(0o755)
        loaded, told = Path(folder, "loaded"), list[object]()
        create_slow_endpoint(own, loaded)
        minutes = Minutes(own, loaded)
        pace = Pace(shortest_seconds=5, longest_seconds=30, now=minutes.now, sleep=minutes.sleep)
        aws = Aws(boto3.Session(**_keys(own)), "us-east-1", own.url)
        result = destroy(aws, Workshop(SUFFIX), told.append, pace)
    assert minutes.passed >= TEN_MINUTES
    assert minutes.seen.count("Creating") > 10
    assert result.remaining == () and result.reasons == {}
    assert any("waiting for endpoint" in repr(each) for each in told), json.dumps([repr(each) for each in told])
    assert own.client("sagemaker").list_endpoints()["Endpoints"] == []
    assert own.client("s3").list_buckets()["Buckets"] == []


def _keys(aws: EmbeddedAws) -> dict[str, str]:
    return {
        "aws_access_key_id": aws.announced.access_key_id,
        "aws_secret_access_key": aws.announced.secret_access_key,
        "region_name": "us-east-1",
    }
