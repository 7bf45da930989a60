"""The lab drift on an embedded AWS of its own, whose clock it moves: drift is seen, told, and learnt from."""

from collections.abc import Iterator

import pytest

from tests.conftest import EmbeddedAws, start_embedded_aws, stop_embedded_aws
from tests.end_to_end.rehearse import Answer
from tests.labs.conftest import Typed
from tests.labs.quiet_account import in_front_of
from tests.localaws.authorizer.minimal.statements import Named
from tests.localaws.authorizer.minimal.table import TABLE, Evaluated
from tests.localaws.authorizer.minimal.usage import Usage

HERE = "tests/labs/test_drift.py"
STACK = "lab-drift-bay"
WHO = ("--suffix", "bay")
NEEDED = {name: row for name, row in TABLE.items() if isinstance(row, Evaluated) and row.test.startswith(HERE)}


@pytest.fixture(scope="module")
def own_aws() -> Iterator[EmbeddedAws]:
    """One of its own: its clock is moved."""
    embedded = start_embedded_aws("--continuation-delay", "0.05")
    yield embedded
    stop_embedded_aws(embedded)


@pytest.fixture(scope="module")
def here(own_aws: EmbeddedAws) -> Typed:
    return Typed(own_aws)


@pytest.fixture(scope="module")
def ran(here: Typed) -> Answer:
    """The lab after a run."""
    return here("lab", "run", "drift", *WHO, "--json")


def test_requests_that_drift_bring_a_better_model(ran: Answer) -> None:
    assert ran.exit_code == 0, ran.err
    told = ran.document
    assert told["facts"]["violationsAsUsual"] == {"data": 0, "model": 0}
    assert told["facts"]["violationsFromWarmerWater"]["data"] == 7  # the seven measures
    assert told["facts"]["violationsFromWarmerWater"]["model"] >= 1
    assert told["answers"]["mse after"] < 0.8 * told["answers"]["mse before"]
    assert told["metrics"]["mse"] < told["metrics"]["mse_serving"]


def test_the_alarm_has_started_the_execution(ran: Answer, own_aws: EmbeddedAws) -> None:
    sagemaker = own_aws.client("sagemaker")
    arn = ran.document["pipelineExecutionArn"]
    parameters = sagemaker.list_pipeline_parameters_for_execution(PipelineExecutionArn=arn)["PipelineParameters"]
    assert {"Name": "Reason", "Value": "alarm"} in parameters
    assert len(sagemaker.list_pipeline_executions(PipelineName=STACK)["PipelineExecutionSummaries"]) == 2


def test_both_alarms_come_by_mail(ran: Answer, own_aws: EmbeddedAws) -> None:
    subjects = {mail["subject"] for mail in own_aws.rehearsal("GET", "mailbox")["messages"]}
    for name in ("DataAlarm", "ModelAlarm"):
        assert any(subject.startswith(f'ALARM: "lab-watching-drift-bay-{name}') for subject in subjects), subjects


@pytest.mark.parametrize("name", NEEDED, ids=" ".join)
def test_recorded_calls_would_be_denied_without_the_statement(ran: Answer, own_aws: EmbeddedAws, name: Named) -> None:
    usage = Usage(own_aws, STACK)
    assert set(NEEDED[name].actions) <= usage.needed()[name]
    assert usage.denied() == []


@pytest.mark.full("labs")
def test_an_account_whose_clock_nobody_moves_goes_the_same_way() -> None:
    embedded = start_embedded_aws("--continuation-delay", "0.05")
    try:
        with in_front_of(embedded.url) as url:
            consent = ("--yes", "--suffix", "real", "--bucket-suffix", "real")
            done = Typed(embedded)("lab", "launch", "drift", *consent, "--json", env={"AWS_ENDPOINT_URL": url})
    finally:
        stop_embedded_aws(embedded)
    assert done.exit_code == 0, done.err
    assert done.document["answers"]["mse after"] < done.document["answers"]["mse before"]


def test_destroy_leaves_nothing(ran: Answer, here: Typed) -> None:
    leaking = here("leaks", *WHO)
    assert (leaking.exit_code, "watching stack lab-watching-drift-bay" in leaking.out) == (1, True), leaking.out
    done = here("lab", "destroy", "drift", *WHO, "--json")
    assert (done.exit_code, done.document["remaining"]) == (0, {}), done.err
    removed = {each["kind"] for each in done.document["removed"]}
    assert {"watching stack", "endpoint", "endpoint config", "model", "model pipeline", "lab stack"} <= removed
    assert here("leaks", *WHO).exit_code == 0
