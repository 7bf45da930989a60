"""The project's template and the code of its repositories, as far as files tell."""

import importlib.util
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from rehearsal.toolkit import project
from rehearsal.toolkit.aws.errors import BadInput, NotThere
from rehearsal.toolkit.mlops import names, projects, registry, seeds
from rehearsal.toolkit.mlops.serving import Serving
from rehearsal.toolkit.models.registry import metrics_in
from tests.localaws.authorizer.minimal import statements
from tests.localaws.authorizer.minimal.statements import Named
from tests.templates.conftest import load

ROOT = project.find().root / "mlops"
TEMPLATE = load(ROOT / "project.yaml")
UNTAGGED = {"AWS::S3::BucketPolicy"}
GROUP = "arn:aws:sagemaker:us-east-1:123456789012:model-package/shells-p-1"


@pytest.mark.parametrize("name", sorted(TEMPLATE["Resources"]))
def test_everything_carries_the_project_s_name_and_id(name: str) -> None:
    resource = TEMPLATE["Resources"][name]
    if resource["Type"] in UNTAGGED:
        return
    tags = {tag["Key"]: tag["Value"] for tag in resource["Properties"]["Tags"]}
    assert tags == {
        "sagemaker:project-name": {"Ref": "SageMakerProjectName"},
        "sagemaker:project-id": {"Ref": "SageMakerProjectId"},
    }


def test_what_aws_publishes_as_the_minimum_is_given() -> None:
    """The bucket's three and the objects' four, of CodePipeline's service role."""
    known = statements.all_of_them()
    for policy in ("RunModelBuild", "RunModelDeploy"):
        assert {*known[Named(policy, "LookAtBucket")], *known[Named(policy, "KeepArtifacts")]} == {
            *("s3:GetBucketVersioning", "s3:GetBucketAcl", "s3:GetBucketLocation"),
            *("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:PutObjectAcl"),
        }


def test_the_template_can_be_sent_without_a_bucket() -> None:
    assert len((ROOT / "project.yaml").read_bytes()) <= 51_200


def loaded(file: Path) -> Any:
    """A script of a repository as a module."""
    spec = importlib.util.spec_from_file_location(f"loaded_{file.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Registry:
    """SageMaker with two versions, of which ``approved`` are approved."""

    def __init__(self, *approved: int) -> None:
        self.approved = approved

    def get_paginator(self, _operation: str) -> Any:
        return self

    def paginate(self, **_members: Any) -> list[dict[str, Any]]:
        return [{"ModelPackageSummaryList": [{"ModelPackageArn": f"{GROUP}/{each}"} for each in self.approved]}]

    def describe_model_package(self, ModelPackageName: str) -> dict[str, Any]:
        number = int(ModelPackageName.rpartition("/")[2])
        status = "Approved" if number in self.approved else "Rejected"
        return {"ModelPackageGroupName": "shells-p-1", "ModelApprovalStatus": status}


def test_the_build_deploys_what_it_is_told_if_that_is_approved_else_the_newest_approved() -> None:
    build = loaded(ROOT / "modeldeploy" / "build.py")
    assert build.chosen(Registry(2, 1), "shells-p-1", "newest") == f"{GROUP}/2"
    assert build.chosen(Registry(2, 1), "shells-p-1", f"{GROUP}/1") == f"{GROUP}/1"
    assert build.chosen(Registry(), "shells-p-1", "newest") == "none"
    with pytest.raises(SystemExit, match="is Rejected, and only an approved version is deployed"):
        build.chosen(Registry(2), "shells-p-1", f"{GROUP}/1")
    with pytest.raises(SystemExit, match="is no version of other"):
        build.chosen(Registry(1), "other", f"{GROUP}/1")


def test_get_pipeline_definition_prints_the_definition_without_asking_aws(tmp_path: Path) -> None:
    for path, content in seeds.files(project.find(), "modelbuild").items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    arguments = {"role": "arn:aws:iam::123456789012:role/Jobs", "default_bucket": "b", "image_uri": "i"}
    command = ["bin/get-pipeline-definition", "-n", "pipelines.abalone.pipeline", "-kwargs", json.dumps(arguments)]
    done = subprocess.run([sys.executable, *command], cwd=tmp_path, capture_output=True, text=True, check=True)
    steps = json.loads(done.stdout)["Steps"]
    assert [each["Type"] for each in steps] == ["Processing", "Training", "Processing", "Condition"]
    assert steps[3]["Arguments"]["IfSteps"][0]["Type"] == "RegisterModel"


@pytest.mark.parametrize(
    ("text", "found"),
    [("shells/3", ("shells", 3)), ("3", (None, 3)), (f"{GROUP}/12", ("shells-p-1", 12))],
)
def test_a_version_is_named_in_three_ways(text: str, found: tuple[str | None, int]) -> None:
    assert registry.parse(text) == found


@pytest.mark.parametrize("text", ["", "shells", "shells/", "/3", "shells/x"])
def test_anything_else_is_no_version(text: str) -> None:
    with pytest.raises(BadInput, match="is no version"):
        registry.parse(text)


def test_a_group_is_meant_by_its_name_by_its_project_or_as_the_only_one() -> None:
    of_projects = {"shells": "shells-p-1"}
    assert registry.group_meant(["shells-p-1", "other"], "shells", of_projects) == "shells-p-1"
    assert registry.group_meant(["shells-p-1", "other"], "other", of_projects) == "other"
    assert registry.group_meant(["other"], None, {}) == "other"
    with pytest.raises(BadInput, match="2 model package groups"):
        registry.group_meant(["shells-p-1", "other"], None, of_projects)
    with pytest.raises(NotThere, match="no model package group"):
        registry.group_meant([], None, {})


def test_a_version_knows_where_it_serves_and_what_it_was_made_of() -> None:
    described = {
        "ModelPackageArn": f"{GROUP}/1",
        "ModelPackageGroupName": "shells-p-1",
        "ModelPackageVersion": 1,
        "ModelApprovalStatus": "Approved",
        "CreationTime": datetime(2026, 11, 21, tzinfo=UTC),
        "CustomerMetadataProperties": {"CommitId": "abc"},
    }
    served = [Serving("shells-prod", "InService", (f"{GROUP}/1",)), Serving("other", "InService", (f"{GROUP}/2",))]
    found = registry.assembled(described, metrics_in({"m": {"mse": {"value": 3}, "no": {"value": "NaN"}}}), served)
    assert (found.endpoints, found.metrics, found.as_json()["commit"]) == (("shells-prod",), {"mse": 3.0}, "abc")


@pytest.mark.parametrize("name", ["", "-a", "a-", "Shells", "a_b", "a" * 33])
def test_a_name_that_no_project_can_have_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="is not usable"):
        names.new(name)


def test_a_stack_is_a_project_by_its_parameters() -> None:
    parameters = [
        {"ParameterKey": key, "ParameterValue": "p-1"} for key in ("SageMakerProjectName", "SageMakerProjectId")
    ]
    stack = {"StackName": "s", "StackStatus": "CREATE_COMPLETE", "Parameters": parameters}
    assert projects.of_stack(stack) is None  # that of an endpoint has the two, too
    parameters.append({"ParameterKey": "SourceType", "ParameterValue": "CodeCommit"})
    found = projects.of_stack(stack)
    assert found is not None
    assert found.names.deploy_pipeline == "sagemaker-p-1-p-1-modeldeploy"
