"""The Rules section: assertions on the values of parameters, checked before anything is made.

Three functions stand in rules alone: they look up what the account holds of AWS-specific parameter types. Their values
take their place, and what is left is evaluated as everywhere.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-rules.html
"""

from collections.abc import Mapping
from typing import Any, Protocol

from rehearsal.localaws.cloudformation import intrinsics
from rehearsal.localaws.cloudformation.intrinsics import Scope
from rehearsal.localaws.cloudformation.template import Node, Template, invalid


class Account(Protocol):
    """What there is of the AWS-specific parameter types."""

    def all_of(self, kind: str) -> list[str]:
        """Every value of a type."""

    def attributes(self, kind: str, values: list[str], name: str) -> list[str]:
        """An attribute of each value."""


def check(template: Template, scope: Scope, account: Account) -> None:
    """Hold the parameter values to the Rules section.

    Raises:
        AwsError: ValidationError with the assertion's description.
    """
    for name, rule in template.rules.items():
        looked_up = _LookUps(template.parameters, scope, account)
        if "RuleCondition" in rule and not looked_up.holds(rule["RuleCondition"]):
            continue
        for assertion in rule.get("Assertions", []):
            if not looked_up.holds(assertion["Assert"]):
                described = assertion.get("AssertDescription", "the assertion does not hold")
                raise invalid(f"Template validation error: Rule {name}: {described}")


class _LookUps:
    """Evaluates conditions of rules."""

    def __init__(self, parameters: Mapping[str, Mapping[str, Any]], scope: Scope, account: Account) -> None:
        self._parameters, self._scope, self._account = parameters, scope, account

    def holds(self, node: Node) -> bool:
        return intrinsics.condition_holds(self._filled(node), self._scope)

    def _filled(self, node: Node) -> Node:
        if isinstance(node, list):
            return [self._filled(item) for item in node]
        if not isinstance(node, dict):
            return node
        match node:
            case {"Fn::RefAll": str(kind)}:
                return self._account.all_of(kind)
            case {"Fn::ValueOf": [str(parameter), str(attribute)]}:
                return self._value_of(parameter, attribute)
            case {"Fn::ValueOfAll": [str(kind), str(attribute)]}:
                return self._account.attributes(kind, self._values_of_type(kind), attribute)
        return {key: self._filled(value) for key, value in node.items()}

    def _value_of(self, parameter: str, attribute: str) -> Node:
        """A list for a parameter that is a list."""
        if parameter not in self._parameters:
            raise invalid(f"Template error: Fn::ValueOf refers to {parameter}, which is no parameter")
        found = self._account.attributes(self._type(parameter), self._values(parameter), attribute)
        if self._is_list(parameter):
            return found
        return found[0] if found else ""

    def _values_of_type(self, kind: str) -> list[str]:
        return [value for name in self._parameters if self._type(name) == kind for value in self._values(name)]

    def _values(self, parameter: str) -> list[str]:
        value = self._scope.ref(parameter)
        return list(value) if isinstance(value, list) else [value]

    def _is_list(self, parameter: str) -> bool:
        return str(self._parameters[parameter]["Type"]).startswith("List<")

    def _type(self, parameter: str) -> str:
        """The type of the parameter's items."""
        return str(self._parameters[parameter]["Type"]).removeprefix("List<").removesuffix(">")
