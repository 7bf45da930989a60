"""SageMaker's quotas as a new account has them."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.localaws.sagemaker import quotas
from tests.conftest import start_embedded_aws, stop_embedded_aws
from tests.localaws.sagemaker.job_data import make_role


@pytest.fixture(scope="module")
def new_account() -> Iterator[Any]:
    embedded = start_embedded_aws("--quotas", "aws-new-account")
    yield embedded
    stop_embedded_aws(embedded)


def train(embedded: Any, role: str) -> Any:
    image = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0"
    return embedded.client("sagemaker").create_training_job(
        TrainingJobName="first",
        RoleArn=role,
        AlgorithmSpecification={"TrainingImage": image, "TrainingInputMode": "File"},
        OutputDataConfig={"S3OutputPath": "s3://nowhere/models"},
        ResourceConfig={"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 5},
        StoppingCondition={"MaxRuntimeInSeconds": 600},
    )


def test_a_new_account_trains_only_after_a_request_for_more(new_account: Any) -> None:
    role, name = make_role(new_account), "ml.m5.xlarge for training job usage"
    with pytest.raises(ClientError, match=f"service limit '{name}' is 0 Instances"):
        train(new_account, role)
    new_account.rehearsal("POST", "quotas", **{name: 1})
    assert train(new_account, role)["TrainingJobArn"]


def test_the_published_quotas_name_their_sources_and_the_exact_name_wins() -> None:
    published = json.loads(quotas.PUBLISHED.read_text())
    assert published["sources"]
    assert published["limits"]["ml.t2.medium for endpoint usage"] > published["limits"]["* for endpoint usage"] == 0
