"""What tests of training share: data in S3, a role for jobs, and a way to run one."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.localaws.waiting import wait_until

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0"
FINISHED = ("Completed", "Failed", "Stopped")
EVENTS_OF_AN_ANSWER = 10_000
SECONDS_TO_FINISH = 120


_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Training:
    """Training jobs as a user starts and watches them."""

    aws: Any
    role: str
    bucket: str
    unique: Callable[[str], str]

    @property
    def sagemaker(self) -> Any:
        return self.aws.client("sagemaker")

    def channel(self, name: str, key: str | None = None, **more: Any) -> dict[str, Any]:
        source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{self.bucket}/{key or name + '/'}"}
        return {"ChannelName": name, "ContentType": "text/csv", "DataSource": {"S3DataSource": source}, **more}

    def start(self, hyperparameters: dict[str, str] | None = None, **more: Any) -> str:
        """Create a job on both channels; gives its name."""
        request = {
            "TrainingJobName": f"{self.unique('job')}-{next(_NUMBERS)}",
            "RoleArn": self.role,
            "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
            "HyperParameters": {"num_round": "5", "objective": "reg:squarederror", **(hyperparameters or {})},
            "InputDataConfig": [self.channel("train"), self.channel("validation")],
            "OutputDataConfig": {"S3OutputPath": f"s3://{self.bucket}/models"},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
            "StoppingCondition": {"MaxRuntimeInSeconds": 600},
            **more,
        }
        self.sagemaker.create_training_job(**request)
        return request["TrainingJobName"]

    def wait(self, name: str, *statuses: str, phase: str | None = None) -> dict[str, Any]:
        """Wait for a status (or a secondary status) and give the description."""

        def there() -> dict[str, Any] | None:
            job: dict[str, Any] = self.sagemaker.describe_training_job(TrainingJobName=name)
            is_there = job["SecondaryStatus"] == phase or job["TrainingJobStatus"] in (statuses or FINISHED)
            return job if is_there else None

        return wait_until(there, lambda: f"{name} gets there; its log: {self.log(name)}", seconds=SECONDS_TO_FINISH)

    def run(self, hyperparameters: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
        """Create a job and wait for its end."""
        return self.wait(self.start(hyperparameters, **more))

    def log(self, name: str) -> list[str]:
        """All log lines of a job so far."""
        return [*self.lines(name)]

    def lines(self, name: str) -> Iterator[str]:
        """The same one by one, from the first on: a job that trains without end writes more than an answer of the
        service holds."""
        logs, group = self.aws.client("logs"), "/aws/sagemaker/TrainingJobs"
        streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=f"{name}/")["logStreams"]
        for stream in streams:
            asked = {"logGroupName": group, "logStreamName": stream["logStreamName"], "startFromHead": True}
            is_last = False
            while not is_last:
                page = logs.get_log_events(**asked)
                yield from (event["message"] for event in page["events"])
                is_last = len(page["events"]) < EVENTS_OF_AN_ANSWER  # what is written meanwhile is not waited for
                asked["nextToken"] = page["nextForwardToken"]

    def body(self, uri: str) -> bytes:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        return self.aws.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()


@pytest.fixture
def training(aws, job_role, data, unique) -> Training:
    return Training(aws, job_role, data, unique)
