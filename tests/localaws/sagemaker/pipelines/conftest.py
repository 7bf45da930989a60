"""What tests of pipelines share: a role for pipelines, functions that compute, a bucket, and executions that are waited
for."""

import itertools
import json
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.localaws.deploying import zip_of
from tests.localaws.sagemaker.job_data import RUNNING, TRAIN, csv
from tests.localaws.sagemaker.pipelines.definitions import IMAGE, document, processing
from tests.localaws.waiting import wait_until

NUMBERS = itertools.count(1)
OVER = ("Succeeded", "Failed", "Stopped")
TRUSTED = ["sagemaker.amazonaws.com", "lambda.amazonaws.com"]
ALLOWED: list[dict[str, Any]] = [
    {"Effect": "Allow", "Action": ["s3:*", "sqs:SendMessage", "lambda:InvokeFunction"], "Resource": "*"},
    {"Effect": "Allow", "Action": ["sagemaker:Create*", "sagemaker:Describe*", "sagemaker:Stop*"], "Resource": "*"},
    {
        "Effect": "Allow",
        "Action": [
            "sagemaker:AddTags",
            "sagemaker:ListModelPackages",
            "sagemaker:UpdateEndpoint",
            "sagemaker:ListTrainingJobsForHyper*",
        ],
        "Resource": "*",
    },
    {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"},
    {
        "Effect": "Allow",
        "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": "*",
    },
    *RUNNING,
]
DOUBLE = """
def handler(event, context):
    if event.get("wait"):
        import time
        time.sleep(event["wait"])
    if event.get("fail"):
        raise ValueError(event["fail"])
    return {"n": event.get("x", 0) * 2, "words": ["a", 1], "whole": event}
"""


def make_role(aws: Any, name: str, statements: list[dict[str, Any]]) -> str:
    iam = aws.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": TRUSTED}, "Action": "sts:AssumeRole"}
    made = iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )
    policy = {"Version": "2012-10-17", "Statement": statements}
    iam.put_role_policy(RoleName=name, PolicyName="Allowed", PolicyDocument=json.dumps(policy))
    return made["Role"]["Arn"]


@pytest.fixture(scope="session")
def pipeline_role(aws: Any) -> str:
    """A role that may do all that steps do."""
    return make_role(aws, "pipelines-under-test", ALLOWED)


@pytest.fixture(scope="session")
def double(aws: Any, pipeline_role: str) -> str:
    """The ARN of a function that gives ``n``, twice the ``x`` of its event; it waits and fails when told to."""
    made = aws.client("lambda").create_function(
        FunctionName="double-under-test",
        Runtime="python3.12",
        Role=pipeline_role,
        Handler="app.handler",
        Code={"ZipFile": zip_of({"app.py": DOUBLE})},
        Timeout=60,
    )
    return made["FunctionArn"]


@pytest.fixture(scope="session")
def pipeline_data(aws: Any) -> str:
    """A bucket with ``train/train.csv``."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="pipelines-under-test")
    s3.put_object(Bucket="pipelines-under-test", Key="train/train.csv", Body=csv(TRAIN))
    return "pipelines-under-test"


@dataclass
class Lab:
    """Makes and runs pipelines of names of its own."""

    aws: Any
    role: str
    bucket: str
    names: Callable[[str], str]
    made: list[str] = field(default_factory=list)

    @property
    def sagemaker(self) -> Any:
        return self.aws.client("sagemaker")

    def create(self, *steps: Any, parameters: Any = (), root: dict[str, Any] | None = None, **members: Any) -> str:
        """A pipeline; gives its name."""
        name = f"{self.names('pipeline')}-{next(NUMBERS)}"
        given = {"PipelineName": name, "RoleArn": self.role, **members}
        whole = document(*steps, parameters=parameters, **(root or {}))
        if "PipelineDefinitionS3Location" not in given:
            given["PipelineDefinition"] = json.dumps(whole)
        self.sagemaker.create_pipeline(**given)
        self.made.append(name)
        return name

    def start(self, name: str, parameters: dict[str, str] | None = None, **members: Any) -> str:
        """Start an execution; gives its ARN."""
        given = [{"Name": key, "Value": value} for key, value in (parameters or {}).items()]
        answer = self.sagemaker.start_pipeline_execution(PipelineName=name, PipelineParameters=given, **members)
        return answer["PipelineExecutionArn"]

    def ended(self, arn: str, seconds: float = 180) -> dict[str, Any]:
        """The description of an execution that is over."""

        def over() -> Any:
            found = self.sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
            return found if found["PipelineExecutionStatus"] in OVER else None

        return wait_until(over, seconds=seconds)

    def run(self, name: str, parameters: dict[str, str] | None = None, **members: Any) -> dict[str, Any]:
        return self.ended(self.start(name, parameters, **members))

    def steps(self, arn: str) -> dict[str, dict[str, Any]]:
        """The steps that began, by name."""
        listed = self.sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn, SortOrder="Ascending")
        return {each["StepName"]: each for each in listed["PipelineExecutionSteps"]}

    def step(self, arn: str, name: str) -> dict[str, Any]:
        return self.steps(arn)[name]

    def script(self, name: str, source: str, arguments: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """A Processing step that runs a script."""
        key = f"code/{self.names(name)}-{next(NUMBERS)}/s.py"
        self.aws.client("s3").put_object(Bucket=self.bucket, Key=key, Body=textwrap.dedent(source).encode())
        code = {
            "InputName": "code",
            "S3Input": {
                "S3Uri": f"s3://{self.bucket}/{key}",
                "LocalPath": "/opt/ml/processing/input/code",
                "S3DataType": "S3Prefix",
                "S3InputMode": "File",
            },
        }
        given = {"RoleArn": self.role, **(arguments or {})}
        given["ProcessingInputs"] = [*given.get("ProcessingInputs", ()), code]
        return processing(name, given, **more)

    def output(self, name: str, place: Any) -> dict[str, Any]:
        """One output of a Processing step, from its folder of the same name."""
        target = {"S3Uri": place, "LocalPath": f"/opt/ml/processing/{name}", "S3UploadMode": "EndOfJob"}
        return {"OutputName": name, "S3Output": target}

    def source(self, name: str, place: Any) -> dict[str, Any]:
        """One input of a Processing step, into a folder of the same name."""
        target = {
            "S3Uri": place,
            "LocalPath": f"/opt/ml/processing/{name}",
            "S3DataType": "S3Prefix",
            "S3InputMode": "File",
        }
        return {"InputName": name, "S3Input": target}


@pytest.fixture
def lab(aws: Any, pipeline_role: str, pipeline_data: str, unique: Callable[[str], str]) -> Lab:
    return Lab(aws, pipeline_role, pipeline_data, unique)


__all__ = ["IMAGE"]
