"""The cases of the workshop and of the lab abalone, and those that only an embedded AWS can bring about: at full size,
each is broken, seen, told, mended in the way that it says, and told as mended."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from rehearsal.toolkit.labs import lessons_of_labs, lessons_of_workshop
from tests.conftest import EmbeddedAws
from tests.end_to_end.rehearse import Answer
from tests.localaws.waiting import wait_until

CENSUS, ABALONE, WORKSHOP = "lab-census-further", "lab-abalone-further", "mlops-builtinalgo-further"
WHO = ("--suffix", "further")
full = pytest.mark.full("labs")


def problems(typed: Any, name: str) -> dict[str, str]:
    answer = typed("lab", "check", name, *WHO, "--json")
    told: dict[str, str] = answer.document["problems"]
    assert answer.exit_code == (1 if told else 0)
    return told


def broken(typed: Any, name: str, case: str) -> Answer:
    done: Answer = typed("lab", "break", name, case, *WHO)
    assert done.exit_code == 0, done.err
    assert list(problems(typed, name)) == [case]
    return done


def without(aws: EmbeddedAws, role: str, policy: str) -> dict[str, Any]:
    """A role's policy as it is before it is broken, and where to put it back."""
    iam = aws.client("iam")
    names = [each["RoleName"] for page in iam.get_paginator("list_roles").paginate() for each in page["Roles"]]
    (name,) = [each for each in names if role in each]
    document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
    return {"RoleName": name, "PolicyName": policy, "PolicyDocument": json.dumps(document)}


def test_every_case_says_what_is_seen_where_to_look_and_what_mends_it() -> None:
    for cases in (*lessons_of_labs.LESSONS.values(), lessons_of_workshop.WORKSHOP):
        assert len({each.name for each in cases}) == len(cases)
        for each in cases:
            assert all((each.symptom, each.where_to_look, each.cure)), each.name


def test_the_cases_of_the_workshop_are_listed_without_an_account(typed: Any) -> None:
    listed = typed("lab", "break", "workshop", "--json").document["cases"]
    assert [each["name"] for each in listed] == [each.name for each in lessons_of_workshop.WORKSHOP]
    missing = typed("lab", "check", "workshop", "--suffix", "nobody")
    assert (missing.exit_code, "there is no stack mlops-pipeline-nobody" in missing.err) == (1, True)


# ---------------------------------------------------------------------------- census


@pytest.fixture(scope="module")
def census(typed: Any) -> Iterator[Answer]:
    yield typed("lab", "run", "census", *WHO, "--json")
    typed("lab", "destroy", "census", *WHO)


def failed_step(aws: EmbeddedAws) -> tuple[str, str]:
    sagemaker = aws.client("sagemaker")
    newest = sagemaker.list_pipeline_executions(PipelineName=CENSUS)["PipelineExecutionSummaries"][0]
    steps = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=newest["PipelineExecutionArn"])
    (failed,) = [step for step in steps["PipelineExecutionSteps"] if step["StepStatus"] == "Failed"]
    return failed["StepName"], failed["FailureReason"]


@full
def test_throttling_is_mended_by_a_retry_policy(census: Answer, typed: Any, aws: EmbeddedAws) -> None:
    broken(typed, "census", "throttling")
    where, why = failed_step(aws)
    assert (where, "Throttling" in why or "Rate exceeded" in why) == ("Train", True), why
    sagemaker = aws.client("sagemaker")
    definition = json.loads(sagemaker.describe_pipeline(PipelineName=CENSUS)["PipelineDefinition"])
    train = next(each for each in definition["Steps"] if each["Name"] == "Train")
    policy = {"ExceptionType": ["Step.THROTTLING"], "IntervalSeconds": 1, "BackoffRate": 1.0, "MaxAttempts": 8}
    train["RetryPolicies"] = [policy]
    sagemaker.update_pipeline(PipelineName=CENSUS, PipelineDefinition=json.dumps(definition))
    assert problems(typed, "census") == {}
    assert typed("fault", "clear").exit_code == 0


@full
def test_an_interruption_is_made_up_for_by_a_retry(census: Answer, typed: Any, aws: EmbeddedAws) -> None:
    broken(typed, "census", "spot-interruption")
    assert failed_step(aws)[0] == "Train"
    sagemaker = aws.client("sagemaker")
    newest = sagemaker.list_pipeline_executions(PipelineName=CENSUS)["PipelineExecutionSummaries"][0]
    arn = newest["PipelineExecutionArn"]
    sagemaker.retry_pipeline_execution(PipelineExecutionArn=arn, ClientRequestToken="a" * 32)

    def is_over() -> bool:
        found = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)["PipelineExecutionStatus"]
        return bool(found == "Succeeded")

    wait_until(is_over)
    assert problems(typed, "census") == {}


# ---------------------------------------------------------------------------- abalone


