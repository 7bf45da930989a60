"""A template as CloudFormation sees it once parameters are given: conditions decided, what they leave out gone."""

from collections.abc import Mapping
from typing import Any

Template = Mapping[str, Any]
_ABSENT = object()


def as_launched(template: Template, parameters: Mapping[str, str]) -> dict[str, Any]:
    """The template with every ``Fn::If`` decided, and the resources and outputs left out whose condition does not hold."""
    given = {name: str(declared.get("Default", "")) for name, declared in template["Parameters"].items()}
    decided = _Conditions(template.get("Conditions", {}), given | dict(parameters))
    kept = {
        part: {
            name: _decide(entry, decided)
            for name, entry in template.get(part, {}).items()
            if "Condition" not in entry or decided.holds(entry["Condition"])
        }
        for part in ("Resources", "Outputs")
    }
    return {**template, **kept}


class _Conditions:
    """Which conditions hold with these parameters."""

    def __init__(self, declared: Template, parameters: Mapping[str, str]) -> None:
        self._declared, self._parameters = declared, parameters

    def holds(self, name: str) -> bool:
        return self._value(self._declared[name])

    def _value(self, expression: Any) -> Any:
        if not isinstance(expression, Mapping):
            return expression
        function, argument = next(iter(expression.items()))
        if function == "Ref":
            return self._parameters[argument]
        if function == "Condition":
            return self.holds(argument)
        if function == "Fn::Join":
            return self._value(
                argument[1]
            )  # of a list parameter, which is a text here: it is asked for being empty alone
        values = [self._value(each) for each in argument]
        return {
            "Fn::Equals": lambda: values[0] == values[1],
            "Fn::Not": lambda: not values[0],
            "Fn::And": lambda: all(values),
            "Fn::Or": lambda: any(values),
        }[function]()


def _decide(value: Any, conditions: _Conditions) -> Any:
    if isinstance(value, Mapping):
        if set(value) == {"Fn::If"}:
            name, if_true, if_false = value["Fn::If"]
            return _decide(if_true if conditions.holds(name) else if_false, conditions)
        if value == {"Ref": "AWS::NoValue"}:
            return _ABSENT
        decided = {key: _decide(each, conditions) for key, each in value.items()}
        return {key: each for key, each in decided.items() if each is not _ABSENT}
    if isinstance(value, list):
        return [each for each in (_decide(entry, conditions) for entry in value) if each is not _ABSENT]
    return value
