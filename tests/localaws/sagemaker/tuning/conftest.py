"""What tests of tuning share: tuning jobs as a user starts and watches them, on the data and with the role of training
tests."""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.localaws.sagemaker.training.conftest import IMAGE, Training

OVER = ("Completed", "Failed", "Stopped")
SECONDS_TO_FINISH = 240
_NUMBERS = itertools.count(1)
ETA = {"Name": "eta", "MinValue": "0.05", "MaxValue": "0.5"}
DEPTH = {"Name": "max_depth", "MinValue": "1", "MaxValue": "6"}


def ranges(continuous: Any = (), integer: Any = (), **categorical: list[str]) -> dict[str, Any]:
    """The member ParameterRanges."""
    return {
        "ContinuousParameterRanges": list(continuous),
        "IntegerParameterRanges": list(integer),
        "CategoricalParameterRanges": [{"Name": name, "Values": values} for name, values in categorical.items()],
    }


RANGES = ranges([ETA], [DEPTH])


@dataclass(frozen=True)
class Tuning:
    """Tuning jobs of names of their own."""

    training: Training

    @property
    def sagemaker(self) -> Any:
        return self.training.sagemaker

    def definition(self, static: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
        return {
            "RoleArn": self.training.role,
            "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
            "StaticHyperParameters": {"num_round": "3", "objective": "reg:squarederror", **(static or {})},
            "InputDataConfig": [self.training.channel("train"), self.training.channel("validation")],
            "OutputDataConfig": {"S3OutputPath": f"s3://{self.training.bucket}/tuned"},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
            "StoppingCondition": {"MaxRuntimeInSeconds": 600},
            **more,
        }

    def config(self, strategy: str = "Random", most: int | None = 3, parallel: int = 2, **more: Any) -> dict[str, Any]:
        limits: dict[str, Any] = {"MaxParallelTrainingJobs": parallel}
        if most is not None:
            limits["MaxNumberOfTrainingJobs"] = most
        return {
            "Strategy": strategy,
            "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "validation:rmse"},
            "ResourceLimits": limits,
            "ParameterRanges": RANGES,
            **more,
        }

    def start(self, config: dict[str, Any] | None = None, definition: Any = None, **more: Any) -> str:
        """Create a tuning job; gives its name."""
        name = f"{self.training.unique('tune')}-{next(_NUMBERS)}"
        request = {
            "HyperParameterTuningJobName": name,
            "HyperParameterTuningJobConfig": config or self.config(),
            "TrainingJobDefinition": definition or self.definition(),
            **more,
        }
        self.sagemaker.create_hyper_parameter_tuning_job(
            **{member: value for member, value in request.items() if value is not None}
        )
        return str(request["HyperParameterTuningJobName"])

    def describe(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
        return found

    def until(self, name: str, holds: Callable[[dict[str, Any]], Any], what: str) -> dict[str, Any]:
        """Wait for a description of which something holds."""
        deadline = time.monotonic() + SECONDS_TO_FINISH
        while time.monotonic() < deadline:
            job = self.describe(name)
            if holds(job):
                return job
            time.sleep(0.02)
        raise AssertionError(f"not within {SECONDS_TO_FINISH} s: {what}; {job}; {self.trials(name)}")

    def wait(self, name: str) -> dict[str, Any]:
        return self.until(name, lambda job: job["HyperParameterTuningJobStatus"] in OVER, "the job ends")

    def run(self, config: dict[str, Any] | None = None, definition: Any = None, **more: Any) -> dict[str, Any]:
        """Create a tuning job and wait for its end."""
        return self.wait(self.start(config, definition, **more))

    def trials(self, name: str, **asked: Any) -> list[dict[str, Any]]:
        """The training jobs of a tuning job."""
        listed = self.sagemaker.list_training_jobs_for_hyper_parameter_tuning_job
        rows: list[dict[str, Any]] = listed(HyperParameterTuningJobName=name, MaxResults=100, **asked)[
            "TrainingJobSummaries"
        ]
        return rows


@pytest.fixture
def training(aws: Any, job_role: str, data: str, unique: Callable[[str], str]) -> Training:
    return Training(aws, job_role, data, unique)


@pytest.fixture
def tuning(training: Training) -> Tuning:
    return Tuning(training)
