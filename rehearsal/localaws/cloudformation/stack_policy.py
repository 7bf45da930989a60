"""Stack policies: which resources an update may touch, and how. Pure.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from rehearsal.localaws.cloudformation.stack import Resource
from rehearsal.localaws.cloudformation.template import invalid

DENIED = "Action denied by stack policy"


@dataclass(frozen=True)
class StackPolicy:
    """The statements of a policy; without any, everything is allowed."""

    statements: tuple[Mapping[str, Any], ...] = ()

    @classmethod
    def parse(cls, body: str | None) -> "StackPolicy":
        """From the policy's text.

        Raises:
            AwsError: ValidationError, when it is no policy.
        """
        if not body:
            return cls()
        try:
            statements = json.loads(body)["Statement"]
        except (ValueError, KeyError, TypeError) as error:
            raise invalid("Error validating stack policy: Invalid stack policy") from error
        return cls(tuple(_listed(statements)))

    def allows(self, action: str, resource: Resource) -> bool:
        """Whether ``Update:Modify``, ``Update:Replace`` or ``Update:Delete`` of a resource is allowed."""
        if not self.statements:
            return True
        applying = {statement.get("Effect") for statement in self.statements if _applies(statement, action, resource)}
        return "Allow" in applying and "Deny" not in applying


def check(body: str) -> None:
    """Refuse what is no policy; an empty object is one that says nothing.

    Raises:
        AwsError: ValidationError.
    """
    if body.replace(" ", "") != "{}":
        StackPolicy.parse(body)


def _applies(statement: Mapping[str, Any], action: str, resource: Resource) -> bool:
    return (
        _matches(statement, "Action", action)
        and _matches(statement, "Resource", f"LogicalResourceId/{resource.logical_id}")
        and _has_type(statement.get("Condition"), resource.type)
    )


def _matches(statement: Mapping[str, Any], element: str, value: str) -> bool:
    if element in statement:
        return any(fnmatchcase(value, pattern) for pattern in _listed(statement[element]))
    negated = f"Not{element}"
    return negated in statement and not any(fnmatchcase(value, pattern) for pattern in _listed(statement[negated]))


def _has_type(condition: Mapping[str, Any] | None, resource_type: str) -> bool:
    if not condition:
        return True
    operands = [
        pattern
        for operator in ("StringEquals", "StringLike")
        for pattern in _listed(condition.get(operator, {}).get("ResourceType", []))
    ]
    return any(fnmatchcase(resource_type, pattern) for pattern in operands)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
