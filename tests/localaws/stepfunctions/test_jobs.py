"""Tasks that wait for jobs of SageMaker and builds of CodeBuild, with the machine's role."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.localaws.codebuild.conftest import make_project
from tests.localaws.inboxes import make_role
from tests.localaws.sagemaker.job_data import TRAIN, csv
from tests.localaws.sagemaker.training.conftest import IMAGE
from tests.localaws.stepfunctions.conftest import RULES, history
from tests.localaws.waiting import wait_until

_OF_TRAINING = ("sagemaker:CreateTrainingJob", "sagemaker:DescribeTrainingJob", "sagemaker:StopTrainingJob")
_OF_BUILDS = ("codebuild:StartBuild", "codebuild:BatchGetBuilds", "codebuild:StopBuild")


@pytest.fixture
def request_of_a_job(aws: Any, unique: Callable[[str], str]) -> dict[str, Any]:
    """Parameters of createTrainingJob, for a job that ends well."""
    bucket, s3 = unique("jobs"), aws.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="train/train.csv", Body=csv(TRAIN))
    role = make_role(aws, unique("job"), ("sagemaker",), "s3:*", "logs:*", "ecr:*", "cloudwatch:PutMetricData")
    source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/train/"}
    return {
        "TrainingJobName": unique("job"),
        "RoleArn": role,
        "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        "HyperParameters": {"num_round": "3", "objective": "reg:squarederror"},
        "InputDataConfig": [
            {"ChannelName": "train", "ContentType": "text/csv", "DataSource": {"S3DataSource": source}}
        ],
        "OutputDataConfig": {"S3OutputPath": f"s3://{bucket}/models"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
    }


def _task(parameters: dict[str, Any]) -> dict[str, Any]:
    return {"Resource": "arn:aws:states:::sagemaker:createTrainingJob.sync", "Parameters": parameters}


def test_a_training_job_is_waited_for(run: Any, request_of_a_job: dict[str, Any]) -> None:
    done = run(_task(request_of_a_job), "iam:PassRole", *_OF_TRAINING, *RULES)
    assert done["status"] == "SUCCEEDED", done
    job = json.loads(done["output"])
    assert job["TrainingJobStatus"] == "Completed"
    assert job["ModelArtifacts"]["S3ModelArtifacts"].endswith("model.tar.gz")
    assert job["HyperParameters"] == request_of_a_job["HyperParameters"]
    assert isinstance(job["TrainingStartTime"], int)


def test_a_job_that_fails_fails_the_task_with_its_description(run: Any, request_of_a_job: dict[str, Any]) -> None:
    request_of_a_job["HyperParameters"]["objective"] = "no:such"
    done = run(_task(request_of_a_job), "iam:PassRole", *_OF_TRAINING, *RULES)
    assert (done["status"], done["error"]) == ("FAILED", "States.TaskFailed")
    cause = json.loads(done["cause"])
    assert cause["TrainingJobStatus"] == "Failed"
    assert cause["FailureReason"]


def test_a_request_that_sagemaker_refuses(aws: Any, run: Any, request_of_a_job: dict[str, Any]) -> None:
    request_of_a_job["ResourceConfig"]["InstanceCount"] = 0
    done = run(_task(request_of_a_job), "iam:PassRole", *_OF_TRAINING, *RULES)
    assert done["error"] == "SageMaker.AmazonSageMakerException"
    assert "(Service: AmazonSageMaker; Status Code: 400; Error Code: ValidationException;" in done["cause"]
    assert [event["type"] for event in history(aws, done["executionArn"])][-2:] == ["TaskFailed", "ExecutionFailed"]


def test_a_role_without_the_right_to_describe_cannot_wait(run: Any, request_of_a_job: dict[str, Any]) -> None:
    done = run(_task(request_of_a_job), "iam:PassRole", "sagemaker:CreateTrainingJob", *RULES)
    assert done["status"] == "FAILED"
    assert "sagemaker:DescribeTrainingJob" in done["cause"]


def test_a_job_ends_with_its_execution(aws: Any, start: Any, request_of_a_job: dict[str, Any]) -> None:
    request_of_a_job["HyperParameters"]["num_round"] = "1000000"
    task = {"Type": "Task", "End": True, **_task(request_of_a_job)}
    arn = start({"Do": task}, "iam:PassRole", *_OF_TRAINING, *RULES)
    wait_until(lambda: history(aws, arn)[-1]["type"] == "TaskSubmitted")
    aws.client("stepfunctions").stop_execution(executionArn=arn)
    sagemaker, name = aws.client("sagemaker"), request_of_a_job["TrainingJobName"]
    wait_until(lambda: sagemaker.describe_training_job(TrainingJobName=name)["TrainingJobStatus"] == "Stopped")


@pytest.mark.parametrize(("command", "status"), [("true", "SUCCEEDED"), ("false", "FAILED")])
def test_a_build_is_waited_for(aws: Any, unique: Any, run: Any, command: str, status: str) -> None:
    name = unique(f"build-{command}")
    role = make_role(aws, name, ("codebuild",), "logs:*")
    make_project(aws, name, role, f"version: 0.2\nphases:\n  build:\n    commands: ['{command}']\n")
    task = {"Resource": "arn:aws:states:::codebuild:startBuild.sync", "Parameters": {"ProjectName": name}}
    done = run(task, *_OF_BUILDS, *RULES)
    assert done["status"] == status, done
    if status == "SUCCEEDED":
        assert json.loads(done["output"])["Build"]["BuildStatus"] == "SUCCEEDED"
    else:
        assert (done["error"], json.loads(done["cause"])["BuildStatus"]) == ("States.TaskFailed", "FAILED")
