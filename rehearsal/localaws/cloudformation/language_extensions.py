"""The transform AWS::LanguageExtensions: loops are written out, and Ref and Fn::GetAtt may name what a function gives.
Pure.

The transform's functions ``Fn::Length`` and ``Fn::ToJsonString`` and the default of ``Fn::FindInMap`` are evaluated
with all others, in ``intrinsics``; here they are refused where the transform is not declared.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/transform-aws-languageextensions.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-foreach.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.localaws.cloudformation.intrinsics import Scope, resolve
from rehearsal.localaws.cloudformation.scope import NotYetKnown
from rehearsal.localaws.cloudformation.template import Node, as_text, invalid

NAME = "AWS::LanguageExtensions"
_LOOP = "Fn::ForEach::"
_SECTIONS = ("Conditions", "Resources", "Outputs")
"""Where loops may stand, within properties too."""
_FUNCTIONS = ("Fn::Length", "Fn::ToJsonString")
_PARTS_OF_FIND_IN_MAP = 3

Bound = Mapping[str, str]
"""The identifiers of the loops around a node, with their items."""


def expand(raw: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
    """The template without loops; ``scope`` knows parameters and mappings, and no resources.

    Raises:
        AwsError: ValidationError, in the transform's name.
    """
    try:
        return {name: _expanded(part, {}, scope) if name in _SECTIONS else part for name, part in raw.items()}
    except NotYetKnown as resource:
        raise _failed(f"{resource} is not known before the stack is made") from resource


def without_loops(raw: Mapping[str, Any]) -> dict[str, Any]:
    """What a template says of itself before its parameters have values: loops among the members of a section are left
    out."""
    return {name: _without(part) if name in _SECTIONS else part for name, part in raw.items()}


def _without(section: Node) -> Node:
    if not isinstance(section, dict):
        return section
    return {name: member for name, member in section.items() if not name.startswith(_LOOP)}


def has_loops(node: Node) -> bool:
    """Whether there is a loop anywhere in ``node``."""
    return any(key.startswith(_LOOP) for key, _ in _members_of(node))


def check_declared(raw: Mapping[str, Any]) -> None:
    """Refuse what needs the transform, in a template that does not name it.

    Raises:
        AwsError: ValidationError.
    """
    for section in _SECTIONS:
        for key, value in _members_of(raw.get(section)):
            if key in _FUNCTIONS or key.startswith(_LOOP):
                raise invalid(f"Template format error: {key} in {section} needs Transform: {NAME}")
            if key == "Fn::FindInMap" and isinstance(value, list) and len(value) > _PARTS_OF_FIND_IN_MAP:
                raise invalid(f"Template format error: a DefaultValue of Fn::FindInMap needs Transform: {NAME}")


def _members_of(node: Node) -> Iterator[tuple[str, Node]]:
    """All members of all mappings in ``node``."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield key, value
            yield from _members_of(value)
    elif isinstance(node, list):
        for item in node:
            yield from _members_of(item)


def _expanded(node: Node, bound: Bound, scope: Scope) -> Node:
    if isinstance(node, str):
        return _filled(node, bound)
    if isinstance(node, list):
        return [_expanded(item, bound, scope) for item in node]
    if not isinstance(node, dict):
        return node
    if set(node) == {"Ref"}:
        return _ref(node["Ref"], bound, scope)
    if set(node) == {"Fn::GetAtt"}:
        return {"Fn::GetAtt": _attribute(_expanded(node["Fn::GetAtt"], bound, scope), scope)}
    return _members(node, bound, scope)


def _members(node: Mapping[str, Node], bound: Bound, scope: Scope) -> dict[str, Node]:
    members: dict[str, Node] = {}
    for key, value in node.items():
        if not key.startswith(_LOOP):
            _add(members, _filled(key, bound), _expanded(value, bound, scope))
            continue
        identifier, items, fragment = _loop(key, value, bound, scope)
        for item in items:
            for name, member in _expanded(fragment, {**bound, identifier: item}, scope).items():
                _add(members, name, member)
    return members


def _add(members: dict[str, Node], name: str, member: Node) -> None:
    if name in members:
        raise _failed(f"Duplicate key {name} after Fn::ForEach: its output key must hold the loop's identifier")
    members[name] = member


def _loop(name: str, argument: Node, bound: Bound, scope: Scope) -> tuple[str, list[str], dict[str, Node]]:
    """Identifier, items and fragment."""
    match argument:
        case [str(identifier), collection, dict(fragment)]:
            items = resolve(_expanded(collection, bound, scope), scope)
        case _:
            raise _failed(f"Fn::ForEach layout is incorrect: {name}")
    if not isinstance(items, list):
        raise _failed(f"Fn::ForEach layout is incorrect: the collection of {name} is not a list")
    return identifier, [as_text(item) for item in items], fragment


def _ref(name: Node, bound: Bound, scope: Scope) -> Node:
    if isinstance(name, str) and name in bound:
        return bound[name]
    expanded = _expanded(name, bound, scope)
    return {"Ref": resolve(expanded, scope)}


def _attribute(argument: Node, scope: Scope) -> Node:
    if isinstance(argument, list) and argument:
        return [resolve(argument[0], scope), *argument[1:]]
    return argument


def _filled(text: str, bound: Bound) -> str:
    """``${Identifier}`` is the item; ``&{Identifier}`` the item's letters and digits."""
    for identifier, item in bound.items():
        text = text.replace(f"${{{identifier}}}", item)
        text = text.replace(f"&{{{identifier}}}", re.sub(r"[^A-Za-z0-9]", "", item))
    return text


def _failed(reason: str) -> Exception:
    return invalid(f"Transform {NAME} failed with: {reason}")
