"""E9103: a ``#{variable}`` that no earlier action gives. W9104: one whose value may hold a quote and so break the JSON
around it."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from cfnlint.rules import CloudFormationLintRule, RuleMatch

from pipeline_job.functions import FUNCTIONS
from rehearsal.lint import pipelines, texts
from rehearsal.lint.pipelines import Action, Placed
from rehearsal.lint.texts import Text

_VARIABLE = re.compile(r"#\{([^{}.]+)\.([^{}]+)\}")
_PIPELINE = frozenset({"PipelineExecutionId"})
_SOURCES: dict[str, frozenset[str]] = {
    "S3": frozenset({"BucketName", "ETag", "ObjectKey", "VersionId"}),
    "CodeCommit": frozenset(
        {"AuthorDate", "BranchName", "CommitId", "CommitMessage", "CommitterDate", "RepositoryName"}
    ),
    "ECR": frozenset({"ImageDigest", "ImageTag", "ImageURI", "RegistryId", "RepositoryName"}),
}
"""https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html"""
_MAY_HOLD_QUOTES = frozenset({"CommitMessage", "AuthorDisplayName", "ObjectKey", "ETag", "BranchName"})


class VariablesAreGiven(CloudFormationLintRule):
    """Every variable is the output of an earlier action."""

    id = "E9103"
    shortdesc = "Variables in action configurations come from earlier actions"
    description = (
        "A variable whose namespace no earlier action has, or whose name its action does not give, fails the run"
    )
    source_url = "https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html"
    tags = ["resources", "codepipeline"]

    def match(self, cfn: Any) -> list[RuleMatch]:
        """A match for every such variable."""
        return list(self._matches(cfn))

    def _matches(self, cfn: Any) -> Iterator[RuleMatch]:
        declared = _declared(cfn.template)
        for placed in pipelines.actions(cfn.template):
            for text, found in _uses(placed.action, cfn.template):
                reason = _missing(found[1], found[2], placed, declared)
                if reason:
                    yield _match(f"{placed.action.name}: {found[0]} {reason}", text, found.start(), cfn)


class VariablesKeepJson(CloudFormationLintRule):
    """No variable in UserParameters may hold a quote."""

    id = "W9104"
    shortdesc = "Variables in UserParameters cannot break the JSON"
    description = (
        "CodePipeline puts a variable's value into the text as it is: a quote in it ends the JSON string around it"
    )
    source_url = "https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html"
    tags = ["resources", "codepipeline"]

    def match(self, cfn: Any) -> list[RuleMatch]:
        """A match for every such variable."""
        return [
            _match(
                f"{placed.action.name}: the value of {found[0]} may hold a quote, which breaks the JSON",
                text,
                found.start(),
                cfn,
            )
            for placed in pipelines.actions(cfn.template)
            if placed.action.function
            for text, found in _uses(placed.action, cfn.template)
            if text.path[len(placed.action.path) + 1] == "UserParameters"
            if _may_hold_quotes(found[1], found[2], placed)
        ]


def _uses(action: Action, template: Any) -> Iterator[tuple[Text, re.Match[str]]]:
    for key, value in action.configuration.items():
        for text in texts.of(value, (*action.path, "Configuration", key), template):
            for found in _VARIABLE.finditer(str(text.node) if isinstance(text.node, str) else text.content):
                yield text, found


def _declared(template: Any) -> frozenset[str]:
    """The pipelines' own variables."""
    return frozenset(
        str(variable.get("Name"))
        for _, resource in pipelines.resources(template)
        if resource.get("Type") == "AWS::CodePipeline::Pipeline"
        for variable in resource.get("Properties", {}).get("Variables", ())
        if isinstance(variable, dict)
    )


def _missing(namespace: str, name: str, placed: Placed, declared: frozenset[str]) -> str | None:
    if namespace == "codepipeline":
        return None if name in _PIPELINE else "is unknown: codepipeline gives PipelineExecutionId alone"
    if namespace == "variables":
        return None if name in declared else "is not declared in the pipeline's Variables"
    giver = next((each for each in placed.earlier if each.namespace == namespace), None)
    if giver is None:
        known = sorted({each.namespace for each in placed.earlier if each.namespace})
        return f"has a namespace that no earlier action has{_nearest(namespace, known)}"
    given = _outputs(giver)
    if given is None or name in given or (giver.function and FUNCTIONS[giver.function].gives(name)):
        return None
    return f"is not given by {giver.name}{_nearest(name, sorted(given))}"


def _outputs(giver: Action) -> frozenset[str] | None:
    """What an action gives; None where that cannot be known, as with CodeBuild or somebody else's function."""
    return FUNCTIONS[giver.function].outputs if giver.function else _SOURCES.get(giver.provider)


def _may_hold_quotes(namespace: str, name: str, placed: Placed) -> bool:
    if namespace == "codepipeline":
        return False
    giver = next((each for each in placed.earlier if each.namespace == namespace), None)
    if namespace == "variables" or giver is None or giver.function:
        return namespace == "variables"
    return name in _MAY_HOLD_QUOTES or _outputs(giver) is None


def _nearest(name: str, known: list[str]) -> str:
    nearest = get_close_matches(name, known, n=1)
    return f"; did you mean {nearest[0]}?" if nearest else f"; known are {', '.join(known) or 'none'}"


def _match(message: str, text: Text, position: int, cfn: Any) -> RuleMatch:
    location = text.location(position, cfn)
    return RuleMatch(list(text.path), message, **({"location": location} if location else {}))
