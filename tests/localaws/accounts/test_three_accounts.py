"""A pipeline that registers a model in one account and deploys it by CloudFormation into two others: all that must be
granted, and what it says of each grant that is missing."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.localaws.accounts.support import Account
from tests.localaws.codepipeline.workbench import zipped
from tests.localaws.waiting import wait_until

TEMPLATES = Path(__file__).parent / "templates"
STAGES = ("Source", "Register", "Staging", "Production")


@dataclass(frozen=True)
class Release:
    """The three accounts with their stacks."""

    build: Account
    staging: Account
    production: Account
    suffix: str
    key: str

    @property
    def pipeline(self) -> str:
        return f"models-{self.suffix}"

    def start(self) -> str:
        started = self.build.client("codepipeline").start_pipeline_execution(name=self.pipeline)
        return str(started["pipelineExecutionId"])

    def retry(self, execution: str, stage: str) -> None:
        self.build.client("codepipeline").retry_stage_execution(
            pipelineName=self.pipeline, stageName=stage, pipelineExecutionId=execution, retryMode="FAILED_ACTIONS"
        )

    def ended(self, execution: str) -> str:
        """The status of an execution, when it is over."""

        def status() -> str | None:
            found = self.build.client("codepipeline").get_pipeline_execution(
                pipelineName=self.pipeline, pipelineExecutionId=execution
            )["pipelineExecution"]["status"]
            return None if found == "InProgress" else str(found)

        return wait_until(status, "the end of the execution")

    def error(self, stage: str) -> str:
        """What the stage's action says of its failure, with the events of its stack."""
        states = self.build.client("codepipeline").get_pipeline_state(name=self.pipeline)["stageStates"]
        action = next(each for each in states if each["stageName"] == stage)["actionStates"][0]
        return str(action.get("latestExecution", {}).get("errorDetails", {}).get("message", action))


def _launch(account: Account, name: str, template: str, **parameters: str) -> dict[str, str]:
    cloudformation = account.client("cloudformation")
    cloudformation.create_stack(
        StackName=name,
        TemplateBody=(TEMPLATES / template).read_text(),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )

    def made() -> dict[str, Any] | None:
        stack: dict[str, Any] = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        return None if stack["StackStatus"] == "CREATE_IN_PROGRESS" else stack

    stack = wait_until(made, name)
    assert stack["StackStatus"] == "CREATE_COMPLETE", cloudformation.describe_stack_events(StackName=name)
    return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}


@pytest.fixture
def release(build: Account, staging: Account, production: Account, unique: Callable[[str], str]) -> Iterator[Release]:
    suffix = unique("x").rpartition("-")[2]
    accounts = {"StagingAccount": staging.id, "ProductionAccount": production.id}
    key = _launch(build, f"build-{suffix}", "build.yaml", Suffix=suffix, **accounts)["KeyArn"]
    for account in (staging, production):
        _launch(account, f"target-{suffix}", "target.yaml", Suffix=suffix, BuildAccount=build.id, KeyArn=key)
    files = {name: (TEMPLATES / name).read_bytes().decode() for name in ("register.py", "model.yaml")}
    s3, bucket = build.client("s3"), f"artifacts-{suffix}"
    s3.put_object(Bucket=bucket, Key="model.tar.gz", Body=b"any")
    s3.put_object(Bucket=bucket, Key="source.zip", Body=zipped(**{n.replace(".", "__"): t for n, t in files.items()}))
    yield Release(build, staging, production, suffix, key)


def _role_grant(account: Account, role: str, name: str) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """To take away and to give back an inline policy of a role."""
    iam = account.client("iam")
    known = json.dumps(iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])
    return (
        lambda: iam.delete_role_policy(RoleName=role, PolicyName=name),
        lambda: iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=known),
    )


