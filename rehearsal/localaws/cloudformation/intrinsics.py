"""Resolves intrinsic functions. Pure: whatever a function needs to know it asks of a :class:`Scope`."""

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from rehearsal.localaws.cloudformation.template import Node, as_text, invalid

NO_VALUE = object()
"""What ``AWS::NoValue`` resolves to: the property, or list item, is left out."""

_VARIABLE = re.compile(r"\$\{(!?)([^{}]*)\}")


class Scope(Protocol):
    """What the functions of a template may refer to."""

    @property
    def mappings(self) -> Mapping[str, Any]:
        """The Mappings section."""

    def ref(self, name: str) -> Any:
        """The value of a parameter, pseudo parameter or resource."""

    def attribute(self, logical_id: str, name: str) -> Any:
        """An attribute of a resource."""

    def condition(self, name: str) -> bool:
        """Whether a condition holds."""

    def import_value(self, export_name: str) -> str:
        """What another stack exports under the name."""

    def availability_zones(self, region: str) -> list[str]:
        """The zones of a region (the stack's when empty)."""


def resolve(node: Node, scope: Scope) -> Any:
    """``node`` with every function replaced by its value; NO_VALUE members and items are gone."""
    if isinstance(node, list):
        return [value for value in (resolve(item, scope) for item in node) if value is not NO_VALUE]
    if not isinstance(node, dict):
        return node
    function = function_of(node)
    if function is not None:
        return _evaluate(function, node[function], scope)
    members = ((key, resolve(value, scope)) for key, value in node.items())
    return {key: value for key, value in members if value is not NO_VALUE}


def function_of(node: Mapping[str, Any]) -> str | None:
    """The name of the intrinsic that a dict is, or None for plain data."""
    if len(node) != 1:
        return None
    (key,) = node
    if key in FUNCTIONS or key in CONDITION_FUNCTIONS or (key == "Condition" and isinstance(node[key], str)):
        return key
    if key.startswith("Fn::"):
        raise invalid(f"Template error: {key} is not a function that the embedded AWS offers")
    return None


def _evaluate(function: str, argument: Node, scope: Scope) -> Any:
    if function in FUNCTIONS:
        return FUNCTIONS[function](argument, scope)
    return condition_holds({function: argument}, scope)


def _ref(argument: Node, scope: Scope) -> Any:
    if not isinstance(argument, str):
        raise invalid("Template format error: All Ref objects must have a single String value.")
    return NO_VALUE if argument == "AWS::NoValue" else scope.ref(argument)


def getatt_parts(argument: Node) -> tuple[str, Node]:
    """The logical id and the attribute (which may be a function) of a Fn::GetAtt, in either form."""
    parts = argument.split(".", 1) if isinstance(argument, str) else argument
    if not isinstance(parts, list) or len(parts) < 2 or not isinstance(parts[0], str):
        raise invalid(
            "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource "
            "name and the resource attribute"
        )
    return parts[0], parts[1] if len(parts) == 2 else ".".join(parts[1:])


def _get_att(argument: Node, scope: Scope) -> Any:
    logical_id, attribute = getatt_parts(argument)
    return scope.attribute(logical_id, resolve(attribute, scope))


def _sub(argument: Node, scope: Scope) -> str:
    text, variables = sub_parts(argument)

    def value(match: re.Match[str]) -> str:
        literal, name = match.group(1), match.group(2).strip()
        if literal:
            return "${" + match.group(2) + "}"
        return _joined(_sub_value(name, variables, scope))

    return _VARIABLE.sub(value, text)


def _sub_value(name: str, variables: Mapping[str, Node], scope: Scope) -> Any:
    if name in variables:
        return resolve(variables[name], scope)
    if "." in name:
        logical_id, attribute = name.split(".", 1)
        return scope.attribute(logical_id, attribute)
    return scope.ref(name)


