"""Which provider carries out an action or rule."""

from collections.abc import Callable
from dataclasses import dataclass

from rehearsal.localaws.codepipeline.actions import (
    approval,
    build_codebuild,
    commands,
    deploy_cloudformation,
    deploy_s3,
    invoke_lambda,
    invoke_stepfunctions,
    rule_alarm,
    rule_variable,
    rule_window,
    source_codecommit,
    source_connection,
    source_s3,
)
from rehearsal.localaws.codepipeline.actions.context import Context
from rehearsal.localaws.codepipeline.definition import Declared
from rehearsal.localaws.codepipeline.state_machine import Later, Outcome

Act = Callable[[Context], Outcome | Later | None]
"""Does the work and tells its outcome; None when the outcome comes by another way (a job's result, an approval)."""


@dataclass(frozen=True)
class Provider:
    """How a kind of action is carried out."""

    act: Act
    takes_jobs: bool = False
    is_worker: bool = False


def _wait(_context: Context) -> None:
    """A custom worker will poll for the job."""


_WORKER = Provider(_wait, takes_jobs=True, is_worker=True)

PROVIDERS: dict[tuple[str, str], Provider] = {
    ("Source", "S3"): Provider(source_s3.act),
    ("Source", "CodeCommit"): Provider(source_codecommit.act),
    ("Source", "CodeStarSourceConnection"): Provider(source_connection.act),
    ("Invoke", "Lambda"): Provider(invoke_lambda.act, takes_jobs=True),
    ("Invoke", "StepFunctions"): Provider(invoke_stepfunctions.act),
    ("Build", "CodeBuild"): Provider(build_codebuild.act),
    ("Test", "CodeBuild"): Provider(build_codebuild.act),
    ("Compute", "Commands"): Provider(commands.act),
    ("Approval", "Manual"): Provider(approval.act),
    ("Deploy", "CloudFormation"): Provider(deploy_cloudformation.act),
    ("Deploy", "S3"): Provider(deploy_s3.act),
    ("Rule", "LambdaInvoke"): Provider(invoke_lambda.act, takes_jobs=True),
    ("Rule", "VariableCheck"): Provider(rule_variable.act),
    ("Rule", "CloudWatchAlarm"): Provider(rule_alarm.act),
    ("Rule", "DeploymentWindow"): Provider(rule_window.act),
    ("Rule", "Commands"): Provider(commands.act),
}
"""The providers that AWS owns, by category and provider; a rule's category is ``Rule``."""


def provider_of(declared: Declared) -> Provider:
    """The provider of an action or rule whose declaration has been admitted."""
    if declared.type.owner == "Custom":
        return _WORKER
    return PROVIDERS[declared.type.category, declared.type.provider]
