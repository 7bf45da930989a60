"""Action and rule types: what AWS offers here, and what the user brings (custom action types with a worker)."""

from typing import Any

from rehearsal.localaws.codepipeline import tags
from rehearsal.localaws.codepipeline.action_types import RULE, Counts, TypeRules
from rehearsal.localaws.codepipeline.api_base import CodePipelinePart
from rehearsal.localaws.codepipeline.definition import ActionType
from rehearsal.localaws.codepipeline.models import CustomActionType
from rehearsal.localaws.ground import pages
from rehearsal.localaws.ground.errors import AwsError

MAX_CUSTOM_TYPES = 50


class Types(CodePipelinePart):
    """CreateCustomActionType and its like."""

    def create_custom_action_type(self) -> dict[str, Any]:
        """Bring an action type of one's own; a worker polls for its jobs."""
        params, custom = self.params, self.backend.records.custom_types
        given_tags = params.get("tags", [])
        tags.check(given_tags)
        kind = ActionType(params["category"], "Custom", params["provider"], params["version"])
        if kind in custom:
            raise AwsError(
                "ValidationException",
                f"The custom action type {kind.category}/{kind.provider} version {kind.version} already exists or "
                f"existed: a version cannot be used twice",
            )
        if len(custom) >= MAX_CUSTOM_TYPES:
            raise AwsError("LimitExceededException", f"An account can have at most {MAX_CUSTOM_TYPES} custom actions.")
        custom[kind] = CustomActionType(_rules(params), dict(params))
        self.backend.records.tags[self._arn(kind)] = {tag["key"]: tag["value"] for tag in given_tags}
        return {"actionType": _view(kind, custom[kind].rules, params), "tags": given_tags}

    def _arn(self, kind: ActionType) -> str:
        return self.backend.arn(f"actiontype:{kind.owner}/{kind.category}/{kind.provider}/{kind.version}")

    def delete_custom_action_type(self) -> None:
        """Take a custom action type away; pipelines that use it cannot be made or changed any more."""
        kind = ActionType(self.params["category"], "Custom", self.params["provider"], self.params["version"])
        found = self.backend.records.custom_types.get(kind)
        if found is not None:
            found.is_deleted = True
            self.backend.records.tags.pop(self._arn(kind), None)

    def list_action_types(self) -> dict[str, Any]:
        """Every type that a pipeline may name here."""
        owner = self.params.get("actionOwnerFilter")
        custom = self.backend.records.custom_types
        rows = [
            _view(kind, rules, custom[kind].declared if kind in custom else {})
            for kind, rules in self.backend.types().items()
            if owner in (None, kind.owner) and kind.category != RULE
        ]
        return pages.page(rows, self.params, "actionTypes", default=100)

    def list_rule_types(self) -> dict[str, Any]:
        """Every rule type that a condition may name here."""
        rows = [
            {
                "id": _id(kind),
                "ruleConfigurationProperties": _properties(rules),
                "inputArtifactDetails": _counts(rules.inputs),
            }
            for kind, rules in self.backend.types().items()
            if kind.category == RULE
        ]
        return {"ruleTypes": rows}


def _rules(params: dict[str, Any]) -> TypeRules:
    properties = {p["name"]: p["required"] for p in params.get("configurationProperties", [])}
    counts = [
        Counts(params[member]["minimumCount"], params[member]["maximumCount"])
        for member in ("inputArtifactDetails", "outputArtifactDetails")
    ]
    return TypeRules(properties, *counts)


def _view(kind: ActionType, rules: TypeRules, declared: dict[str, Any]) -> dict[str, Any]:
    settings = {"settings": declared["settings"]} if "settings" in declared else {}
    return {
        "id": _id(kind),
        **settings,
        "actionConfigurationProperties": declared.get("configurationProperties", _properties(rules)),
        "inputArtifactDetails": _counts(rules.inputs),
        "outputArtifactDetails": _counts(rules.outputs),
    }


def _id(kind: ActionType) -> dict[str, str]:
    return {"category": kind.category, "owner": kind.owner, "provider": kind.provider, "version": kind.version}


def _properties(rules: TypeRules) -> list[dict[str, Any]]:
    return [
        {"name": name, "required": required, "key": True, "secret": False}
        for name, required in rules.properties.items()
    ]


def _counts(counts: Counts) -> dict[str, int]:
    return {"minimumCount": counts.least, "maximumCount": counts.most}
