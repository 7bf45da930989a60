"""The files of the lab retrain: its sample, its definition, and the function inside its template."""

import hashlib
import importlib.util
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from botocore.exceptions import ClientError
from cfnlint.decode import decode

ROOT = Path(__file__).parents[2]
LAB = ROOT / "labs" / "retrain"
BUCKET = "deliveries"


class S3:
    """Remembers copies; raises what it is told to."""

    def __init__(self) -> None:
        self.copies: list[dict[str, Any]] = []

    def copy_object(self, **arguments: Any) -> None:
        if arguments["CopySource"]["Key"].startswith("missing"):
            raise ClientError({"Error": {"Code": "NoSuchVersion", "Message": "gone"}}, "CopyObject")
        self.copies.append(arguments)


class SageMaker:
    """One execution for a token, as the service promises."""

    def __init__(self) -> None:
        self.started: dict[str, dict[str, Any]] = {}

    def start_pipeline_execution(self, **arguments: Any) -> dict[str, str]:
        assert 32 <= len(arguments["ClientRequestToken"]) <= 128
        assert len(arguments["PipelineExecutionDisplayName"]) <= 82
        self.started.setdefault(arguments["ClientRequestToken"], arguments)
        return {"PipelineExecutionArn": "arn"}


@pytest.fixture
def function(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The names of the function's module, with its two clients replaced."""
    template, problems = decode(str(LAB / "retrain.yaml"))
    assert template is not None, problems
    source = template["Resources"]["StartPipeline"]["Properties"]["Code"]["ZipFile"]
    assert len(source) <= 4096, "what CloudFormation takes inline"
    monkeypatch.setenv("PIPELINE", "retrain")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    names: dict[str, Any] = {}
    exec(compile(source, "index.py", "exec"), names)
    names["s3"], names["sagemaker"] = S3(), SageMaker()
    return names


def told(key: str, version: str) -> dict[str, Any]:
    return {"s3": {"bucket": {"name": BUCKET}, "object": {"key": key, "versionId": version}}}


def batch(*messages: Any) -> dict[str, Any]:
    bodies = [each if isinstance(each, str) else json.dumps(each) for each in messages]
    return {"Records": [{"messageId": f"m{number}", "body": body} for number, body in enumerate(bodies)]}


def test_an_upload_starts_the_pipeline_on_a_copy_of_that_version(function: dict[str, Any]) -> None:
    answer = function["handler"](batch({"Records": [told("incoming/a+b%C3%BC.csv", "v1")]}), None)
    assert answer == {"batchItemFailures": []}
    ((token, started),) = function["sagemaker"].started.items()
    assert token == hashlib.sha256(json.dumps([BUCKET, "incoming/a bü.csv", "v1"]).encode()).hexdigest()
    values = {each["Name"]: each["Value"] for each in started["PipelineParameters"]}
    assert values == {"TrainDataUrl": f"s3://{BUCKET}/deliveries/{token}/a bü.csv", "DataVersion": "v1"}
    (copy,) = function["s3"].copies
    assert copy["CopySource"] == {"Bucket": BUCKET, "Key": "incoming/a bü.csv", "VersionId": "v1"}


def test_both_forms_of_the_same_upload_are_one_execution(function: dict[str, Any]) -> None:
    event = {
        "source": "aws.s3",
        "detail": {"bucket": {"name": BUCKET}, "object": {"key": "incoming/a b.csv", "version-id": "v1"}},
    }
    function["handler"](batch({"Records": [told("incoming/a+b.csv", "v1")]}, event), None)
    assert len(function["sagemaker"].started) == 1


def test_only_the_message_that_fails_comes_back(function: dict[str, Any]) -> None:
    messages = [
        {"Records": [told("incoming/one.csv", "v1")]},
        {"Records": [told("missing.csv", "v1")]},
        "not json",
        {"Records": [{"s3": {}}]},
        {"Event": "s3:TestEvent"},
        {"Records": [told("incoming/two.csv", "v1")]},
    ]
    answer = function["handler"](batch(*messages), None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": f"m{number}"} for number in (1, 2, 3)]}
    assert len(function["sagemaker"].started) == 2


def test_versions_of_a_key_and_equal_ids_of_other_keys_are_told_apart(function: dict[str, Any]) -> None:
    records = [told(key, version) for key in ("incoming/a.csv", "incoming/b.csv") for version in ("v1", "v2", "v1")]
    function["handler"](batch({"Records": records}), None)
    assert len(function["sagemaker"].started) == 4


def test_the_sample_is_what_its_script_makes(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("retrain_make_data", LAB / "make_data.py")
    assert spec is not None
    assert spec.loader is not None
    make_data = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_data)
    make_data.write(tmp_path)
    for name in make_data.FILES:
        assert (tmp_path / name).read_text() == (LAB / "data" / name).read_text()
        rows = np.loadtxt(LAB / "data" / name, delimiter=",")
        assert rows.shape[1] == 11
        assert (rows[:, 1:4].sum(axis=1) == 1).all()  # one sex each
        assert ((rows[:, 0] >= 1) & (rows[:, 0] <= 29)).all()


@pytest.mark.full("labs")
def test_the_definition_is_what_sdk_v3_makes_of_the_pipeline(sdk3: str) -> None:
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"}
    command = [sdk3, "-W", "ignore", str(LAB / "pipeline.py")]
    made = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=600)
    assert made.returncode == 0, made.stderr[-4000:]
    assert json.loads(made.stdout) == json.loads((LAB / "definition.json").read_text())
