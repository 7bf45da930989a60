"""The user's inference script behind an endpoint and in a transform job, as the scikit-learn and XGBoost images serve
it."""

import json

import pytest

from tests.localaws.sagemaker.conftest import tar_gz
from tests.localaws.waiting import wait_until

SKLEARN = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
INFERENCE = b"""
import json, os

def model_fn(model_dir):
    assert os.listdir("/opt/ml/model") == os.listdir(model_dir)
    return json.load(open(os.path.join(model_dir, "model.json")))["factor"]

def predict_fn(data, factor):
    return data * factor
"""
WHOLE = b"""
import factor

def model_fn(model_dir):
    return factor.FACTOR

def transform_fn(model, body, content_type, accept):
    return "|".join(str(float(cell) * model) for cell in body.split(",")), "text/csv"
"""


@pytest.fixture
def archive(hosting) -> str:
    """The key of a model's archive with its script."""
    key = f"{hosting.unique('scripted')}.tar.gz"
    files = {"model.json": b'{"factor": 2}', "code/inference.py": INFERENCE, "code/broken.py": b"x = 1"}
    hosting.s3.put_object(Bucket=hosting.bucket, Key=key, Body=tar_gz(files))
    return key


def test_an_endpoint_answers_with_the_scripts_functions(hosting, archive) -> None:
    environment = {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
    model = hosting.model(archive, Image=SKLEARN, Environment=environment)
    endpoint = hosting.endpoint(hosting.config(hosting.variant(model)))
    assert json.loads(hosting.invoke(endpoint, b"1,2\n3,4\n")) == [[2, 4], [6, 8]]
    assert hosting.invoke(endpoint, b"[1, 2]", ContentType="application/json", Accept="text/csv") == b"2.0\n4.0\n"


def test_a_script_may_come_from_s3_and_do_all_by_itself(hosting, archive) -> None:
    source = f"{archive}.source"
    hosting.s3.put_object(
        Bucket=hosting.bucket, Key=source, Body=tar_gz({"serve.py": WHOLE, "factor.py": b"FACTOR = 10"})
    )
    where = {"SAGEMAKER_PROGRAM": "serve.py", "SAGEMAKER_SUBMIT_DIRECTORY": f"s3://{hosting.bucket}/{source}"}
    xgboost = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
    model = hosting.model(archive, Image=xgboost, Environment=where)
    endpoint = hosting.endpoint(hosting.config(hosting.variant(model)))
    assert hosting.invoke(endpoint, b"1,2") == b"10.0|20.0"


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({}, "serves a script and has none of its own"),
        ({"SAGEMAKER_PROGRAM": "absent.py"}, "The script absent.py"),
        ({"SAGEMAKER_PROGRAM": "broken.py"}, "ping"),
    ],
    ids=["no script", "absent", "without model_fn"],
)
def test_a_script_that_cannot_serve_fails_the_endpoint(hosting, archive, environment, reason) -> None:
    model = hosting.model(archive, Image=SKLEARN, Environment=environment)
    name = hosting.unique("endpoint") + "-cannot"
    hosting.made.append(name)
    hosting.client.create_endpoint(EndpointName=name, EndpointConfigName=hosting.config(hosting.variant(model)))
    described = hosting.settled(name)
    assert described["EndpointStatus"] == "Failed"
    assert reason in described["FailureReason"]


def test_a_transform_job_asks_the_script(hosting, archive) -> None:
    environment = {"SAGEMAKER_PROGRAM": "inference.py"}
    model, name = hosting.model(archive, Image=SKLEARN, Environment=environment), hosting.unique("transform")
    hosting.s3.put_object(Bucket=hosting.bucket, Key=f"{name}/rows.csv", Body=b"1,2\n3,4\n")
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{hosting.bucket}/{name}/rows.csv"}}
    hosting.client.create_transform_job(
        TransformJobName=name,
        ModelName=model,
        TransformInput={"DataSource": source, "ContentType": "text/csv", "SplitType": "Line"},
        TransformOutput={"S3OutputPath": f"s3://{hosting.bucket}/{name}/out", "Accept": "text/csv"},
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
    )

    def ended():
        job = hosting.client.describe_transform_job(TransformJobName=name)
        return job if job["TransformJobStatus"] in ("Completed", "Failed") else None

    job = wait_until(ended, f"{name} ends")
    assert job["TransformJobStatus"] == "Completed", job
    body = hosting.s3.get_object(Bucket=hosting.bucket, Key=f"{name}/out/rows.csv.out")["Body"].read()
    assert body == b"2.0,4.0\n6.0,8.0\n"
