"""What is broken on purpose shows its symptom, is told as broken until it is mended, and progress is told of every
learner."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import EmbeddedAws
from tests.end_to_end.rehearse import Answer

STACK = "lab-census-lesson"
WHO = ("--suffix", "lesson")


@pytest.fixture(scope="module")
def ran(typed: Any) -> Iterator[Answer]:
    """The census lab after a run."""
    yield typed("lab", "run", "census", *WHO, "--json")
    typed("lab", "destroy", "census", *WHO)


def problems(typed: Any) -> dict[str, str]:
    answer = typed("lab", "check", "census", *WHO, "--json")
    told: dict[str, str] = answer.document["problems"]
    assert answer.exit_code == (1 if told else 0)
    return told


def failed_step(aws: EmbeddedAws) -> tuple[str, str]:
    """Where and why the newest execution failed."""
    sagemaker = aws.client("sagemaker")
    newest = sagemaker.list_pipeline_executions(PipelineName=STACK)["PipelineExecutionSummaries"][0]
    steps = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=newest["PipelineExecutionArn"])
    (failed,) = [step for step in steps["PipelineExecutionSteps"] if step["StepStatus"] == "Failed"]
    return failed["StepName"], failed["FailureReason"]


def test_nothing_is_broken_after_a_run(ran: Answer, typed: Any) -> None:
    assert ran.exit_code == 0, ran.err
    assert problems(typed) == {}


def test_a_missing_permission_is_mended_by_giving_it_back(ran: Answer, typed: Any, aws: EmbeddedAws) -> None:
    iam = aws.client("iam")
    role = next(each["RoleName"] for each in iam.list_roles()["Roles"] if f"{STACK}-PipelineRole" in each["RoleName"])
    before = iam.get_role_policy(RoleName=role, PolicyName="RunCensus")["PolicyDocument"]
    done = typed("lab", "break", "census", "missing-permission", *WHO)
    assert done.exit_code == 0, done.err
    assert "look at:" in done.out
    where, why = failed_step(aws)
    assert (where, "s3:GetObject" in why) == ("CheckAccuracy", True)
    assert "may not s3:GetObject" in problems(typed)["missing-permission"]
    iam.put_role_policy(RoleName=role, PolicyName="RunCensus", PolicyDocument=json.dumps(before))
    assert problems(typed) == {}


def test_a_wrong_path_is_mended_by_the_right_one_or_by_the_object(ran: Answer, typed: Any, aws: EmbeddedAws) -> None:
    assert typed("lab", "break", "census", "wrong-path", *WHO).exit_code == 0
    where, why = failed_step(aws)
    assert (where, "adults.csv" in why) == ("Preprocess", True)
    assert "adults.csv" in problems(typed)["wrong-path"]
    source = {"Bucket": STACK, "Key": "data/adult.csv"}
    aws.client("s3").copy_object(Bucket=STACK, Key="data/adults.csv", CopySource=source)
    assert problems(typed) == {}


def test_a_threshold_out_of_reach_is_mended_by_the_next_run(ran: Answer, typed: Any, aws: EmbeddedAws) -> None:
    assert typed("lab", "break", "census", "gate-missed", *WHO).exit_code == 0
    assert failed_step(aws) == ("AccuracyTooLow", "the accuracy on the test set is below 0.99")
    assert list(problems(typed)) == ["gate-missed"]
    assert typed("lab", "run", "census", *WHO).exit_code == 0
    assert problems(typed) == {}


def test_progress_tells_of_every_learner(ran: Answer, typed: Any) -> None:
    told = {each["suffix"]: each for each in typed("lab", "progress", "census", "--json").document["learners"]}
    mine = told["lesson"]
    assert (mine["stack"], mine["lastRun"], mine["endpoint"]) == ("CREATE_COMPLETE", "Succeeded", "InService")
    assert mine["versions"] == mine["approved"] >= 1
    assert "lesson" in typed("lab", "progress", "census").out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("break", "census", "everything", *WHO), 2, "it has missing-permission, wrong-path, gate-missed, throttling"),
        (("break", "census", "wrong-path", "--suffix", "nobody"), 1, "there is no stack lab-census-nobody"),
        (("check", "compare"), 1, "has no cases"),
        (("check", "pizza"), 2, "there is no lab 'pizza'"),
    ],
)
def test_what_cannot_be_broken_is_told(
    ran: Answer, typed: Any, arguments: tuple[str, ...], code: int, words: str
) -> None:
    answer = typed("lab", *arguments)
    assert (answer.exit_code, words in answer.err) == (code, True), answer.err