@pytest.fixture(scope="module")
def abalone(typed: Any) -> Iterator[Answer]:
    yield typed("lab", "run", "abalone", *WHO, "--json")
    typed("lab", "destroy", "abalone", *WHO)


def failed_action(aws: EmbeddedAws, pipeline: str) -> str:
    codepipeline = aws.client("codepipeline")
    newest = codepipeline.list_pipeline_executions(pipelineName=pipeline)["pipelineExecutionSummaries"][0]
    listed = codepipeline.list_action_executions(
        pipelineName=pipeline, filter={"pipelineExecutionId": newest["pipelineExecutionId"]}
    )
    (failed,) = [each for each in listed["actionExecutionDetails"] if each["status"] == "Failed"]
    return f"{failed['stageName']}/{failed['actionName']}"


@full
def test_a_name_that_cannot_be_recorded_is_mended_by_the_right(abalone: Answer, typed: Any, aws: EmbeddedAws) -> None:
    assert abalone.exit_code == 0, abalone.err
    before = without(aws, f"{ABALONE}-RecordModelNameRole", "RecordModelName")
    broken(typed, "abalone", "missing-permission")
    assert failed_action(aws, ABALONE) == "BuildModel/RunSageMakerPipeline"
    aws.client("iam").put_role_policy(**before)
    assert problems(typed, "abalone") == {}


@full
def test_a_source_without_its_build_is_mended_by_a_run(abalone: Answer, typed: Any, aws: EmbeddedAws) -> None:
    broken(typed, "abalone", "wrong-path")
    assert failed_action(aws, ABALONE) == "BuildTemplate/BuildEndpointTemplate"
    assert typed("lab", "run", "abalone", *WHO).exit_code == 0
    assert problems(typed, "abalone") == {}


# ---------------------------------------------------------------------------- the workshop


@pytest.fixture(scope="module")
def workshop(typed: Any, aws: EmbeddedAws) -> Iterator[Answer]:
    """Launched, after its first execution."""
    done: Answer = typed("launch", *WHO, "--json")
    assert done.exit_code == 0, done.err
    wait_until(lambda: newest_status(aws) == "Succeeded")
    yield done
    typed("destroy", *WHO)


def newest_status(aws: EmbeddedAws) -> str:
    listed = aws.client("codepipeline").list_pipeline_executions(pipelineName=WORKSHOP)["pipelineExecutionSummaries"]
    return str(listed[0]["status"]) if listed else ""


def released(typed: Any, aws: EmbeddedAws) -> None:
    """Release change, to its end."""
    aws.client("codepipeline").start_pipeline_execution(name=WORKSHOP)
    wait_until(lambda: newest_status(aws) == "Succeeded")


@full
def test_nothing_is_broken_after_the_launch(workshop: Answer, typed: Any) -> None:
    assert problems(typed, "workshop") == {}


@full
def test_a_deployment_without_its_right_is_mended_by_it(workshop: Answer, typed: Any, aws: EmbeddedAws) -> None:
    before = without(aws, "mlops-pipeline-further-FunctionRole", "TrainDeployEvaluate")
    broken(typed, "workshop", "missing-permission")
    assert failed_action(aws, WORKSHOP) == "DeployDev/DeployModel"
    aws.client("iam").put_role_policy(**before)
    assert problems(typed, "workshop") == {}


@full
def test_data_that_is_gone_is_mended_by_its_version(workshop: Answer, typed: Any, aws: EmbeddedAws) -> None:
    broken(typed, "workshop", "wrong-path")
    assert failed_action(aws, WORKSHOP).startswith("Train/")
    s3, place = aws.client("s3"), {"Bucket": "mlops-builtinalgo-data-further", "Key": "train/train.csv"}
    listed = s3.list_object_versions(Bucket=place["Bucket"], Prefix=place["Key"])["DeleteMarkers"]
    s3.delete_object(**place, VersionId=listed[0]["VersionId"])
    assert problems(typed, "workshop") == {}


@full
def test_a_bar_out_of_reach_is_mended_by_the_next_upload(workshop: Answer, typed: Any, aws: EmbeddedAws) -> None:
    broken(typed, "workshop", "gate-missed")
    assert failed_action(aws, WORKSHOP) == "DeployTest/FullTest"
    assert typed("upload", *WHO).exit_code == 0
    assert problems(typed, "workshop") == {}
    wait_until(lambda: newest_status(aws) == "Succeeded")


@full
@pytest.mark.parametrize(
    ("case", "action"), [("canary-rollback", "DeployDev/GetStatus"), ("spot-interruption", "Train/GetStatus")]
)
def test_what_the_service_took_away_is_made_up_for(
    workshop: Answer, typed: Any, aws: EmbeddedAws, case: str, action: str
) -> None:
    broken(typed, "workshop", case)
    assert failed_action(aws, WORKSHOP) == action
    released(typed, aws)
    assert problems(typed, "workshop") == {}
