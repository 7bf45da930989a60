"""Which provider carries out an action or rule, and what declarations of each may say: made from the files of this
folder."""

from rehearsal.localaws.codepipeline.action_types import TypeRules
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
from rehearsal.localaws.codepipeline.actions.provider import Provider
from rehearsal.localaws.codepipeline.definition import ActionType, Declared

_MODULES = (
    source_s3,
    source_codecommit,
    source_connection,
    invoke_lambda,
    approval,
    invoke_stepfunctions,
    build_codebuild,
    commands,
    deploy_s3,
    deploy_cloudformation,
    rule_variable,
    rule_alarm,
    rule_window,
)
PROVIDERS: dict[tuple[str, str], Provider] = {
    (provider.category, provider.name): provider for module in _MODULES for provider in module.PROVIDERS
}
"""The providers that AWS owns, by category and name."""


def _wait(_context: Context) -> None:
    """A custom worker will poll for the job."""


_WORKER = Provider("", "", _wait, TypeRules({}), takes_jobs=True, is_worker=True)


def provider_of(declared: Declared) -> Provider:
    """The provider of an action or rule whose declaration has been admitted."""
    if declared.type.owner == "Custom":
        return _WORKER
    return PROVIDERS[declared.type.category, declared.type.provider]


def aws_types() -> dict[ActionType, TypeRules]:
    """Every AWS-owned type, rules included, with its full id."""
    return {ActionType(each.category, "AWS", each.name, "1"): each.rules for each in PROVIDERS.values()}
