"""A template as it would be launched with given parameters: conditions decided, functions resolved as far as they can
be. Pure.

What only a launch can know (the ARN of a resource) is a placeholder of the right form, for checks that read policies.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Template = Mapping[str, Any]
_ABSENT = object()
_VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")


@dataclass(frozen=True)
class Place:
    """What the pseudo parameters say."""

    account: str
    region: str
    partition: str
    stack: str

    def pseudo(self) -> dict[str, str]:
        suffix = "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"
        return {
            "AWS::AccountId": self.account,
            "AWS::Region": self.region,
            "AWS::Partition": self.partition,
            "AWS::URLSuffix": suffix,
            "AWS::StackName": self.stack,
            "AWS::StackId": f"arn:{self.partition}:cloudformation:{self.region}:{self.account}:stack/{self.stack}/id",
        }


def decided(template: Template, parameters: Mapping[str, str]) -> dict[str, Any]:
    """The template with every ``Fn::If`` decided and what does not hold left out; conditions are needed no more."""
    known = Known(template, parameters, {})
    kept = {
        part: {
            name: _without({key: value for key, value in entry.items() if key != "Condition"}, known)
            for name, entry in template.get(part, {}).items()
            if "Condition" not in entry or known.holds(entry["Condition"])
        }
        for part in ("Resources", "Outputs")
    }
    return {**{part: value for part, value in template.items() if part != "Conditions"}, **kept}


def rendered(template: Template, parameters: Mapping[str, str], place: Place) -> dict[str, Any]:
    """The resources, by name, with every function resolved."""
    known = Known(template, parameters, place.pseudo())
    resources = decided(template, parameters)["Resources"]
    return {name: resolved(entry, known, place) for name, entry in resources.items()}


class Known:
    """Parameters, mappings and conditions of a template.

    A name with a dot among the parameters (``Bucket.Arn``) is the value of a resource's attribute, for who knows it.
    """

    def __init__(self, template: Template, parameters: Mapping[str, Any], pseudo: Mapping[str, str]) -> None:
        defaults = {name: str(each.get("Default", "")) for name, each in template.get("Parameters", {}).items()}
        self.values: dict[str, Any] = {**defaults, **parameters, **pseudo}
        self.mappings: Template = template.get("Mappings", {})
        self._conditions: Template = template.get("Conditions", {})

    def holds(self, name: str) -> bool:
        return bool(self._value(self._conditions[name]))

    def _value(self, expression: Any) -> Any:
        if not isinstance(expression, Mapping):
            return expression
        function, argument = next(iter(expression.items()))
        if function == "Ref":
            return self.values[argument]
        if function == "Condition":
            return self.holds(argument)
        if function == "Fn::Join":  # a list parameter is its text here, parted by commas
            parts = self._value(argument[1])
            return parts if isinstance(parts, str) else argument[0].join(map(self._value, parts))
        values = [self._value(each) for each in argument]
        match function:
            case "Fn::Equals":
                return values[0] == values[1]
            case "Fn::Not":
                return not values[0]
            case "Fn::And":
                return all(values)
        return any(values)  # Fn::Or


def _without(value: Any, known: Known) -> Any:
    if isinstance(value, Mapping):
        if set(value) == {"Fn::If"}:
            name, if_true, if_false = value["Fn::If"]
            return _without(if_true if known.holds(name) else if_false, known)
        if value == {"Ref": "AWS::NoValue"}:
            return _ABSENT
        inner = {key: _without(each, known) for key, each in value.items()}
        return {key: each for key, each in inner.items() if each is not _ABSENT}
    if isinstance(value, list):
        return [each for each in (_without(entry, known) for entry in value) if each is not _ABSENT]
    return value


def resolved(value: Any, known: Known, place: Place) -> Any:
    """A part of a template, its conditions decided, with every function resolved."""
    if isinstance(value, list):
        return [resolved(each, known, place) for each in value]
    if not isinstance(value, Mapping):
        return value
    if len(value) == 1:
        function, argument = next(iter(value.items()))
        if function == "Ref" or function.startswith("Fn::"):
            return _called(function, argument, known, place)
    return {key: resolved(each, known, place) for key, each in value.items()}


def _called(function: str, argument: Any, known: Known, place: Place) -> Any:
    match function:
        case "Ref":
            return known.values.get(argument, argument)
        case "Fn::GetAtt":
            name = argument if isinstance(argument, str) else ".".join(argument)
            return known.values.get(name) or _placeholder(name, place)
        case "Fn::Sub":
            return _substituted(argument, known, place)
        case "Fn::FindInMap":
            name, first, second = (resolved(each, known, place) for each in argument)
            return known.mappings[name].get(first, {}).get(second, "")
        case "Fn::Join":
            return str(argument[0]).join(str(resolved(each, known, place)) for each in argument[1])
    return {function: resolved(argument, known, place)}


def _substituted(argument: Any, known: Known, place: Place) -> str:
    text, more = (argument, {}) if isinstance(argument, str) else argument
    values = {name: str(resolved(each, known, place)) for name, each in more.items()}

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name in values:
            return values[name]
        if name in known.values:
            return str(known.values[name])
        return _placeholder(name, place) if "." in name else name

    return _VARIABLE.sub(value, text).replace("${!", "${")


def _placeholder(attribute: str, place: Place) -> str:
    """For an ARN one of the form that IAM takes for anything: to a linter it makes no difference of which service."""
    name, _, member = attribute.partition(".")
    if member.lower().endswith("arn"):
        return f"arn:{place.partition}:iam::{place.account}:role/{place.stack}-{name}-EXAMPLE"
    return f"{place.stack}-{name}-example".lower()


def policies_in(resources: Mapping[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Every policy among rendered resources: where it stands, its kind in Access Analyzer's terms, the document."""
    found: list[tuple[str, str, dict[str, Any]]] = []
    for name, resource in resources.items():
        properties = resource.get("Properties", {})
        match resource["Type"]:
            case "AWS::IAM::Role":
                found.append((f"{name} (trust)", "RESOURCE_POLICY", properties["AssumeRolePolicyDocument"]))
                for policy in properties.get("Policies", []):
                    found.append((f"{name}/{policy['PolicyName']}", "IDENTITY_POLICY", policy["PolicyDocument"]))
            case "AWS::S3::BucketPolicy" | "AWS::SQS::QueuePolicy" | "AWS::SNS::TopicPolicy":
                found.append((name, "RESOURCE_POLICY", properties["PolicyDocument"]))
    return found
