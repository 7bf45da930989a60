"""Stacks of released versions update to the present templates: no endpoint, bucket or object is lost."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rehearsal.toolkit import workshop
from rehearsal.toolkit.stacks import stacks
from rehearsal.toolkit.stacks.stacks import StackRequest
from tests.conftest import start_embedded_aws, stop_embedded_aws
from tests.end_to_end.optional_stacks import Launched, Launcher, answer_by_mail, quiet
from tests.templates.combinations import APPROVER, chosen

RELEASED = Path(__file__).parents[1] / "templates" / "released"
PREP, PIPELINE = "builtin-algo-prep.yaml", "builtin-algo-pipeline.yaml"
NUMBERS = itertools.count(1)
VERSIONS = sorted(folder.name for folder in RELEASED.iterdir())


@pytest.fixture(scope="module")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launcher]:
    embedded = start_embedded_aws("--continuation-delay", "0.05")
    yield Launcher(embedded, tmp_path_factory.mktemp("upgrades"))
    stop_embedded_aws(embedded)


@pytest.fixture
def released(launcher: Launcher, request: pytest.FixtureRequest) -> Launched:
    """A workshop of a released version whose pipeline has deployed."""
    made = launcher.launch(f"up{next(NUMBERS)}", {}, templates=RELEASED / request.param)
    made.ended("Succeeded")
    return made


def held(made: Launched) -> dict[str, Any]:
    """What must survive: endpoints with their configs and creation times, objects of the buckets, the pipeline's
    history."""
    sagemaker, s3 = made.aws.client("sagemaker"), made.aws.client("s3")
    endpoints = {name: sagemaker.describe_endpoint(EndpointName=name) for name in made.endpoints()}
    return {
        "endpoints": {name: (each["EndpointConfigName"], each["CreationTime"]) for name, each in endpoints.items()},
        "objects": {
            (bucket, entry["Key"], entry["ETag"])
            for bucket in made.plan.workshop.buckets
            for entry in s3.list_objects_v2(Bucket=bucket).get("Contents", [])
        },
        "executions": {each["pipelineExecutionId"] for each in made.executions()},
    }


def upgrade(made: Launched, parameters: dict[str, str]) -> None:
    """Update both stacks to the present templates; the parameters that exist keep their values."""
    for name, template in (
        (made.plan.workshop.prep_stack, made.plan.project.prep_template),
        (made.plan.workshop.pipeline_stack, made.plan.project.pipeline_template),
    ):
        before = stacks.parameters_of(stacks.describe(made.aws, name) or {})
        new = parameters if template.name == PIPELINE else {}
        request = StackRequest(name, template, before | new, template_bucket=made.plan.workshop.code_bucket)
        stacks.launch(made.aws, request, quiet)


def lost(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What was there before and is not now, or is another."""
    return {
        "endpoints": {
            name for name in before["endpoints"] if after["endpoints"].get(name) != before["endpoints"][name]
        },
        "objects": before["objects"] - after["objects"],
        "executions": before["executions"] - after["executions"],
    }


NOTHING: dict[str, Any] = {"endpoints": set(), "objects": set(), "executions": set()}


@pytest.mark.parametrize("released", VERSIONS, indirect=True)
def test_an_upgrade_loses_nothing_and_the_pipeline_runs_on(released: Launched) -> None:
    before = held(released)
    assert len(before["endpoints"]) == 2
    upgrade(released, {})
    assert lost(before, held(released)) == NOTHING
    assert [each["status"] for each in released.executions()] == ["Succeeded"]
    workshop.release(released.aws, released.plan.workshop)
    released.ended("Succeeded", count=2)
    after = held(released)
    assert {name: made for name, (_config, made) in after["endpoints"].items()} == {
        name: made for name, (_config, made) in before["endpoints"].items()
    }


@pytest.mark.parametrize("released", VERSIONS, indirect=True)
def test_an_upgrade_may_switch_options_on_and_off_again(released: Launched) -> None:
    before = held(released)
    upgrade(released, chosen("approver", "monitoring", "notifications", "build"))
    assert lost(before, held(released)) == NOTHING
    released.upload_functions({})
    answer_by_mail(released.mail(APPROVER, "waiting for your response"), "Approved")
    released.ended("Succeeded", count=2)
    assert f"winequality-{released.suffix}-Prod" in released.endpoints()
    with_options = held(released)
    off = {"ProdEnvironment": "false", "ApproverEmail": "", "Monitoring": "false", "NotificationEmail": ""}
    upgrade(released, {**off, "BuildFunctions": "false"})
    assert lost(with_options, held(released)) == NOTHING