def sub_parts(argument: Node) -> tuple[str, Mapping[str, Node]]:
    """The text and the variables of a Fn::Sub."""
    if isinstance(argument, str):
        return argument, {}
    if (
        isinstance(argument, list)
        and len(argument) == 2
        and isinstance(argument[0], str)
        and isinstance(argument[1], dict)
    ):
        return argument[0], argument[1]
    raise invalid(
        "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as "
        "first argument, and an optional second argument to specify a mapping of values to replace in the string"
    )


def sub_names(text: str) -> Iterator[str]:
    """The names that a Fn::Sub text refers to."""
    for literal, name in _VARIABLE.findall(text):
        if not literal:
            yield name.strip()


def _joined(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(as_text(item) for item in value)
    if isinstance(value, dict):
        raise invalid("Template error: variable names in Fn::Sub syntax must resolve to a string")
    return "" if value is NO_VALUE else as_text(value)


def _join(argument: Node, scope: Scope) -> str:
    if not isinstance(argument, list) or len(argument) != 2 or not isinstance(argument[0], str):
        raise invalid(
            "Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a "
            "list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be "
            "joined."
        )
    items = resolve(argument[1], scope)
    if not isinstance(items, list):
        raise invalid("Template error: the second parameter of Fn::Join must be a list")
    return argument[0].join(_joined(item) for item in items)


def _select(argument: Node, scope: Scope) -> Any:
    if not isinstance(argument, list) or len(argument) != 2:
        raise invalid("Template error: Fn::Select requires a list argument with two elements")
    index, items = int(resolve(argument[0], scope)), resolve(argument[1], scope)
    if not isinstance(items, list) or not 0 <= index < len(items):
        raise invalid(f"Template error: Fn::Select cannot select nonexistent value at index {index}")
    return items[index]


def _split(argument: Node, scope: Scope) -> list[str]:
    if not isinstance(argument, list) or len(argument) != 2:
        raise invalid(
            "Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string "
            "to be split"
        )
    text = resolve(argument[1], scope)
    if not isinstance(text, str):
        raise invalid("Template error: every Fn::Split object requires a string to be split")
    return text.split(argument[0])


def _find_in_map(argument: Node, scope: Scope) -> Any:
    if not isinstance(argument, list) or len(argument) not in (3, 4):
        raise invalid(
            "Template error: every Fn::FindInMap object requires three parameters, the map name, map key and the "
            "attribute for return value"
        )
    name, top, second = (as_text(resolve(part, scope)) for part in argument[:3])
    found = scope.mappings.get(name, {}).get(top, {}).get(second)
    if found is not None:
        return resolve(found, scope)
    if len(argument) == 4 and "DefaultValue" in argument[3]:
        return resolve(argument[3]["DefaultValue"], scope)
    raise invalid(f"Template error: Unable to get mapping for {name}::{top}::{second}")


def _if(argument: Node, scope: Scope) -> Any:
    if not isinstance(argument, list) or len(argument) != 3 or not isinstance(argument[0], str):
        raise invalid("Template error: Fn::If requires a list argument with three elements")
    return resolve(argument[1] if scope.condition(argument[0]) else argument[2], scope)


def _base64(argument: Node, scope: Scope) -> str:
    return base64.b64encode(_joined(resolve(argument, scope)).encode()).decode()


def _import_value(argument: Node, scope: Scope) -> str:
    return scope.import_value(_joined(resolve(argument, scope)))


def _get_azs(argument: Node, scope: Scope) -> list[str]:
    return scope.availability_zones(_joined(resolve(argument, scope)))


def _length(argument: Node, scope: Scope) -> int:
    items = resolve(argument, scope)
    if not isinstance(items, list):
        raise invalid("Template error: Fn::Length requires a list")
    return len(items)


def _to_json_string(argument: Node, scope: Scope) -> str:
    return json.dumps(resolve(argument, scope), separators=(",", ":"))


_CIDR_LIMIT = 256


def _cidr(argument: Node, scope: Scope) -> list[str]:
    import ipaddress

    block, count, bits = (resolve(part, scope) for part in [*argument, 0][:3])
    network = ipaddress.ip_network(block)
    host_bits = int(bits) or network.max_prefixlen - network.prefixlen
    subnets = network.subnets(new_prefix=network.max_prefixlen - host_bits)
    if not 0 < int(count) <= _CIDR_LIMIT:
        raise invalid("Template error: Fn::Cidr: the count must be between 1 and 256")
    return [str(subnet) for subnet, _ in zip(subnets, range(int(count)), strict=False)]


FUNCTIONS: Mapping[str, Callable[[Node, Scope], Any]] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::FindInMap": _find_in_map,
    "Fn::If": _if,
    "Fn::Base64": _base64,
    "Fn::ImportValue": _import_value,
    "Fn::GetAZs": _get_azs,
    "Fn::Cidr": _cidr,
    "Fn::Length": _length,
    "Fn::ToJsonString": _to_json_string,
}
"""Functions that may stand in Resources and Outputs."""


