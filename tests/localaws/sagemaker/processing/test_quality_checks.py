"""The monitor's analyzer image in processing jobs: baselines and checks through boto3, as both SDKs' monitors ask for
them."""

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localaws.waiting import wait_until

IMAGE = "156813124566.dkr.ecr.us-east-1.amazonaws.com/sagemaker-model-monitor-analyzer"
NUMBERS = itertools.count(1)
CSV = json.dumps({"csv": {"header": True}})
BASELINE = "x,colour\n" + "".join(f"{number},{'red' if number % 2 else 'blue'}\n" for number in range(200))
DRIFTED = "x,colour\n" + "".join(f"{number + 150},green\n" for number in range(200))


@dataclass(frozen=True)
class Checks:
    """Check jobs as a user starts and reads them."""

    aws: Any
    role: str
    bucket: str
    unique: Callable[[str], str]

    @property
    def prefix(self) -> str:
        return self.unique("checks")

    def put(self, key: str, text: str) -> str:
        self.aws.client("s3").put_object(Bucket=self.bucket, Key=f"{self.prefix}/{key}", Body=text.encode())
        return f"s3://{self.bucket}/{self.prefix}/{key}"

    def run(self, data: str, environment: dict[str, str], inputs: dict[str, str], **more: Any) -> dict[str, Any]:
        """The job, ended; ``inputs`` are further inputs by their folder below /opt/ml/processing."""
        name = f"{self.unique('check')}-{next(NUMBERS)}"
        folders = {"input/baseline_dataset_input": data, **inputs}
        self.aws.client("sagemaker").create_processing_job(
            ProcessingJobName=name,
            RoleArn=self.role,
            AppSpecification={"ImageUri": IMAGE, **more.pop("specification", {})},
            Environment={
                "dataset_source": "/opt/ml/processing/input/baseline_dataset_input",
                "output_path": "/opt/ml/processing/output",
                "publish_cloudwatch_metrics": "Disabled",
                **environment,
            },
            ProcessingInputs=[
                {
                    "InputName": folder.rpartition("/")[2],
                    "S3Input": {
                        "S3Uri": uri,
                        "LocalPath": f"/opt/ml/processing/{folder}",
                        "S3DataType": "S3Prefix",
                        "S3InputMode": "File",
                    },
                }
                for folder, uri in folders.items()
            ],
            ProcessingOutputConfig={
                "Outputs": [
                    {
                        "OutputName": "monitoring_output",
                        "S3Output": {
                            "S3Uri": f"s3://{self.bucket}/{self.prefix}/{name}",
                            "LocalPath": "/opt/ml/processing/output",
                            "S3UploadMode": "EndOfJob",
                        },
                    }
                ]
            },
            ProcessingResources={
                "ClusterConfig": {
                    "InstanceCount": more.pop("instances", 1),
                    "InstanceType": "ml.m5.large",
                    "VolumeSizeInGB": 20,
                }
            },
        )

        def ended() -> Any:
            job = self.aws.client("sagemaker").describe_processing_job(ProcessingJobName=name)
            return job if job["ProcessingJobStatus"] in ("Completed", "Failed") else None

        return wait_until(ended, f"{name} ends")

    def result(self, job: dict[str, Any], file: str) -> Any:
        key = f"{self.prefix}/{job['ProcessingJobName']}/{file}"
        return json.loads(self.aws.client("s3").get_object(Bucket=self.bucket, Key=key)["Body"].read())

    def output(self, job: dict[str, Any]) -> str:
        return f"s3://{self.bucket}/{self.prefix}/{job['ProcessingJobName']}"


@pytest.fixture
def checks(aws, job_role, data, unique) -> Checks:
    return Checks(aws, job_role, data, unique)


def test_a_baseline_and_a_check_against_it(checks) -> None:
    before = checks.run(checks.put("train/train.csv", BASELINE), {"dataset_format": CSV}, {})
    assert before["ProcessingJobStatus"] == "Completed", before
    assert before["ExitMessage"] == "Completed: Job completed successfully with no violations."
    assert checks.result(before, "statistics.json")["dataset"] == {"item_count": 200}
    environment = {
        "dataset_format": CSV,
        "baseline_constraints": "/opt/ml/processing/baseline/constraints.json",
        "baseline_statistics": "/opt/ml/processing/baseline/statistics.json",
    }
    after = checks.run(checks.put("new/new.csv", DRIFTED), environment, {"baseline": checks.output(before)})
    assert after["ProcessingJobStatus"] == "Completed", after
    assert after["ExitMessage"] == "CompletedWithViolations: Job completed successfully with 3 violations."
    found = checks.result(after, "constraint_violations.json")["violations"]
    assert [(each["feature_name"], each["constraint_check_type"]) for each in found] == [
        ("x", "baseline_drift_check"),
        ("colour", "categorical_values_check"),
        ("colour", "baseline_drift_check"),
    ]


def test_the_quality_of_a_model(checks) -> None:
    rows = "label,prediction\n" + "".join(f"{number},{number + 0.25}\n" for number in range(10))
    environment = {
        "dataset_format": CSV,
        "analysis_type": "MODEL_QUALITY",
        "problem_type": "Regression",
        "ground_truth_attribute": "label",
        "inference_attribute": "prediction",
    }
    job = checks.run(checks.put("scored/rows.csv", rows), environment, {})
    assert job["ProcessingJobStatus"] == "Completed", job
    assert checks.result(job, "statistics.json")["regression_metrics"]["mae"]["value"] == 0.25
    assert checks.result(job, "constraints.json")["regression_constraints"]["mae"] == {
        "threshold": 0.25,
        "comparison_operator": "GreaterThanThreshold",
    }


def test_a_check_that_cannot_be_made_fails_with_an_exit_message(checks) -> None:
    job = checks.run(checks.put("odd/rows.csv", BASELINE), {"dataset_format": '{"orc": {}}'}, {})
    assert job["ProcessingJobStatus"] == "Failed"
    assert job["ExitMessage"].startswith("Error: dataset_format 'orc' is not read here")
    script = {"dataset_format": CSV, "record_preprocessor_script": "/opt/ml/processing/code/preprocess.py"}
    job = checks.run(checks.put("odd/rows.csv", BASELINE), script, {})
    assert "record_preprocessor_script" in job["ExitMessage"]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"specification": {"ContainerEntrypoint": ["python3", "x.py"]}}, "runs its own program"),
        ({"instances": 2}, "checks on one instance"),
    ],
)
def test_what_the_image_does_not_do_here_is_refused(checks, more, told) -> None:
    with pytest.raises(ClientError, match=told):
        checks.run(checks.put("train/train.csv", BASELINE), {"dataset_format": CSV}, {}, **more)
