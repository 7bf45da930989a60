"""A project: from its creation to a model in production, by the command line, on the worker's embedded AWS."""

from typing import Any

import pytest

from tests.conftest import EmbeddedAws
from tests.end_to_end.rehearse import Answer
from tests.localaws.authorizer.minimal.statements import Named
from tests.localaws.authorizer.minimal.table import TABLE, Evaluated
from tests.localaws.waiting import wait_until

HERE = "tests/labs/test_project.py"
NAME = "shells"
EVALUATED = {name: row for name, row in TABLE.items() if isinstance(row, Evaluated) and row.test.startswith(HERE)}


@pytest.fixture(scope="module")
def created(typed: Any) -> dict[str, Any]:
    """The project after the first execution of its ModelBuild."""
    done: Answer = typed("project", "create", NAME, "--wait", "--json")
    assert done.exit_code == 0, done.err
    return dict(done.document)


def standing(typed: Any) -> dict[str, Any]:
    done = typed("project", "status", NAME, "--json")
    assert done.exit_code == 0, done.err
    return dict(done.document)


def deployments(aws: EmbeddedAws, created: dict[str, Any]) -> list[dict[str, Any]]:
    """The executions of ModelDeploy that have begun, newest first."""
    pipeline = created["outputs"]["ModelDeployPipeline"]
    return list(
        aws.client("codepipeline").list_pipeline_executions(pipelineName=pipeline)["pipelineExecutionSummaries"]
    )


def test_the_first_execution_registers_a_version_that_waits_for_approval(
    created: dict[str, Any], typed: Any, aws: EmbeddedAws
) -> None:
    repository = f"sagemaker-{NAME}-{created['id']}-modelbuild"
    branch = aws.client("codecommit").get_branch(repositoryName=repository, branchName="main")
    (version,) = standing(typed)["versions"]
    assert (version["version"], version["approval"], version["endpoints"]) == (1, "PendingManualApproval", [])
    assert version["commit"] == branch["branch"]["commitId"]
    assert 0 < version["metrics"]["mse"] <= 6.0
    job = aws.client("sagemaker").describe_training_job(TrainingJobName=version["trainingJob"])
    assert job["ModelArtifacts"]["S3ModelArtifacts"] == version["modelDataUrl"]
    tags = aws.client("sagemaker").list_tags(ResourceArn=job["TrainingJobArn"])["Tags"]
    assert {"Key": "sagemaker:project-id", "Value": created["id"]} in tags


def test_without_an_approved_version_nothing_is_deployed(created: dict[str, Any], typed: Any) -> None:
    def stages() -> dict[str, str] | None:
        found = {each["stage"]: each["status"] for each in standing(typed)["pipelines"]["ModelDeploy"]}
        return found if found["DeployProd"] == "Skipped" else None

    assert wait_until(stages)["DeployStaging"] == "Skipped"
    assert standing(typed)["endpoints"] == []


@pytest.fixture(scope="module")
def staged(created: dict[str, Any], typed: Any, aws: EmbeddedAws) -> list[dict[str, Any]]:
    """What ModelDeploy had run before the version was approved; staging serves it now."""
    assert typed("model", "reject", f"{NAME}/1", "--note", "not yet").exit_code == 0
    before = deployments(aws, created)
    done = typed("model", "approve", f"{NAME}/1", "--wait", "--note", "good on the test set")
    assert done.exit_code == 0, done.err
    return before


def test_an_approval_starts_one_deployment_and_a_rejection_none(
    created: dict[str, Any], staged: list[dict[str, Any]], typed: Any, aws: EmbeddedAws
) -> None:
    assert len(staged) == 1  # that of the creation
    (version,) = standing(typed)["versions"]
    assert (version["approval"], version["note"]) == ("Approved", "good on the test set")
    sagemaker = aws.client("sagemaker")
    sagemaker.update_model_package(ModelPackageArn=version["arn"], CustomerMetadataProperties={"Seen": "yes"})
    sagemaker.update_model_package(ModelPackageArn=version["arn"], ModelApprovalStatus="Approved")
    began = deployments(aws, created)
    assert len(began) == 2
    assert began[0]["trigger"]["triggerType"] == "CloudWatchEvent"