def condition_holds(node: Node, scope: Scope) -> bool:
    """The truth of a condition function (of Conditions, Rules, or a Fn::If's name through the scope)."""
    if isinstance(node, dict) and len(node) == 1:
        ((function, argument),) = node.items()
        if function == "Condition":
            return scope.condition(argument)
        if function in CONDITION_FUNCTIONS:
            return CONDITION_FUNCTIONS[function](argument, scope)
    raise invalid(
        "Template format error: Every Condition member must be a boolean condition function such as Fn::Equals."
    )


def _comparable(value: Any) -> Any:
    return value if isinstance(value, list | dict) else as_text(value)


def _equals(argument: Sequence[Node], scope: Scope) -> bool:
    if not isinstance(argument, list) or len(argument) != 2:
        raise invalid("Template error: every Fn::Equals object requires a list of 2 string parameters.")
    left, right = (_comparable(resolve(side, scope)) for side in argument)
    return bool(left == right)


def _contains(argument: Sequence[Node], scope: Scope) -> bool:
    items, wanted = resolve(argument[0], scope), resolve(argument[1], scope)
    return as_text(wanted) in [as_text(item) for item in items]


def _each_member_in(argument: Sequence[Node], scope: Scope) -> bool:
    return set(map(as_text, resolve(argument[0], scope))) <= set(map(as_text, resolve(argument[1], scope)))


def _each_member_equals(argument: Sequence[Node], scope: Scope) -> bool:
    wanted = as_text(resolve(argument[1], scope))
    return all(as_text(item) == wanted for item in resolve(argument[0], scope))


CONDITION_FUNCTIONS: Mapping[str, Callable[[Any, Scope], bool]] = {
    "Fn::Equals": _equals,
    "Fn::And": lambda argument, scope: all(condition_holds(item, scope) for item in argument),
    "Fn::Or": lambda argument, scope: any(condition_holds(item, scope) for item in argument),
    "Fn::Not": lambda argument, scope: not condition_holds(argument[0], scope),
    "Fn::Contains": _contains,
    "Fn::EachMemberIn": _each_member_in,
    "Fn::EachMemberEquals": _each_member_equals,
}
"""Functions with a truth value, for Conditions and Rules."""


def references(node: Node, holds: Callable[[str], bool] | None = None) -> Iterator[str]:
    """The names (parameters and resources alike) that ``node`` refers to; with ``holds``, in the branches taken
    only."""
    if isinstance(node, list):
        for item in node:
            yield from references(item, holds)
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        yield from _references_of(key, value, holds)


def _references_of(key: str, value: Node, holds: Callable[[str], bool] | None) -> Iterator[str]:
    if key == "Ref" and isinstance(value, str):
        yield value
    elif key == "Fn::GetAtt":
        logical_id, attribute = getatt_parts(value)
        yield logical_id
        yield from references(attribute, holds)
    elif key == "Fn::Sub":
        text, variables = sub_parts(value)
        yield from (name.split(".")[0] for name in sub_names(text) if name not in variables)
        yield from references(list(variables.values()), holds)
    elif key == "Fn::If" and holds is not None and isinstance(value, list) and len(value) == 3:
        yield from references(value[1] if holds(value[0]) else value[2], holds)
    else:
        yield from references(value, holds)
