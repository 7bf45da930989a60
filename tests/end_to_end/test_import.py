"""A pipeline that runs in one account, read from there and run in another."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rehearsal.testing import server
from rehearsal.testing.server import EmbeddedAws
from rehearsal.toolkit.data import dataset
from rehearsal.toolkit.executions.executions import Execution, Status
from rehearsal.toolkit.stacks import local_code, uploads
from tests.conftest import ROOT
from tests.end_to_end.rehearse import Answer, rehearse
from tests.localaws.waiting import wait_until

FOREIGN = Path(__file__).with_name("foreign_pipeline.json")


@pytest.fixture(scope="module")
def account() -> Iterator[EmbeddedAws]:
    """An embedded AWS that stands for the account in which the pipelines run."""
    started = server.start()
    yield started
    started.stop()


def imported(account: EmbeddedAws, pipeline: str, folder: Path) -> Answer:
    answer = rehearse("import", "--pipeline", pipeline, "-o", str(folder), "--json", env=account.environment)
    assert answer.exit_code == 0, answer.err
    assert answer.err.index("codepipeline:GetPipeline") < answer.err.index("events:ListRuleNamesByTarget")
    return answer


def test_a_pipeline_of_another_style_is_read_and_runs_elsewhere(
    account: EmbeddedAws, embedded_aws: EmbeddedAws, tmp_path: Path
) -> None:
    account.deploy(FOREIGN, stack="foreign-pipeline", Token="s3cr3t-of-acme")
    before = _writes(account)
    answer = imported(account, "acme-delivery", tmp_path / "acme")
    assert _writes(account) == before, "nothing in the account has changed"
    written = "".join(path.read_text(errors="replace") for path in (tmp_path / "acme").rglob("*") if path.is_file())
    assert "s3cr3t-of-acme" not in written
    parameters = answer.document["parameters"]
    assert sorted(parameters) == ["APIKEY", "DEPLOYTOKEN"]
    assert sorted(answer.document["resources"].values()) == [
        "AWS::CodeBuild::Project",
        "AWS::CodePipeline::Pipeline",
        "AWS::Events::Rule",
        "AWS::IAM::Role",
        "AWS::Lambda::Function",
        "AWS::S3::Bucket",
        "AWS::SNS::Topic",
    ]
    embedded_aws.deploy(tmp_path / "acme" / "template.yaml", **dict.fromkeys(parameters, "another"))
    source = local_code.zip_of(ROOT / "examples" / "one-function" / "source")
    embedded_aws.client("s3").put_object(Bucket="acme-store", Key="in/source.zip", Body=source)
    embedded_aws.client("codepipeline").start_pipeline_execution(name="acme-delivery")
    waiting = wait_until(lambda: _waiting(embedded_aws))
    assert waiting["Human"] == "InProgress"
    asked = rehearse("approve", "--summary", "as there", env=embedded_aws.environment)
    assert asked.exit_code == 0, asked.err
    done = embedded_aws.wait_for_pipeline("acme-delivery")
    assert done.status is Status.SUCCEEDED
    assert _action(done, "Tell").variables["Topic"].endswith(":acme-approvals")
    assert _action(done, "Tell").configuration["UserParameters"] == '{"color": "${blue}"}'
    rule = embedded_aws.client("events").describe_rule(Name="acme-nightly")
    assert rule["ScheduleExpression"] == "cron(0 3 * * ? *)"


def _writes(account: EmbeddedAws) -> tuple[int, int]:
    """What would differ after a write: events of stacks and keys in the bucket."""
    events = account.client("cloudformation").describe_stack_events(StackName="foreign-pipeline")["StackEvents"]
    return len(events), account.client("s3").list_objects_v2(Bucket="acme-store")["KeyCount"]


def _waiting(embedded_aws: EmbeddedAws) -> dict[str, str] | None:
    state = embedded_aws.client("codepipeline").get_pipeline_state(name="acme-delivery")
    states = {
        action["actionName"]: action.get("latestExecution", {}).get("status", "")
        for stage in state["stageStates"]
        for action in stage["actionStates"]
    }
    assert "Failed" not in states.values() or states["Zip"] == "Failed", json.dumps(state, default=str)
    return states if states["Human"] == "InProgress" else None


def _action(execution: Execution, name: str) -> Any:
    return next(each for each in execution.actions if each.name == name)


def test_the_workshops_pipeline_is_read_and_trains_elsewhere(
    account: EmbeddedAws, embedded_aws: EmbeddedAws, tmp_path: Path
) -> None:
    launched = rehearse("launch", "--suffix", "sde", env=account.environment)
    assert launched.exit_code == 0, launched.err
    answer = imported(account, "mlops-builtinalgo-sde", tmp_path / "mine")
    assert len([kind for kind in answer.document["resources"].values() if kind == "AWS::Lambda::Function"]) == 4
    assert answer.document["parameters"] == []
    embedded_aws.deploy(tmp_path / "mine" / "template.yaml", stack="mine")
    s3 = embedded_aws.client("s3")
    bucket = "mlops-builtinalgo-data-sde"
    for key in dataset.SETS:
        s3.put_object(Bucket=bucket, Key=key, Body=(ROOT / "Data" / key).read_bytes())
    config = uploads.zip_of_training_config(ROOT / "training-config")
    s3.put_object(Bucket=bucket, Key="training-config.zip", Body=config)
    done = embedded_aws.run_pipeline("mlops-builtinalgo-sde")
    assert done.status is Status.SUCCEEDED, [each.error for each in done.failed_actions]


def test_what_is_not_there_and_a_folder_that_is_taken_are_refused(account: EmbeddedAws, tmp_path: Path) -> None:
    absent = rehearse("import", "--pipeline", "none", "-o", str(tmp_path / "new"), env=account.environment)
    assert absent.exit_code == 1
    assert "there is no pipeline none" in absent.err
    (tmp_path / "file").write_text("mine")
    taken = rehearse("import", "--pipeline", "none", "-o", str(tmp_path), env=account.environment)
    assert taken.exit_code == 2