def _trust(account: Account, role: str) -> tuple[Callable[[], Any], Callable[[], Any]]:
    iam = account.client("iam")
    known = json.dumps(iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"])
    nobody = known.replace('"AWS"', '"Service"').replace(
        json.loads(known)["Statement"][0]["Principal"]["AWS"], "codepipeline.amazonaws.com"
    )
    return (
        lambda: iam.update_assume_role_policy(RoleName=role, PolicyDocument=nobody),
        lambda: iam.update_assume_role_policy(RoleName=role, PolicyDocument=known),
    )


def _key_policy(release: Release) -> tuple[Callable[[], Any], Callable[[], Any]]:
    kms = release.build.client("kms")
    known = kms.get_key_policy(KeyId=release.key, PolicyName="default")["Policy"]
    own = json.dumps({**json.loads(known), "Statement": json.loads(known)["Statement"][:1]})

    def put(text: str) -> Any:
        return kms.put_key_policy(KeyId=release.key, PolicyName="default", Policy=text)

    return lambda: put(own), lambda: put(known)


def _bucket_policy(release: Release) -> tuple[Callable[[], Any], Callable[[], Any]]:
    s3, bucket = release.build.client("s3"), f"artifacts-{release.suffix}"
    known = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    return lambda: s3.delete_bucket_policy(Bucket=bucket), lambda: s3.put_bucket_policy(Bucket=bucket, Policy=known)


def _group_policy(release: Release) -> tuple[Callable[[], Any], Callable[[], Any]]:
    sagemaker, group = release.build.client("sagemaker"), f"models-{release.suffix}"
    known = sagemaker.get_model_package_group_policy(ModelPackageGroupName=group)["ResourcePolicy"]
    return (
        lambda: sagemaker.delete_model_package_group_policy(ModelPackageGroupName=group),
        lambda: sagemaker.put_model_package_group_policy(ModelPackageGroupName=group, ResourcePolicy=known),
    )


def _check_that_both_have_the_model(release: Release) -> None:
    for account in (release.staging, release.production):
        stack = account.client("cloudformation").describe_stacks(StackName=f"model-{release.suffix}")["Stacks"][0]
        model = account.client("sagemaker").describe_model(ModelName=stack["Outputs"][0]["OutputValue"])
        package = model["PrimaryContainer"]["ModelPackageName"]
        assert package.split(":")[4] == release.build.id and model["ModelArn"].split(":")[4] == account.id
    listed = release.build.client("sagemaker").list_models()["Models"]
    assert not [each for each in listed if release.suffix in each["ModelName"]]


def test_each_missing_grant_fails_where_aws_fails(release: Release) -> None:
    """All grants are taken away; each is given back when the pipeline has failed for the want of it."""
    suffix, staging = release.suffix, release.staging
    assumed, unnamed = "is not authorized to perform AssumeRole on the role", "no identity-based policy allows the"
    steps = (
        (_role_grant(release.build, f"Pipeline-{suffix}", "assume"), assumed),
        (_trust(staging, f"Deploy-{suffix}"), assumed),
        (_role_grant(staging, f"Deploy-{suffix}", "stacks"), f"{unnamed} cloudformation:DescribeStacks action"),
        (_bucket_policy(release), "Access Denied"),
        (_role_grant(staging, f"Deploy-{suffix}", "artifacts"), "Access Denied"),
        (_key_policy(release), "kms:Decrypt on this resource because the resource does not exist in this Region"),
        (_role_grant(staging, f"Deploy-{suffix}", "key"), f"{unnamed} kms:Decrypt action"),
        (_role_grant(staging, f"Deploy-{suffix}", "pass"), f"{unnamed} iam:PassRole action"),
        (_group_policy(release), "no resource-based policy allows the sagemaker:CreateModel action"),
        (_role_grant(staging, f"Stack-{suffix}", "packages"), f"{unnamed} sagemaker:CreateModel action"),
        (_role_grant(staging, f"Serve-{suffix}", "model"), "Could not access model data"),
    )
    for (take, _), _ in steps:
        take()
    execution = release.start()
    for (_, give), words in steps:
        assert release.ended(execution) == "Failed"
        assert words in release.error("Staging"), words
        give()
        release.retry(execution, "Staging")
    assert release.ended(execution) == "Succeeded", [release.error(each) for each in STAGES]
    _check_that_both_have_the_model(release)
