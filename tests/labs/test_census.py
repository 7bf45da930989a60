"""The lab census: run, run again, a gate that is missed, launched on an account, removed."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.end_to_end.rehearse import Answer
from tests.labs.quiet_account import in_front_of
from tests.localaws.authorizer.minimal.statements import Named
from tests.localaws.authorizer.minimal.table import TABLE, Evaluated

HERE = "tests/labs/test_census.py"
STACK = "lab-census-one"
EVALUATED = {name: row for name, row in TABLE.items() if isinstance(row, Evaluated) and row.test.startswith(HERE)}
STEPS = {"Preprocess", "Train", "Evaluate", "CheckAccuracy", "Create", "Register"}


@pytest.fixture(scope="module")
def ran(typed: Any) -> Iterator[Answer]:
    """The lab after a run."""
    done = typed("lab", "run", "census", "--suffix", "one", "--json")
    yield done
    typed("lab", "destroy", "census", "--suffix", "one")


def test_a_run_ends_with_an_endpoint_that_answers_as_the_evaluation_says(ran: Answer, aws: Any) -> None:
    assert ran.exit_code == 0, ran.err
    told = ran.document
    assert (told["status"], {step["name"] for step in told["steps"]}) == ("Succeeded", STEPS)
    assert {step["status"] for step in told["steps"]} == {"Succeeded"}
    assert told["metrics"]["accuracy"] > 0.8
    assert told["metrics"]["auc"] > 0.85
    assert told["answers"] == {"rows": 360.0, "accuracy": told["metrics"]["accuracy"]}
    package = aws.client("sagemaker").describe_model_package(ModelPackageName=told["modelPackageArn"])
    assert package["ModelApprovalStatus"] == "Approved"
    report = package["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"]
    assert report.endswith("/evaluation/evaluation.json")


def test_its_steps_are_shown_as_they_end(ran: Answer) -> None:
    lines = [line.split() for line in ran.err.splitlines() if line.startswith(" step ")]
    assert {line[3] for line in lines} == STEPS  # after step, seconds and their unit
    assert [line[3] for line in lines][:4] == ["Preprocess", "Train", "Evaluate", "CheckAccuracy"]
    assert {line[4] for line in lines} == {"Succeeded"}


def test_a_second_run_registers_a_version_and_updates_the_endpoint_in_place(ran: Answer, typed: Any, aws: Any) -> None:
    again = typed("lab", "run", "census", "--suffix", "one", "--json", "--parameter", "Rounds=20")
    assert again.exit_code == 0, again.err
    assert again.document["modelPackageArn"].endswith("/lab-census-one/2")
    config = aws.client("sagemaker").describe_endpoint(EndpointName=STACK)["EndpointConfigName"]
    described = aws.client("sagemaker").describe_endpoint_config(EndpointConfigName=config)
    model = aws.client("sagemaker").describe_model(ModelName=described["ProductionVariants"][0]["ModelName"])
    assert model["Containers"][0]["ModelPackageName"] == again.document["modelPackageArn"]


def test_a_missed_gate_registers_nothing_and_says_so(ran: Answer, typed: Any, aws: Any) -> None:
    group = {"ModelPackageGroupName": STACK}
    before = len(aws.client("sagemaker").list_model_packages(**group)["ModelPackageSummaryList"])
    missed = typed("lab", "run", "census", "--suffix", "one", "--parameter", "AccuracyThreshold=0.999")
    assert missed.exit_code == 1
    assert "the accuracy on the test set is below 0.999" in missed.err
    assert "AccuracyTooLow" in missed.err
    assert "accuracy" in missed.out
    assert len(aws.client("sagemaker").list_model_packages(**group)["ModelPackageSummaryList"]) == before


@pytest.mark.parametrize("name", EVALUATED, ids=" ".join)
def test_recorded_calls_would_be_denied_without_the_statement(ran: Answer, typed: Any, name: Named) -> None:
    assert set(EVALUATED[name].actions) <= typed.needed(STACK)[name]
    assert typed.denied(STACK) == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--parameter", "Depth=3"), "it has InputDataUrl, Rounds, AccuracyThreshold, ModelApprovalStatus"),
        (("--parameter", "Rounds=many"), "'many' is no Integer"),
        (("--data", "nowhere.csv"), "there is no file nowhere.csv"),
        (("--suffix", "Not Usable"), "the suffix 'Not Usable' is not usable"),
    ],
)
def test_what_cannot_be_run_is_refused_before_anything_is_made(
    typed: Any, options: tuple[str, ...], words: str
) -> None:
    refused = typed("lab", "run", "census", *options)
    assert refused.exit_code == 2
    assert words in refused.err


def test_an_account_is_asked_first_and_a_person_approves(typed: Any, aws: Any, unique: Callable[[str], str]) -> None:
    """Launched through a proxy that does not say that it is a rehearsal; reviewed, then destroyed."""
    suffix = unique("a")[:10]
    with in_front_of(aws.url) as url:
        account = {"AWS_ENDPOINT_URL": url}
        asked = typed("lab", "launch", "census", "--suffix", suffix, env=account)
        assert asked.exit_code == 2
        assert f"create or update the stack lab-census-{suffix}, run its SageMaker pipeline in account" in asked.err
        assert "2 x ml.m5.large (processing)" in asked.err
        done = typed("lab", "launch", "census", "--suffix", suffix, "--yes", "--review", "--json", env=account)
        assert done.exit_code == 0, done.err
        assert "AWS::SageMaker::ModelPackageGroup" in done.err
        told = done.document
        assert (told["status"], told["endpoint"]) == ("Succeeded", None)
        assert any("--approve" in each for each in told["next"])
        package = aws.client("sagemaker").describe_model_package(ModelPackageName=told["modelPackageArn"])
        assert package["ModelApprovalStatus"] == "PendingManualApproval"
        assert package["InferenceSpecification"]["Containers"][0]["ModelDataUrl"].startswith(
            f"s3://lab-census-{suffix}-123456789012/models/"
        )
        removed = typed("lab", "destroy", "census", "--suffix", suffix, "--yes", "--json", env=account)
    assert (removed.exit_code, removed.document["remaining"]) == (0, {}), removed.err
    kinds = {each["kind"] for each in removed.document["removed"]}
    assert kinds == {"model", "model package", "model pipeline", "objects", "lab stack"}
    assert not [name for name in _everything(aws) if suffix in name]
    again = typed("lab", "destroy", "census", "--suffix", suffix)
    assert (again.exit_code, again.out.split()[0]) == (0, "nothing")


def _everything(aws: Any) -> list[str]:
    """Names of all that a lab makes."""
    sagemaker = aws.client("sagemaker")
    return [
        *(each["PipelineName"] for each in sagemaker.list_pipelines()["PipelineSummaries"]),
        *(each["EndpointName"] for each in sagemaker.list_endpoints()["Endpoints"]),
        *(
            each["ModelPackageGroupName"]
            for each in sagemaker.list_model_package_groups()["ModelPackageGroupSummaryList"]
        ),
        *(each["Name"] for each in aws.client("s3").list_buckets()["Buckets"]),
        *(each["RoleName"] for each in aws.client("iam").list_roles()["Roles"]),
    ]
