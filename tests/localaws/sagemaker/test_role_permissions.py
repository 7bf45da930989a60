"""What SageMaker does as the job's or the model's role needs that role's permission: image, metrics, logs."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.localaws.sagemaker.conftest import IMAGE
from tests.localaws.sagemaker.job_data import RUNNING
from tests.localaws.sagemaker.training.conftest import Training, training

__all__ = ["training"]  # a fixture

DATA = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"], "Resource": "*"}
REPOSITORY = "arn:aws:ecr:us-east-1:683313688378:repository/sagemaker-xgboost"


def without(action: str) -> list[dict[str, Any]]:
    """The usual statements without one action."""
    left = ({**each, "Action": [name for name in each["Action"] if name != action]} for each in [DATA, *RUNNING])
    return [each for each in left if each["Action"]]


@pytest.fixture
def role_with(aws: Any, unique: Callable[[str], str]) -> Callable[..., str]:
    def make(statements: list[dict[str, Any]]) -> str:
        name, iam = unique("sagemaker"), aws.client("iam")
        trust = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document([trust]))["Role"]["Arn"]
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document(statements))
        return str(arn)

    return make


def document(statements: list[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


@pytest.fixture
def training_as(aws: Any, data: str, unique: Callable[[str], str], role_with: Callable[..., str]) -> Callable[..., Any]:
    """Jobs of a role with these statements."""
    return lambda statements: Training(aws, role_with(statements), data, unique)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("ecr:GetAuthorizationToken", "*"),
        ("ecr:BatchCheckLayerAvailability", REPOSITORY),
        ("ecr:GetDownloadUrlForLayer", REPOSITORY),
        ("ecr:BatchGetImage", REPOSITORY),
    ],
)
def test_a_job_whose_role_cannot_pull_the_image_fails(training_as, action: str, resource: str) -> None:
    job = training_as(without(action)).run()
    assert job["TrainingJobStatus"] == "Failed"
    assert job["FailureReason"].startswith("ClientError: Cannot pull algorithm container.")
    assert f"is not authorized to perform: {action} on resource: {resource}" in job["FailureReason"]


def test_an_endpoint_whose_role_cannot_pull_the_image_fails(hosting, role_with) -> None:
    arn = role_with(without("ecr:BatchGetImage"))
    hosting.role = arn
    name = hosting.unique("endpoint")
    hosting.made.append(name)
    config = hosting.config(hosting.variant(hosting.model()))
    hosting.client.create_endpoint(EndpointName=name, EndpointConfigName=config)
    found = hosting.settled(name)
    assert found["EndpointStatus"] == "Failed"
    assert found["FailureReason"] == (
        f"The role '{arn}' does not have BatchGetImage permission for the image: '{IMAGE}'."
    )


def test_a_job_whose_role_cannot_put_metrics_completes_without_them(training_as, aws) -> None:
    job = training_as(without("cloudwatch:PutMetricData")).run()
    assert job["TrainingJobStatus"] == "Completed"
    assert metrics(aws, job["TrainingJobName"]) == []


def test_metrics_are_asked_for_by_their_namespace(training_as, aws) -> None:
    condition = {"StringEquals": {"cloudwatch:namespace": "/aws/sagemaker/TrainingJobs"}}
    put = {"Effect": "Allow", "Action": "cloudwatch:PutMetricData", "Resource": "*", "Condition": condition}
    job = training_as([*without("cloudwatch:PutMetricData"), put]).run()
    assert metrics(aws, job["TrainingJobName"])


def metrics(aws: Any, job_name: str) -> list[Any]:
    dimensions = [{"Name": "TrainingJobName", "Value": job_name}]
    found = aws.client("cloudwatch").list_metrics(Namespace="/aws/sagemaker/TrainingJobs", Dimensions=dimensions)
    return list(found["Metrics"])


@pytest.mark.parametrize("action", ["logs:CreateLogStream", "logs:PutLogEvents"])
def test_a_job_whose_role_cannot_write_logs_completes_without_them(training_as, training, action: str) -> None:
    training.run()  # the log group is there from now on
    silent = training_as(without(action))
    job = silent.run()
    assert job["TrainingJobStatus"] == "Completed"
    assert silent.log(job["TrainingJobName"]) == []
