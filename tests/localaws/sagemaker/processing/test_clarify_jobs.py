"""Clarify's image in processing jobs: bias and SHAP values with a real shadow endpoint, under IAM."""

import csv
import io
import itertools
import json
from typing import Any

import numpy as np
import pytest
import xgboost

from tests.localaws.sagemaker.conftest import FEATURES, IMAGE
from tests.localaws.sagemaker.job_data import RUNNING
from tests.localaws.waiting import wait_until

CLARIFY = "205585389593.dkr.ecr.us-east-1.amazonaws.com/sagemaker-clarify-processing:1.0"
NUMBERS = itertools.count(1)
NAMES = ["target", *(f"f{number}" for number in range(FEATURES))]
ENDPOINT = ["Create", "Describe", "Delete"]
SHADOW = [
    {
        "Effect": "Allow",
        "Action": [f"sagemaker:{verb}Endpoint{what}" for verb in ENDPOINT for what in ("", "Config")],
        "Resource": "*",
    },
    {"Effect": "Allow", "Action": "sagemaker:InvokeEndpoint", "Resource": "*"},
]
"""What AWS lists for the role of a job with a shadow endpoint."""


def make_role(aws: Any, name: str, statements: list[Any]) -> str:
    iam = aws.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    made = iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )
    data = {
        "Effect": "Allow",
        "Action": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
        "Resource": ["arn:aws:s3:::hosted-models", "arn:aws:s3:::hosted-models/clarify/*"],
    }
    policy = {"Version": "2012-10-17", "Statement": [data, *RUNNING, *statements]}
    iam.put_role_policy(RoleName=name, PolicyName="Allowed", PolicyDocument=json.dumps(policy))
    return made["Role"]["Arn"]


@pytest.fixture(scope="session")
def shadow_role(aws: Any) -> str:
    """May not read the model's artifact: that is the model's own role's business."""
    return make_role(aws, "clarify-with-shadow", SHADOW)


@pytest.fixture
def model(aws: Any, role: str, bucket: str, unique: Any) -> str:
    name = f"{unique('explained')}-{next(NUMBERS)}"
    container = {"Image": IMAGE, "ModelDataUrl": f"s3://{bucket}/model.tar.gz"}
    aws.client("sagemaker").create_model(ModelName=name, ExecutionRoleArn=role, PrimaryContainer=container)
    return name


def rows_of(trained: Any) -> str:
    """Label first, with a header."""
    labels = trained.booster.inplace_predict(trained.rows)
    table = np.column_stack([labels > np.median(labels), trained.rows])
    return ",".join(NAMES) + "\n" + "".join(",".join(f"{cell!r}" for cell in row) + "\n" for row in table.tolist())


def run(
    aws: Any, role: str, key: str, config: dict[str, Any], data: str, meanwhile: Any = lambda _name: None
) -> dict[str, Any]:
    """The job, ended; ``meanwhile`` is done when it has begun."""
    s3, sagemaker = aws.client("s3"), aws.client("sagemaker")
    s3.put_object(Bucket="hosted-models", Key=f"{key}/config/analysis_config.json", Body=json.dumps(config).encode())
    s3.put_object(Bucket="hosted-models", Key=f"{key}/data/rows.csv", Body=data.encode())
    name = f"clarify-{key.replace('/', '-')}"

    def source(input_name: str, uri: str, folder: str) -> dict[str, Any]:
        place = {"S3Uri": uri, "LocalPath": folder, "S3DataType": "S3Prefix", "S3InputMode": "File"}
        return {"InputName": input_name, "S3Input": place}

    target = {
        "S3Uri": f"s3://hosted-models/{key}/out",
        "LocalPath": "/opt/ml/processing/output",
        "S3UploadMode": "EndOfJob",
    }
    here = f"s3://hosted-models/{key}"
    sagemaker.create_processing_job(
        ProcessingJobName=name,
        RoleArn=role,
        AppSpecification={"ImageUri": CLARIFY},
        ProcessingInputs=[
            source("analysis_config", f"{here}/config/analysis_config.json", "/opt/ml/processing/input/config"),
            source("dataset", f"{here}/data", "/opt/ml/processing/input/data"),
        ],
        ProcessingOutputConfig={"Outputs": [{"OutputName": "analysis_result", "S3Output": target}]},
        ProcessingResources={
            "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.xlarge", "VolumeSizeInGB": 30}
        },
    )

    meanwhile(name)

    def ended() -> Any:
        job = sagemaker.describe_processing_job(ProcessingJobName=name)
        return job if job["ProcessingJobStatus"] in ("Completed", "Failed", "Stopped") else None

    return wait_until(ended, f"{name} ends")


