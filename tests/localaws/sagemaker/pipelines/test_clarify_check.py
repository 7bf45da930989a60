"""ClarifyCheck steps: bias of data against a baseline."""

import json
from typing import Any

import pytest

from tests.localaws.sagemaker.pipelines.definitions import step

IMAGE = "205585389593.dkr.ecr.us-east-1.amazonaws.com/sagemaker-clarify-processing:1.0"
ROWS = "".join(f"{number % 2},{number % 3 == 0:d}\n" for number in range(60))
CONFIG = {
    "dataset_type": "text/csv",
    "headers": ["label", "sex"],
    "label": "label",
    "label_values_or_threshold": [1],
    "facet": [{"name_or_index": "sex", "value_or_threshold": [1]}],
    "methods": {"pre_training_bias": {"methods": ["CI", "DPL"]}, "report": {"name": "report", "title": "Report"}},
}


def check(lab: Any, folder: str, data: str, output: str, **settings: Any) -> dict[str, Any]:
    """As SDK v2 writes it."""

    def source(name: str, key: str, place: str) -> dict[str, Any]:
        uri, local = f"s3://{lab.bucket}/{folder}/{key}", f"/opt/ml/processing/input/{place}"
        given = {"S3Uri": uri, "LocalPath": local, "S3DataType": "S3Prefix", "S3InputMode": "File"}
        return {"InputName": name, "AppManaged": False, "S3Input": given}

    target = {
        "S3Uri": f"s3://{lab.bucket}/{folder}/{output}",
        "LocalPath": "/opt/ml/processing/output",
        "S3UploadMode": "EndOfJob",
    }
    arguments = {
        "AppSpecification": {"ImageUri": IMAGE},
        "ProcessingInputs": [
            source("analysis_config", "config/analysis_config.json", "config"),
            source("dataset", data, "data"),
        ],
        "ProcessingOutputConfig": {"Outputs": [{"OutputName": "analysis_result", "S3Output": target}]},
        "ProcessingResources": {
            "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.xlarge", "VolumeSizeInGB": 30}
        },
        "RoleArn": lab.role,
    }
    given = {
        "CheckType": "DATA_BIAS",
        "ModelPackageGroupName": None,
        "SkipCheck": False,
        "FailOnViolation": True,
        "RegisterNewBaseline": False,
        "SuppliedBaselineConstraints": None,
    }
    return step("Check", "ClarifyCheck", arguments, **{**given, **settings})


@pytest.fixture
def folder(lab: Any, unique: Any) -> str:
    name, s3 = unique("clarify"), lab.aws.client("s3")
    s3.put_object(Bucket=lab.bucket, Key=f"{name}/config/analysis_config.json", Body=json.dumps(CONFIG).encode())
    s3.put_object(Bucket=lab.bucket, Key=f"{name}/good/rows.csv", Body=ROWS.encode())
    s3.put_object(Bucket=lab.bucket, Key=f"{name}/bad/rows.csv", Body=ROWS.replace("1,1", "0,1").encode())
    return name


def run(lab: Any, *steps: Any) -> dict[str, Any]:
    return lab.step(lab.run(lab.create(*steps))["PipelineExecutionArn"], "Check")


def test_bias_that_differs_from_the_baseline_fails_the_step(lab, folder) -> None:
    here = f"s3://{lab.bucket}/{folder}"
    first = run(lab, check(lab, folder, "good", "first", SkipCheck=True, RegisterNewBaseline=True))
    assert first["StepStatus"] == "Succeeded", first
    told = first["Metadata"]["ClarifyCheck"]
    assert told["CalculatedBaselineConstraints"] == f"{here}/first/analysis.json"
    assert told["BaselineUsedForDriftCheckConstraints"] == f"{here}/first/analysis.json"
    supplied = {"SuppliedBaselineConstraints": f"{here}/first/analysis.json"}
    same = run(lab, check(lab, folder, "good", "second", **supplied))
    assert same["StepStatus"] == "Succeeded", same
    other = run(lab, check(lab, folder, "bad", "third", **supplied))
    assert other["StepStatus"] == "Failed"
    assert other["Metadata"]["ClarifyCheck"]["ViolationReport"] == f"{here}/third/constraint_violations.json"
    report = lab.aws.client("s3").get_object(Bucket=lab.bucket, Key=f"{folder}/third/constraint_violations.json")
    found = json.loads(report["Body"].read())
    assert [(each["facet"], each["metric_name"]) for each in found["violations"]] == [("sex", "DPL")]
