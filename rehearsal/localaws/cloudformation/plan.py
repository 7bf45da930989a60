"""What a deployment has to do, worked out before anything is done. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rehearsal.localaws.cloudformation import intrinsics
from rehearsal.localaws.cloudformation.scope import PSEUDO_PARAMETERS, NotYetKnown, StackScope
from rehearsal.localaws.cloudformation.template import Node, ResourceDeclaration, Template, invalid


def active_resources(template: Template, scope: StackScope) -> dict[str, ResourceDeclaration]:
    """The resources whose condition holds."""
    return {
        name: declared
        for name, declared in template.resources.items()
        if declared.condition is None or scope.condition(declared.condition)
    }


def check_references(template: Template) -> None:
    """Every name that Resources and Outputs refer to is declared.

    Raises:
        AwsError: ValidationError, naming what is not.
    """
    known = PSEUDO_PARAMETERS | set(template.parameters) | set(template.resources)
    for declared in template.resources.values():
        _check_attributes(declared.properties, known)
        names = [*intrinsics.references(declared.properties), *declared.depends_on]
        _check_known(names, known, "Resources")
    for output in template.outputs.values():
        _check_attributes(output["Value"], known)
        _check_known(intrinsics.references(output["Value"]), known, "Outputs")


def check_references_of_active(
    template: Template, active: Mapping[str, ResourceDeclaration], scope: StackScope
) -> None:
    """What is made, and what is put out, refers to nothing whose condition is false.

    Raises:
        AwsError: ValidationError, naming what is left out.
    """
    left_out = set(template.resources) - set(active)
    for declared in active.values():
        if missing := left_out.intersection(intrinsics.references(declared.properties, scope.condition)):
            raise invalid(
                f"Template format error: Unresolved resource dependencies [{', '.join(sorted(missing))}] in the "
                f"Resources block of the template"
            )
    for output in template.outputs.values():
        is_put_out = output.get("Condition") is None or scope.condition(output["Condition"])
        missing = left_out.intersection(intrinsics.references(output["Value"], scope.condition))
        if is_put_out and missing:
            raise invalid(
                f"Unresolved resource dependencies [{', '.join(sorted(missing))}] in the Outputs block of the template"
            )


def check_mappings(active: Mapping[str, ResourceDeclaration], template: Template, scope: StackScope) -> None:
    """Look up what mappings are asked for by keys that are known before anything is made.

    Raises:
        AwsError: ValidationError, naming the key that no mapping has.
    """
    for declared in active.values():
        for looked_up in _functions(declared.properties, "Fn::FindInMap"):
            if not set(template.resources).intersection(intrinsics.references(looked_up)):
                intrinsics.resolve({"Fn::FindInMap": looked_up}, scope)


def _check_attributes(node: Node, known: Iterable[str]) -> None:
    for asked in _functions(node, "Fn::GetAtt"):
        name = (
            asked.partition(".")[0] if isinstance(asked, str) else asked[0] if isinstance(asked, list) and asked else ""
        )
        if isinstance(name, str) and name not in known:
            raise invalid(f"Template error: instance of Fn::GetAtt references undefined resource {name}")


def attributes_asked(template: Template) -> Iterator[tuple[str, str]]:
    """Every resource and attribute that Fn::GetAtt names, in resources and outputs."""
    nodes = [declared.properties for declared in template.resources.values()]
    for node in [*nodes, *(output["Value"] for output in template.outputs.values())]:
        for asked in _functions(node, "Fn::GetAtt"):
            parts = asked.split(".", 1) if isinstance(asked, str) else asked
            if isinstance(parts, list) and len(parts) > 1 and all(isinstance(part, str) for part in parts):
                yield parts[0], ".".join(parts[1:])


def _functions(node: Node, name: str) -> Iterator[Node]:
    """The arguments of every call of a function, at any depth; the branches of Fn::If that may not be taken are left
    out."""
    if isinstance(node, dict):
        if name in node:
            yield node[name]
        for key, value in node.items():
            if key != "Fn::If" or name != "Fn::FindInMap":
                yield from _functions(value, name)
    elif isinstance(node, list):
        for item in node:
            yield from _functions(item, name)


def _check_known(names: Iterable[str], known: Iterable[str], block: str) -> None:
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise invalid(
            f"Template format error: Unresolved resource dependencies [{', '.join(unknown)}] in the {block} block of "
            "the template"
        )


def dependencies(active: Mapping[str, ResourceDeclaration], scope: StackScope) -> dict[str, set[str]]:
    """For each resource, the resources that must be there first.

    Raises:
        AwsError: ValidationError, when they wait for each other in a circle.
    """
    needed = {
        name: {
            other
            for other in [*intrinsics.references(declared.properties, scope.condition), *declared.depends_on]
            if other in active
        }
        for name, declared in active.items()
    }
    _check_acyclic(needed)
    return needed


def _check_acyclic(needed: Mapping[str, set[str]]) -> None:
    left = {name: set(others) for name, others in needed.items()}
    while left:
        ready = [name for name, others in left.items() if not others]
        if not ready:
            circle = _circle(left)
            raise invalid(f"Circular dependency between resources: [{', '.join(circle)}]")
        left = {name: others.difference(ready) for name, others in left.items() if others}


def _circle(left: Mapping[str, set[str]]) -> list[str]:
    """The members of one circle: walk along until a name comes back."""
    path = [next(iter(left))]
    while True:
        following = min(left[path[-1]])
        if following in path:
            return path[path.index(following) :]
        path.append(following)


def reversed_dependencies(needed: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """For each resource, those that must be gone before it: the order of deletion."""
    dependents: dict[str, set[str]] = {name: set() for name in needed}
    for name, others in needed.items():
        for other in others:
            dependents.setdefault(other, set()).add(name)
    return dependents


class Action(StrEnum):
    """What happens to a resource in a change set."""

    ADD = "Add"
    MODIFY = "Modify"
    REMOVE = "Remove"


class Replacement(StrEnum):
    """Whether a modification makes a new physical resource."""

    TRUE = "True"
    FALSE = "False"
    CONDITIONAL = "Conditional"


class Unknown:
    """Stands in a resolved property for a value that only the deployment will tell."""

    def __repr__(self) -> str:
        return "{{changeSet:KNOWN_AFTER_APPLY}}"


KNOWN_AFTER_APPLY = Unknown()


@dataclass(frozen=True)
class PropertyChange:
    """One top-level property that differs."""

    name: str
    recreation: str
    """Never, Always or Conditionally, as change sets say it."""
    before: Any = None
    after: Any = None


@dataclass(frozen=True)
class Change:
    """One resource that an update touches."""

    action: Action
    logical_id: str
    type: str
    physical_id: str | None = None
    replacement: Replacement | None = None
    properties: tuple[PropertyChange, ...] = ()


def resolve_as_far_as_known(properties: Mapping[str, Any], scope: StackScope) -> dict[str, Any]:
    """Properties with functions resolved; one that depends on what is not there yet is KNOWN_AFTER_APPLY."""
    resolved: dict[str, Any] = {}
    for name, node in properties.items():
        try:
            value = intrinsics.resolve(node, scope)
        except NotYetKnown:
            value = KNOWN_AFTER_APPLY
        if value is not intrinsics.NO_VALUE:
            resolved[name] = value
    return resolved


def changed_properties(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """Names of the top-level properties that differ."""
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}


def needs_replacement(
    before: Mapping[str, Any], after: Mapping[str, Any], create_only: Iterable[tuple[str, ...]]
) -> bool:
    """Whether a property that cannot be changed in place differs; ``create_only`` holds paths of names."""
    return any(_at(before, path) != _at(after, path) for path in create_only)


def _at(properties: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        if name == "*" or not isinstance(properties, Mapping):
            return properties
        properties = properties.get(name)
    return properties
