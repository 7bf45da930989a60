"""What is asked of an account before a first launch, and the dress rehearsal of its roles."""

from collections.abc import Iterator
from typing import Any

import pytest

from rehearsal.toolkit.checks import actions
from tests.conftest import EmbeddedAws, start_embedded_aws, stop_embedded_aws
from tests.end_to_end.rehearse import Answer, rehearse
from tests.localaws.waiting import wait_until

OPTIONS = ("ProdEnvironment=true", "Monitoring=true", "NotificationEmail=a@example.com", "AllowAutoscaling=true")
MORE_OPTIONS = ("AllowTimeToLive=true", "BuildFunctions=true", "CreateRepositories=true")


@pytest.fixture(scope="module")
def account() -> Iterator[EmbeddedAws]:
    """An account of this module's own, whose administrator's calls are counted."""
    embedded = start_embedded_aws("--continuation-delay", "0.05")
    yield embedded
    stop_embedded_aws(embedded)


def typed(account: EmbeddedAws, *arguments: str) -> Answer:
    return rehearse(*arguments, env=account.environment, timeout=900)


def findings(answer: Answer) -> dict[str, dict[str, str]]:
    return {each["check"]: each for each in answer.document["findings"]}


def test_an_empty_account_is_examined_and_nothing_of_it_stays(account: EmbeddedAws) -> None:
    answer = typed(account, "doctor", "--account", "--suffix", "sde", "--json")
    found = findings(answer)
    for check in ("credentials", "permissions", "bucket mlops-builtinalgo-data-sde"):
        assert found[check]["verdict"] == "good", answer.out
    for stack in ("mlops-prep-sde", "mlops-pipeline-sde"):
        assert found[f"change set of {stack}"]["found"].startswith("CloudFormation would change"), answer.out
    assert not [each for each in found.values() if each["verdict"] == "bad" and not each["check"].startswith("port")]
    stacks = account.client("cloudformation").list_stacks()["StackSummaries"]
    assert {each["StackStatus"] for each in stacks} <= {"DELETE_COMPLETE"}
    assert account.client("s3").list_buckets()["Buckets"] == []


def test_a_probe_proves_source_and_trains_nothing(account: EmbeddedAws) -> None:
    done = typed(account, "launch", "--suffix", "sde", "--probe", "--json")
    assert done.exit_code == 0, done.err
    assert [(each["action"], each["status"]) for each in done.document["source"]] == [
        ("Source/TrainingConfig", "Succeeded")
    ]
    assert account.client("sagemaker").list_training_jobs()["TrainingJobSummaries"] == []
    state = account.client("codepipeline").get_pipeline_state(name="mlops-builtinalgo-sde")
    assert state["stageStates"][1]["inboundTransitionState"]["enabled"] is True
    assert {run["status"] for run in runs(account)} <= {"Failed", "Stopped", "Superseded"}


def runs(account: EmbeddedAws) -> list[dict[str, Any]]:
    listed = account.client("codepipeline").list_pipeline_executions(pipelineName="mlops-builtinalgo-sde")
    return list(listed["pipelineExecutionSummaries"])


def test_a_probe_tells_that_source_may_not_read_its_bucket(account: EmbeddedAws) -> None:
    iam = account.client("iam")
    role = next(each["RoleName"] for each in iam.list_roles()["Roles"] if "PipelineRole" in each["RoleName"])
    policies = {
        name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
    }
    for name in policies:
        iam.delete_role_policy(RoleName=role, PolicyName=name)
    denied = typed(account, "launch", "--suffix", "sde", "--probe", "--json")
    assert denied.exit_code == 1
    assert denied.document["source"][0]["status"] == "Failed"
    assert "S3:AccessDenied" in denied.document["source"][0]["error"]
    assert typed(account, "destroy", "--suffix", "sde", "--yes").exit_code == 0


def test_doctor_asks_for_every_action_that_the_commands_call(account: EmbeddedAws) -> None:
    """And for none that nothing needs: what is not called here has its reason in the table beside it."""
    everything = [part for value in (*OPTIONS, *MORE_OPTIONS) for part in ("--parameter", value)]
    assert typed(account, "launch", "--suffix", "opt", "--review", "--yes", *everything).exit_code == 0
    assert typed(account, "destroy", "--suffix", "opt").exit_code == 0
    assert typed(account, "launch", "--suffix", "one").exit_code == 0
    wait_until(lambda: typed(account, "status", "--suffix", "one", "--watch").exit_code == 0)
    assert typed(account, "launch", "--suffix", "one", "--parameter", "LogRetentionInDays=14").exit_code == 0
    typed(account, "params", "set", "FullTest", "s3key=nope.csv", "--suffix", "one")
    assert typed(account, "release", "--suffix", "one").exit_code == 1
    assert typed(account, "retry", "--suffix", "one").exit_code == 0
    assert typed(account, "history", "--suffix", "one").exit_code == 0
    assert typed(account, "logs", "Train/TrainModel", "--suffix", "one").exit_code == 0
    rows = ",".join(["1"] * 11)
    invoked = rehearse("invoke", "Test", "--suffix", "one", env=account.environment, stdin=rows)
    assert invoked.exit_code == 0, invoked.err
    assert typed(account, "destroy", "--suffix", "one").exit_code == 0
    called = called_by_the_administrator(account)
    asked = {action for row in actions.TABLE for action in row.actions}
    assert called - asked - CALLED_BY_THIS_TEST == set()
    assert asked - called - actions.NOT_CALLED_HERE.keys() == set()


CALLED_BY_THIS_TEST = {
    *("iam:ListRoles", "iam:ListRolePolicies", "cloudformation:ListStacks", "s3:DeleteObject", "ec2:DescribeRegions"),
    *("codepipeline:DisableStageTransition", "codepipeline:EnableStageTransition", "ecr:BatchGetImage"),
    *("servicequotas:ListServiceQuotas", "servicequotas:ListAWSDefaultServiceQuotas", "iam:SimulatePrincipalPolicy"),
}
"""Calls of this file, of rehearse doctor itself and of the probe, which nobody needs for a launch."""


def called_by_the_administrator(account: EmbeddedAws) -> set[str]:
    principals = account.rehearsal("GET", "iam/usage")["principals"]
    admin = next(each for each in principals if each["arn"].endswith(":user/admin"))
    return {call["action"] for call in admin["calls"]}
