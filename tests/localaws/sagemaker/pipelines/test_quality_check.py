"""QualityCheck steps: baselines supplied or of the registry, violations, and what other steps may refer to."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localaws.sagemaker.pipelines.conftest import Lab
from tests.localaws.sagemaker.pipelines.definitions import function, get, parameter, step

IMAGE = "156813124566.dkr.ecr.us-east-1.amazonaws.com/sagemaker-model-monitor-analyzer"
ROWS = "x,colour\n" + "".join(f"{number},{'red' if number % 2 else 'blue'}\n" for number in range(100))
DRIFTED = "x,colour\n" + "".join(f"{number + 90},red\n" for number in range(100))


class Quality:
    """Data sets, and check steps over them."""

    def __init__(self, lab: Lab, folder: str) -> None:
        self.lab, self.folder = lab, folder
        self.put("good/rows.csv", ROWS)
        self.put("bad/rows.csv", DRIFTED)

    def put(self, key: str, text: str) -> None:
        self.lab.aws.client("s3").put_object(Bucket=self.lab.bucket, Key=f"{self.folder}/{key}", Body=text.encode())

    def uri(self, key: str) -> str:
        return f"s3://{self.lab.bucket}/{self.folder}/{key}"

    def step(self, data: Any, output: str, **members: Any) -> dict[str, Any]:
        """As SDK v2 writes it, nulls included."""
        arguments = {
            "AppSpecification": {"ImageUri": IMAGE},
            "Environment": {
                "dataset_format": json.dumps({"csv": {"header": True}}),
                "dataset_source": "/opt/ml/processing/input/baseline_dataset_input",
                "output_path": "/opt/ml/processing/output",
                "publish_cloudwatch_metrics": "Disabled",
            },
            "ProcessingInputs": [
                {
                    "InputName": "baseline_dataset_input",
                    "AppManaged": False,
                    "S3Input": {
                        "S3Uri": data,
                        "LocalPath": "/opt/ml/processing/input/baseline_dataset_input",
                        "S3DataType": "S3Prefix",
                        "S3InputMode": "File",
                        "S3DataDistributionType": "FullyReplicated",
                        "S3CompressionType": "None",
                    },
                }
            ],
            "ProcessingOutputConfig": {
                "Outputs": [
                    {
                        "OutputName": "quality_check_output",
                        "AppManaged": False,
                        "S3Output": {
                            "S3Uri": self.uri(output),
                            "LocalPath": "/opt/ml/processing/output",
                            "S3UploadMode": "EndOfJob",
                        },
                    }
                ]
            },
            "ProcessingResources": {
                "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.xlarge", "VolumeSizeInGB": 20}
            },
            "RoleArn": self.lab.role,
        }
        settings = {
            "CheckType": "DATA_QUALITY",
            "ModelPackageGroupName": None,
            "SkipCheck": False,
            "FailOnViolation": True,
            "RegisterNewBaseline": False,
            "SuppliedBaselineStatistics": None,
            "SuppliedBaselineConstraints": None,
        }
        return step("Check", "QualityCheck", arguments, **{**settings, **members})

    def run(self, *steps: Any, **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The execution and its step Check, over."""
        execution = self.lab.run(self.lab.create(*steps, **more))
        return execution, self.lab.step(execution["PipelineExecutionArn"], "Check")

    def approve(self, group: str, baseline: str) -> None:
        """An approved package of the group, with the files of an earlier check."""
        sagemaker = self.lab.sagemaker
        sagemaker.create_model_package_group(ModelPackageGroupName=group)
        files = {
            name: {"S3Uri": self.uri(f"{baseline}/{name.lower()}.json"), "ContentType": "application/json"}
            for name in ("Statistics", "Constraints")
        }
        sagemaker.create_model_package(
            ModelPackageGroupName=group,
            ModelApprovalStatus="Approved",
            DriftCheckBaselines={"ModelDataQuality": files},
        )


@pytest.fixture
def quality(lab: Lab, unique: Any) -> Quality:
    return Quality(lab, unique("quality"))


