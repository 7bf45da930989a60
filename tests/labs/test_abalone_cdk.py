"""The lab abalone's endpoint as CDK synthesises it: the template that is checked in is launched as it is."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rehearsal.toolkit import project
from tests.conftest import EmbeddedAws
from tests.localaws.sagemaker.conftest import IMAGE, tar_gz
from tests.localaws.sagemaker.job_data import make_role

CDK = project.find().root / "labs" / "abalone" / "cdk"
TEMPLATE = CDK / "CdkModelDeployStack.template.json"
NAME, BOOTSTRAP = "/lab-abalone/cdk/model-name", "/cdk-bootstrap/hnb659fds/version"


@pytest.fixture
def model(aws: EmbeddedAws, unique: Any) -> Iterator[str]:
    """A model, its name in the parameter that the template reads, and the mark of a bootstrapped account."""
    import numpy as np
    import xgboost

    bucket, name = unique("cdk"), unique("cdk-model")
    booster = xgboost.train({}, xgboost.DMatrix(np.array([[1.0], [2.0]]), label=np.array([1.0, 2.0])), 1)
    aws.client("s3").create_bucket(Bucket=bucket)
    archive = tar_gz({"xgboost-model": bytes(booster.save_raw("ubj"))})
    aws.client("s3").put_object(Bucket=bucket, Key="model.tar.gz", Body=archive)
    container = {"Image": IMAGE, "ModelDataUrl": f"s3://{bucket}/model.tar.gz"}
    role = make_role(aws, name)
    aws.client("sagemaker").create_model(ModelName=name, ExecutionRoleArn=role, PrimaryContainer=container)
    ssm = aws.client("ssm")
    ssm.put_parameter(Name=NAME, Value=name, Type="String", Overwrite=True)
    ssm.put_parameter(Name=BOOTSTRAP, Value="21", Type="String", Overwrite=True)
    yield name
    ssm.delete_parameters(Names=[NAME, BOOTSTRAP])


def test_the_synthesised_template_serves_the_recorded_model(aws: EmbeddedAws, model: str) -> None:
    cloudformation, sagemaker = aws.client("cloudformation"), aws.client("sagemaker")
    cloudformation.create_stack(
        StackName="CdkModelDeployStack",
        TemplateBody=TEMPLATE.read_text(),
        Parameters=[{"ParameterKey": "SuffixID", "ParameterValue": "cdk"}],
    )
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName="CdkModelDeployStack", WaiterConfig={"Delay": 1, "MaxAttempts": 120}
    )
    config = sagemaker.describe_endpoint(EndpointName="lab-abalone-cdk")["EndpointConfigName"]
    variants = sagemaker.describe_endpoint_config(EndpointConfigName=config)["ProductionVariants"]
    assert variants[0]["ModelName"] == model
    cloudformation.delete_stack(StackName="CdkModelDeployStack")
    cloudformation.get_waiter("stack_delete_complete").wait(
        StackName="CdkModelDeployStack", WaiterConfig={"Delay": 1, "MaxAttempts": 120}
    )


@pytest.mark.full("labs")
def test_the_template_is_what_cdk_makes_of_the_application(tmp_path: Path) -> None:
    """Needs node and npm, which bring CDK itself."""
    npm = shutil.which("npm")
    assert npm, "install Node.js: this test synthesises the template anew"
    for file in ("app.ts", "package.json", "tsconfig.json"):
        shutil.copy(CDK / file, tmp_path)
    for words in (("install", "--no-audit", "--no-fund"), ("run", "synth")):
        done = subprocess.run([npm, *words], cwd=tmp_path, capture_output=True, text=True, timeout=600, env=os.environ)
        assert done.returncode == 0, done.stderr[-4000:]
    assert json.loads((tmp_path / "cdk.out" / TEMPLATE.name).read_text()) == json.loads(TEMPLATE.read_text())
