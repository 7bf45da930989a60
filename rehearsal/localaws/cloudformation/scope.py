"""The scope of one deployment of a template: parameters, pseudo parameters, conditions, and the resources made so
far."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rehearsal.localaws.cloudformation import intrinsics
from rehearsal.localaws.cloudformation.parameters import ParameterValue
from rehearsal.localaws.cloudformation.template import Template, invalid

PSEUDO_PARAMETERS = frozenset(
    f"AWS::{name}"
    for name in ("AccountId", "NotificationARNs", "NoValue", "Partition", "Region", "StackId", "StackName", "URLSuffix")
)


class NotYetKnown(Exception):
    """A value that only the deployment will tell: raised while a change set is worked out."""


@dataclass(frozen=True)
class Surroundings:
    """What the stack is, for pseudo parameters and exports."""

    account_id: str
    region: str
    stack_id: str
    stack_name: str
    notification_arns: tuple[str, ...] = ()
    import_value: Callable[[str], str] = field(default=lambda name: _no_export(name), compare=False)

    def pseudo(self, name: str) -> Any:
        """The value of ``AWS::...``."""
        china = self.region.startswith("cn-")
        return {
            "AWS::AccountId": self.account_id,
            "AWS::NotificationARNs": list(self.notification_arns),
            "AWS::NoValue": intrinsics.NO_VALUE,
            "AWS::Partition": "aws-cn" if china else "aws",
            "AWS::Region": self.region,
            "AWS::StackId": self.stack_id,
            "AWS::StackName": self.stack_name,
            "AWS::URLSuffix": "amazonaws.com.cn" if china else "amazonaws.com",
        }[name]


def _no_export(name: str) -> str:
    raise invalid(f"No export named {name} found. Rollback requested by user.")


ResourceLookup = Callable[[str], str]
AttributeLookup = Callable[[str, str], Any]


def _unknown_resource(name: str) -> str:
    raise NotYetKnown(name)


def _unknown_attribute(logical_id: str, name: str) -> Any:
    raise NotYetKnown(f"{logical_id}.{name}")


class StackScope:
    """An :class:`intrinsics.Scope` over a template, its parameter values and a stack's resources."""

    def __init__(
        self,
        template: Template,
        parameters: Mapping[str, ParameterValue],
        surroundings: Surroundings,
        resource: ResourceLookup = _unknown_resource,
        attribute: AttributeLookup = _unknown_attribute,
    ) -> None:
        self._template = template
        self._parameters = parameters
        self._surroundings = surroundings
        self._resource = resource
        self._attribute = attribute
        self._conditions: dict[str, bool] = {}
        self._evaluating: list[str] = []

    @property
    def mappings(self) -> Mapping[str, Any]:
        return self._template.mappings

    def ref(self, name: str) -> Any:
        if name in PSEUDO_PARAMETERS:
            return self._surroundings.pseudo(name)
        if name in self._parameters:
            value = self._parameters[name].value
            return list(value) if isinstance(value, tuple) else value
        return self._resource(name)

    def attribute(self, logical_id: str, name: str) -> Any:
        return self._attribute(logical_id, name)

    def condition(self, name: str) -> bool:
        if name not in self._conditions:
            self._conditions[name] = self._evaluate(name)
        return self._conditions[name]

    def _evaluate(self, name: str) -> bool:
        if name not in self._template.conditions:
            raise invalid(
                f"Template error: unresolved condition dependency {name} in the Resources block of the template"
            )
        if name in self._evaluating:
            raise invalid(
                f"Template error: Found circular condition dependency between {name} and {self._evaluating[-1]}"
            )
        self._evaluating.append(name)
        try:
            return intrinsics.condition_holds(self._template.conditions[name], self)
        finally:
            self._evaluating.pop()

    def import_value(self, export_name: str) -> str:
        return self._surroundings.import_value(export_name)

    def availability_zones(self, region: str) -> list[str]:
        return [f"{region or self._surroundings.region}{letter}" for letter in "abc"]


def check_conditions(template: Template, scope: StackScope) -> None:
    """Evaluate every condition, so that a wrong one is told before anything is made."""
    for name, node in template.conditions.items():
        for reference in intrinsics.references(node):
            if reference in template.resources:
                raise invalid(
                    f"Template format error: Unresolved dependencies [{reference}]. Cannot reference resources in the "
                    f"Conditions block of the template"
                )
        scope.condition(name)
