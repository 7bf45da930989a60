"""E9101: UserParameters that the function would refuse. W9102: UserParameters above CodePipeline's documented
length."""

from collections.abc import Iterator
from typing import Any

from cfnlint.rules import CloudFormationLintRule, RuleMatch

from pipeline_job import parameters
from pipeline_job.problem import Problem
from rehearsal.lint import pipelines, texts
from rehearsal.lint.texts import Text


class UserParametersFit(CloudFormationLintRule):
    """UserParameters of the project's functions are JSON objects that fit their schemas."""

    id = "E9101"
    shortdesc = "UserParameters fit the function's schema"
    description = (
        "UserParameters that are no JSON, or have unknown keys, wrong types or values out of range, fail "
        "the run at once"
    )
    source_url = "https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-Lambda.html"
    tags = ["resources", "codepipeline"]

    def match(self, cfn: Any) -> list[RuleMatch]:
        """A match for every problem, at its character."""
        return list(self._matches(cfn))

    def _matches(self, cfn: Any) -> Iterator[RuleMatch]:
        for placed in pipelines.actions(cfn.template):
            function = placed.action.function
            for text in _texts(placed.action, cfn.template) if function else ():
                checked = parameters.check(str(function), text.content, unresolved=True)
                for problem in checked.problems:
                    yield _match(problem, f"UserParameters of {placed.action.name} ({function}): ", text, cfn)
                for warning in checked.warnings:
                    if warning.path:
                        yield _match(warning, f"UserParameters of {placed.action.name} ({function}): ", text, cfn)


class UserParametersAreShort(CloudFormationLintRule):
    """UserParameters have at most 1000 characters."""

    id = "W9102"
    shortdesc = "UserParameters have at most 1000 characters"
    description = "The service model bounds an action's configuration value at 1000 characters"
    source_url = "https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html"
    tags = ["resources", "codepipeline"]

    def match(self, cfn: Any) -> list[RuleMatch]:
        """A match for every UserParameters above the limit, at the first character too many."""
        return [
            _match(_too_long(placed.action, text), "", text, cfn)
            for placed in pipelines.actions(cfn.template)
            if placed.action.provider == "Lambda"
            for text in _texts(placed.action, cfn.template)
            if len(text.content) > parameters.LENGTH_LIMIT
        ]


def _too_long(action: pipelines.Action, text: Text) -> Problem:
    message = f"UserParameters of {action.name} have {len(text.content)} characters, above {parameters.LENGTH_LIMIT}"
    return Problem(message, position=parameters.LENGTH_LIMIT, hint="move keys into training-config/<model-name>.json")


def _texts(action: pipelines.Action, template: Any) -> Iterator[Text]:
    if "UserParameters" in action.configuration:
        path = (*action.path, "Configuration", "UserParameters")
        yield from texts.of(action.configuration["UserParameters"], path, template)


def _match(problem: Problem, prefix: str, text: Text, cfn: Any) -> RuleMatch:
    message = prefix + problem.message + (f"; {problem.hint}" if problem.hint else "")
    location = None if problem.position is None else text.location(problem.position, cfn)
    return RuleMatch(list(text.path), message, **({"location": location} if location else {}))
