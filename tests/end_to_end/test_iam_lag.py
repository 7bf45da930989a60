"""A workshop under ten seconds of IAM lag: made, updated from the first release, given a right and released at once."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from rehearsal.toolkit import workshop
from rehearsal.toolkit.stacks import stacks
from rehearsal.toolkit.stacks.stacks import StackRequest
from tests.conftest import start_embedded_aws, stop_embedded_aws
from tests.end_to_end.optional_stacks import Launched, Launcher, quiet
from tests.end_to_end.test_stack_upgrades import RELEASED, upgrade

LAG_SECONDS = 10
SCALED = '{"env": "Dev", "min-instances": 1, "max-instances": 2}'


@pytest.fixture(scope="module")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launcher]:
    embedded = start_embedded_aws("--continuation-delay", "0.05")
    yield Launcher(embedded, tmp_path_factory.mktemp("lag"))
    stop_embedded_aws(embedded)


@pytest.fixture(scope="module")
def made(launcher: Launcher) -> Launched:
    """A workshop of the first release, made and run under the lag."""
    embedded = launcher.embedded
    embedded.rehearsal("POST", "faults", kind="iam-lag", seconds=LAG_SECONDS)
    with passing(embedded):
        found = launcher.launch("lag", {}, templates=RELEASED / "0.1.0")
    found.ended("Succeeded")
    return found


@contextmanager
def passing(embedded: Any) -> Iterator[None]:
    """Time passes twenty times as fast while the block runs: CloudFormation waits for each new role."""
    over = threading.Event()

    def advance() -> None:
        while not over.wait(0.5):
            embedded.rehearsal("POST", "clock", seconds=LAG_SECONDS)

    thread = threading.Thread(target=advance, daemon=True)
    thread.start()
    yield
    over.set()
    thread.join()


def test_an_update_from_the_first_release_does_not_race_with_iam(made: Launched) -> None:
    """Nobody moves the clock: what needs a right at once has it, or the update is rolled back."""
    upgrade(made, {})
    workshop.release(made.aws, made.plan.workshop)
    made.ended("Succeeded", count=2)


def test_a_right_given_a_moment_ago_is_told_and_a_retry_succeeds(made: Launched) -> None:
    name = made.plan.workshop.pipeline_stack
    before = stacks.parameters_of(stacks.describe(made.aws, name) or {})
    embedded = made.launcher.embedded
    embedded.rehearsal("DELETE", "faults")
    embedded.rehearsal(
        "POST", "faults", kind="iam-lag", seconds=100 * LAG_SECONDS
    )  # longer than a run on a busy machine
    wanted = {**before, "AllowAutoscaling": "true", "DeployDevUserParameters": SCALED}
    request = StackRequest(
        name, made.plan.project.pipeline_template, wanted, template_bucket=made.plan.workshop.code_bucket
    )
    stacks.launch(made.aws, request, quiet)
    workshop.release(made.aws, made.plan.workshop)
    made.ended("Failed", count=3)
    while "time is nearly over" in made.errors()[0]:  # a busy machine
        retry(made)
        made.ended("Failed", count=3)
    assert "application-autoscaling:RegisterScalableTarget" in made.errors()[0]
    assert "IAM takes seconds" in made.errors()[0]
    embedded.rehearsal("POST", "clock", seconds=100 * LAG_SECONDS + 1)
    retry(made)
    made.ended("Succeeded", count=3)


def retry(made: Launched) -> None:
    """Retry the failed actions of DeployDev; returns when the execution is under way again."""
    place = {"pipelineName": made.pipeline, "stageName": "DeployDev", "retryMode": "FAILED_ACTIONS"}
    made.aws.client("codepipeline").retry_stage_execution(
        **place, pipelineExecutionId=made.executions()[0]["pipelineExecutionId"]
    )