def test_a_first_run_skips_the_check_and_registers_its_baseline(quality) -> None:
    told = get("Steps.Check.BaselineUsedForDriftCheckStatistics")
    check = quality.step(quality.uri("good"), "first", SkipCheck=True, RegisterNewBaseline=True)
    execution, found = quality.run(check, step("Fail", "Fail", {"ErrorMessage": told}))
    assert found["StepStatus"] == "Succeeded", found
    assert found["Metadata"]["QualityCheck"] == {
        "CheckType": "DATA_QUALITY",
        "CheckJobArn": found["Metadata"]["QualityCheck"]["CheckJobArn"],
        "SkipCheck": True,
        "RegisterNewBaseline": True,
        "CalculatedBaselineConstraints": quality.uri("first/constraints.json"),
        "CalculatedBaselineStatistics": quality.uri("first/statistics.json"),
        "BaselineUsedForDriftCheckConstraints": quality.uri("first/constraints.json"),
        "BaselineUsedForDriftCheckStatistics": quality.uri("first/statistics.json"),
    }
    failed = quality.lab.step(execution["PipelineExecutionArn"], "Fail")
    assert failed["FailureReason"] == quality.uri("first/statistics.json")


def test_drift_from_the_baseline_of_the_newest_approved_package_fails_the_step(quality, unique) -> None:
    group = unique("group")
    first = quality.step(quality.uri("good"), "first", SkipCheck=True)
    quality.run(first)
    quality.approve(group, "first")
    execution, good = quality.run(quality.step(quality.uri("good"), "second", ModelPackageGroupName=group))
    assert (execution["PipelineExecutionStatus"], good["StepStatus"]) == ("Succeeded", "Succeeded"), good
    told = good["Metadata"]["QualityCheck"]
    assert told["BaselineUsedForDriftCheckConstraints"] == quality.uri("first/constraints.json")
    assert told["CalculatedBaselineConstraints"] == quality.uri("second/constraints.json")
    assert "ViolationReport" not in told
    _, bad = quality.run(quality.step(quality.uri("bad"), "third", ModelPackageGroupName=group))
    assert bad["StepStatus"] == "Failed"
    assert "found 2 violations" in bad["FailureReason"]
    assert bad["Metadata"]["QualityCheck"]["ViolationReport"] == quality.uri("third/constraint_violations.json")


def test_a_supplied_baseline_comes_first_and_violations_need_not_fail(quality) -> None:
    quality.run(quality.step(quality.uri("good"), "first", SkipCheck=True))
    flags = [parameter("FailOnIt", "Boolean", False), parameter("Data", "String", quality.uri("bad"))]
    check = quality.step(
        get("Parameters.Data"),
        "second",
        FailOnViolation=get("Parameters.FailOnIt"),
        SuppliedBaselineConstraints=quality.uri("first/constraints.json"),
        SuppliedBaselineStatistics=quality.uri("first/statistics.json"),
        ModelPackageGroupName="no-such-group",
    )
    _, found = quality.run(check, parameters=flags)
    assert found["StepStatus"] == "Succeeded", found
    assert found["Metadata"]["QualityCheck"]["ViolationReport"] == quality.uri("second/constraint_violations.json")


def test_without_a_baseline_a_check_fails_and_says_how_to_begin(quality) -> None:
    _, found = quality.run(quality.step(quality.uri("good"), "first", ModelPackageGroupName="no-such-group"))
    assert found["StepStatus"] == "Failed"
    assert "Set SkipCheck for a first run" in found["FailureReason"]


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"CheckType": "DATA_BIAS"}, "CheckType 'DATA_BIAS' of step 'Check' is none of"),
        ({"SkipCheck": "yes"}, "Expecting a Json Boolean for 'SkipCheck'"),
        ({"Threshold": 1}, "unknown property 'Threshold'"),
    ],
)
def test_a_bad_check_step_is_refused(lab, members, told) -> None:
    quality = Quality.__new__(Quality)
    quality.lab, quality.folder = lab, "any"
    with pytest.raises(ClientError, match=told):
        lab.create(quality.step("s3://bucket/rows", "out", **members))


def test_only_its_own_properties_may_be_referred_to(lab) -> None:
    quality = Quality.__new__(Quality)
    quality.lab, quality.folder = lab, "any"
    check = quality.step("s3://bucket/rows", "out")
    with pytest.raises(ClientError, match="has no such property"):
        lab.create(check, function("Next", {"x": get("Steps.Check.ProcessingJobName")}))
