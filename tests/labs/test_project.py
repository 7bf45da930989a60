"""A project: from its creation to a model in production, by the command line, on the worker's embedded AWS."""

import json
from pathlib import Path
from typing import Any

import pytest

from rehearsal.toolkit import project
from rehearsal.toolkit.mlops import seeds
from tests.conftest import EmbeddedAws
from tests.end_to_end.rehearse import Answer
from tests.localaws.authorizer.minimal.statements import Named
from tests.localaws.authorizer.minimal.table import TABLE, Evaluated
from tests.localaws.codecommit.test_git_http import git
from tests.localaws.waiting import wait_until

HERE = "tests/labs/test_project.py"
NAME = "shells"
APPROVER = "shells@example.com"
CONNECTION = "arn:aws:codestar-connections:us-east-1:123456789012:connection/11111111-2222-3333-4444-555555555555"
EVALUATED = {name: row for name, row in TABLE.items() if isinstance(row, Evaluated) and row.test.startswith(HERE)}
OF_CONNECTION = {name: row for name, row in EVALUATED.items() if "connection" in row.test}
OF_CODECOMMIT = {name: row for name, row in EVALUATED.items() if name not in OF_CONNECTION}


@pytest.fixture(scope="module")
def created(typed: Any) -> dict[str, Any]:
    """The project after the first execution of its ModelBuild."""
    options = ("--wait", "--json", "--parameter", f"ApproverEmail={APPROVER}")
    done: Answer = typed("project", "create", NAME, *options)
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


def test_who_approves_is_asked_by_mail(created: dict[str, Any], produced: dict[str, Any], aws: EmbeddedAws) -> None:
    def mails() -> list[Any]:
        return [mail for mail in aws.rehearsal("GET", "mailbox")["messages"] if mail["to"] == APPROVER]

    assert "May production have it?" in wait_until(mails)[0]["text"]


@pytest.fixture(scope="module")
def guarded(created: dict[str, Any], produced: dict[str, Any], typed: Any, aws: EmbeddedAws) -> str:
    """The alarms' names, after a commit asked for a canary with rollback in production and it was deployed."""
    repository = f"sagemaker-{NAME}-{created['id']}-modeldeploy"
    codecommit = aws.client("codecommit")
    config = json.loads(codecommit.get_file(repositoryName=repository, filePath="prod-config.json")["fileContent"])
    config["Parameters"] |= {"EndpointInstanceCount": "2", "TrafficRouting": "CANARY", "CanaryWaitSeconds": "0"}
    config["Parameters"] |= {"RollbackOnAlarm": "true"}
    tip = codecommit.get_branch(repositoryName=repository, branchName="main")["branch"]["commitId"]
    content = {"filePath": "prod-config.json", "fileContent": json.dumps(config).encode()}
    made = codecommit.create_commit(
        repositoryName=repository, branchName="main", parentCommitId=tip, putFiles=[content]
    )
    assert typed("project", "watch", NAME, "--deploy", "--commit", made["commitId"]).exit_code == 0
    approved = typed("project", "approve", NAME, "--wait")
    assert approved.exit_code == 0, approved.err
    return f"{NAME}-prod"


def test_a_canary_is_watched_by_alarms_that_bring_the_former_version_back(guarded: str, aws: EmbeddedAws) -> None:
    described = aws.client("sagemaker").describe_endpoint(EndpointName=guarded)
    assert (described["EndpointStatus"], described["ProductionVariants"][0]["CurrentInstanceCount"]) == ("InService", 2)
    policy = described["LastDeploymentConfig"]["BlueGreenUpdatePolicy"]["TrafficRoutingConfiguration"]
    assert (policy["Type"], policy["CanarySize"]["Value"]) == ("CANARY", 50)
    alarms = [each["AlarmName"] for each in described["LastDeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"]]
    assert alarms == [f"{guarded}-errors", f"{guarded}-latency"]
    assert len(aws.client("cloudwatch").describe_alarms(AlarmNames=alarms)["MetricAlarms"]) == 2


@pytest.mark.parametrize("name", OF_CODECOMMIT, ids=" ".join)
def test_recorded_calls_would_be_denied_without_the_statement(
    guarded: str, created: dict[str, Any], typed: Any, name: Named
) -> None:
    assert set(EVALUATED[name].actions) <= typed.needed(created["stack"])[name]
    assert typed.denied(created["stack"]) == []


def test_the_cell_that_copies_the_churn_file_works_once_it_was_fetched(
    typed: Any, aws: EmbeddedAws, tmp_path: Path
) -> None:
    """From the public bucket's name, as on AWS; the file comes from a mirror here."""
    place = {"Bucket": "sagemaker-sample-files", "Key": "datasets/tabular/synthetic/churn.txt"}
    published = (project.find().root / "mlops" / "churn" / "data" / "churn.csv").read_bytes()
    aws.client("s3").create_bucket(Bucket="mirror-of-churn")
    aws.client("s3").put_object(Bucket="mirror-of-churn", Key="churn.txt", Body=published)
    url = aws.client("s3").generate_presigned_url(
        "get_object", Params={"Bucket": "mirror-of-churn", "Key": "churn.txt"}
    )
    file = tmp_path / "churn.csv"
    done = typed("data", "fetch", "churn", "-o", str(file), "--url", url, "--into-bucket")
    assert done.exit_code == 0, done.err
    aws.client("s3").download_file(place["Bucket"], place["Key"], str(tmp_path / "churn.txt"))
    assert (tmp_path / "churn.txt").read_bytes() == published == file.read_bytes()


def test_two_projects_do_not_share_a_name(created: dict[str, Any], typed: Any) -> None:
    again = typed("project", "create", NAME)
    assert (again.exit_code, "there is a project" in again.err) == (2, True)


def test_behind_a_connection_its_use_would_be_denied_without_the_statement(
    typed: Any, aws: EmbeddedAws, tmp_path: Path
) -> None:
    """Two projects side by side, too: this one has its own of everything."""
    parameters = ["--parameter", f"ConnectionArn={CONNECTION}"]
    for repository in seeds.REPOSITORIES:
        clone = tmp_path / repository
        for path, content in seeds.files(project.find(), repository).items():
            (clone / path).parent.mkdir(parents=True, exist_ok=True)
            (clone / path).write_bytes(content)
        git("init", "-q", "-b", "main", cwd=clone)
        git("add", ".", cwd=clone)
        git("commit", "-q", "-m", "First", cwd=clone)
        aws.rehearsal("POST", "repositories", fullRepositoryId=f"shells/{repository}", location=str(clone))
        name = repository.replace("model", "Model").replace("build", "Build").replace("deploy", "Deploy")
        parameters += ["--parameter", f"{name}RepositoryId=shells/{repository}"]
    made = typed("project", "create", "linked", "--source", "connection", "--json", *parameters)
    assert made.exit_code == 0, made.err
    assert typed("project", "watch", "linked", "--deploy").exit_code == 0  # every stage but the first two is skipped
    needed = wait_until(lambda: _needed_of_both(typed, made.document["stack"]))
    assert all(set(EVALUATED[name].actions) <= needed[name] for name in OF_CONNECTION)
    assert typed("project", "delete", "linked").exit_code == 0


def _needed_of_both(typed: Any, stack: str) -> dict[Any, set[str]] | None:
    """What the statements were needed for, once both pipelines have read their repositories."""
    needed: dict[Any, set[str]] = typed.needed(stack)
    return needed if all(needed.get(name) for name in OF_CONNECTION) else None


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