def test_a_deployment_that_is_rejected_leaves_production_as_it_was(
    created: dict[str, Any], staged: list[dict[str, Any]], typed: Any
) -> None:
    (endpoint,) = standing(typed)["endpoints"]
    assert endpoint["endpoint"] == f"{NAME}-staging"
    assert typed("project", "approve", NAME, "--reject", "--wait").exit_code == 0
    after = standing(typed)
    assert [each["endpoint"] for each in after["endpoints"]] == [f"{NAME}-staging"]
    assert {each["stage"]: each["status"] for each in after["pipelines"]["ModelDeploy"]}["DeployStaging"] == "Failed"


@pytest.fixture(scope="module")
def produced(staged: list[dict[str, Any]], typed: Any) -> dict[str, Any]:
    """The project with its version in production: deployed once more, and approved."""
    assert typed("model", "deploy", f"{NAME}/1").exit_code == 0
    watched = typed("project", "watch", NAME, "--deploy")
    assert watched.exit_code == 0, watched.err
    approved = typed("project", "approve", NAME, "--wait")
    assert approved.exit_code == 0, approved.err
    return standing(typed)


def test_an_approved_deployment_serves_in_production_and_keeps_what_it_is_asked(
    created: dict[str, Any], produced: dict[str, Any], aws: EmbeddedAws
) -> None:
    (version,) = produced["versions"]
    assert sorted(version["endpoints"]) == [f"{NAME}-prod", f"{NAME}-staging"]
    assert {each["endpoint"]: each["dataCapture"] for each in produced["endpoints"]} == {
        f"{NAME}-prod": True,
        f"{NAME}-staging": False,
    }
    row = "0.1," * 7 + "1,0,0"
    runtime, s3 = aws.client("sagemaker-runtime"), aws.client("s3")

    def captured() -> bool:
        answer = runtime.invoke_endpoint(EndpointName=f"{NAME}-prod", ContentType="text/csv", Body=row)
        assert float(answer["Body"].read()) > 0
        return s3.list_objects_v2(Bucket=created["outputs"]["Bucket"], Prefix="captured/prod/")["KeyCount"] > 0

    assert wait_until(captured)


def test_versions_are_listed_shown_and_compared(produced: dict[str, Any], typed: Any) -> None:
    assert f"serves {NAME}-prod" in typed("model", "list", NAME).out
    assert produced["versions"][0]["commit"] in typed("model", "show", f"{NAME}/1").out
    assert "mse" in typed("model", "compare", f"{NAME}/1", f"{NAME}/1").out
    missing = typed("model", "show", f"{NAME}/7")
    assert (missing.exit_code, "has no version 7" in missing.err) == (1, True)


@pytest.mark.parametrize("name", EVALUATED, ids=" ".join)
def test_recorded_calls_would_be_denied_without_the_statement(
    produced: dict[str, Any], created: dict[str, Any], typed: Any, name: Named
) -> None:
    assert set(EVALUATED[name].actions) <= typed.needed(created["stack"])[name]
    assert typed.denied(created["stack"]) == []


def test_two_projects_do_not_share_a_name(created: dict[str, Any], typed: Any) -> None:
    again = typed("project", "create", NAME)
    assert (again.exit_code, "there is a project" in again.err) == (2, True)


def test_delete_leaves_nothing(created: dict[str, Any], produced: dict[str, Any], typed: Any, aws: EmbeddedAws) -> None:
    assert f"{created['stack']}: endpoint stack" in typed("leaks").out
    done = typed("project", "delete", NAME, "--json")
    assert (done.exit_code, done.document["remaining"]) == (0, {}), done.err
    left = {
        "stacks": [each["StackName"] for each in aws.client("cloudformation").describe_stacks()["Stacks"]],
        "buckets": [each["Name"] for each in aws.client("s3").list_buckets()["Buckets"]],
        "repositories": [
            each["repositoryName"] for each in aws.client("codecommit").list_repositories()["repositories"]
        ],
        "groups": [each["logGroupName"] for each in aws.client("logs").describe_log_groups()["logGroups"]],
        "roles": [each["RoleName"] for each in aws.client("iam").list_roles()["Roles"]],
    }
    assert {
        what: [name for name in names if NAME in name or created["id"] in name] for what, names in left.items()
    } == {what: [] for what in left}