def config_of(model: str, methods: dict[str, Any]) -> dict[str, Any]:
    return {
        "dataset_type": "text/csv",
        "label": "target",
        "label_values_or_threshold": [1],
        "facet": [{"name_or_index": "f0", "value_or_threshold": [0.5]}],
        "probability_threshold": 5.0,
        "methods": {**methods, "report": {"name": "report", "title": "Analysis Report"}},
        "predictor": {"model_name": model, "instance_type": "ml.m5.large", "initial_instance_count": 1},
    }


def test_bias_and_shap_values_through_a_shadow_endpoint(aws, shadow_role, model, trained, unique) -> None:
    methods = {
        "pre_training_bias": {"methods": "all"},
        "post_training_bias": {"methods": "all"},
        "shap": {"agg_method": "mean_abs", "save_local_shap_values": True},
    }
    key = f"clarify/{unique('both')}-{next(NUMBERS)}"
    job = run(aws, shadow_role, key, config_of(model, methods), rows_of(trained))
    assert job["ProcessingJobStatus"] == "Completed", job
    s3 = aws.client("s3")

    def result(file: str) -> str:
        return s3.get_object(Bucket="hosted-models", Key=f"{key}/out/{file}")["Body"].read().decode()

    found = json.loads(result("analysis.json"))
    predicted = trained.booster.inplace_predict(trained.rows) >= 5.0
    inside = trained.rows[:, 0] > 0.5
    metrics = {each["name"]: each for each in found["post_training_bias_metrics"]["facets"]["f0"][0]["metrics"]}
    assert metrics["DPPL"]["value"] == pytest.approx(predicted[~inside].mean() - predicted[inside].mean())
    assert isinstance(metrics["FT"]["value"], float)
    local = list(csv.reader(io.StringIO(result("explanations_shap/out.csv"))))[1:]
    expected = found["explanations"]["kernel_shap"]["label0"]["expected_value"]
    margins = trained.booster.predict(xgboost.DMatrix(trained.rows), output_margin=True)
    sums = [sum(map(float, row[:-1])) + expected for row in local]
    assert np.abs(np.array(sums) - margins).max() < 1e-5
    assert [float(row[-1]) for row in local] == pytest.approx(margins.tolist(), abs=1e-5)
    assert "<h1>Analysis Report</h1>" in result("report.html")
    left = aws.client("sagemaker").list_endpoints(NameContains="sagemaker-clarify-endpoint")["Endpoints"]
    assert left == []


def test_a_role_that_may_make_no_endpoint_fails_with_the_call_that_was_refused(aws, model, trained, unique) -> None:
    bare = make_role(aws, f"{unique('bare')}-{next(NUMBERS)}", [])
    key = f"clarify/{unique('bare')}-{next(NUMBERS)}"
    job = run(aws, bare, key, config_of(model, {"post_training_bias": {"methods": "all"}}), rows_of(trained))
    assert job["ProcessingJobStatus"] == "Failed"
    assert "sagemaker:CreateEndpointConfig" in job["ExitMessage"]


def test_a_job_that_is_stopped_removes_its_endpoint(aws, shadow_role, model, trained, unique) -> None:
    prefix, key = unique("stopped"), f"clarify/{unique('stopped')}-{next(NUMBERS)}"
    config = config_of(model, {"post_training_bias": {"methods": "all"}})
    config["predictor"]["endpoint_name_prefix"] = prefix
    header, _, lines = rows_of(trained).partition("\n")

    def endpoints() -> list[Any]:
        return aws.client("sagemaker").list_endpoints(NameContains=prefix)["Endpoints"]

    def stop(name: str) -> None:
        wait_until(endpoints, "the shadow endpoint is there")
        aws.client("sagemaker").stop_processing_job(ProcessingJobName=name)

    job = run(aws, shadow_role, key, config, f"{header}\n{lines * 1_000}", stop)
    assert job["ProcessingJobStatus"] == "Stopped", job
    assert endpoints() == []
