"""Change sets: what an update would do, worked out without doing it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rehearsal.localaws.cloudformation import plan, registry
from rehearsal.localaws.cloudformation.plan import Action, Change, PropertyChange, Replacement
from rehearsal.localaws.cloudformation.scope import NotYetKnown, StackScope, Surroundings
from rehearsal.localaws.cloudformation.stack import Blueprint, Resource, Stack
from rehearsal.localaws.cloudformation.statuses import ChangeSetStatus, ExecutionStatus
from rehearsal.localaws.cloudformation.template import ResourceDeclaration

NO_CHANGES = "The submitted information didn't contain changes. Submit different information to create a change set."


@dataclass
class ChangeSet:
    """One change set of a stack."""

    change_set_id: str
    name: str
    kind: str
    """CREATE, UPDATE or IMPORT."""
    stack: Stack
    blueprint: Blueprint
    created_at: datetime
    description: str | None = None
    changes: tuple[Change, ...] = ()
    status: ChangeSetStatus = ChangeSetStatus.CREATE_COMPLETE
    reason: str | None = None
    execution_status: ExecutionStatus = ExecutionStatus.AVAILABLE
    on_failure: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


def changes(stack: Stack, blueprint: Blueprint, surroundings: Surroundings) -> tuple[Change, ...]:
    """What bringing ``stack`` to ``blueprint`` would change, in the order of the template."""
    replaced: set[str] = set()
    scope = _preview_scope(stack, blueprint, surroundings, replaced)
    active = plan.active_resources(blueprint.template, scope)
    found: dict[str, Change] = {}
    for name in _in_order(plan.dependencies(active, scope)):
        change = _change(stack, blueprint, active[name], scope)
        if change is not None:
            found[name] = change
        if change is not None and change.replacement is not Replacement.FALSE:
            replaced.add(name)
    removed = [
        Change(Action.REMOVE, name, resource.type, resource.physical_id)
        for name, resource in stack.resources.items()
        if name not in active and resource.exists
    ]
    return (*(found[name] for name in active if name in found), *removed)


def _in_order(needed: Mapping[str, set[str]]) -> Iterator[str]:
    left = {name: set(others) for name, others in needed.items()}
    while left:
        ready = [name for name, others in left.items() if not others]
        yield from ready
        left = {name: others.difference(ready) for name, others in left.items() if others}


def _preview_scope(stack: Stack, blueprint: Blueprint, surroundings: Surroundings, replaced: set[str]) -> StackScope:
    def resource(name: str) -> str:
        if name in replaced or name not in stack.resources:
            raise NotYetKnown(name)
        return stack.resources[name].physical_id

    def attribute(logical_id: str, name: str) -> Any:
        resource(logical_id)
        attributes = stack.resources[logical_id].attributes
        if name not in attributes:
            raise NotYetKnown(f"{logical_id}.{name}")
        return attributes[name]

    return StackScope(blueprint.template, blueprint.parameters, surroundings, resource, attribute)


def _change(stack: Stack, blueprint: Blueprint, declared: ResourceDeclaration, scope: StackScope) -> Change | None:
    current = stack.resources.get(declared.logical_id)
    if current is None or not current.exists:
        return Change(Action.ADD, declared.logical_id, declared.type)
    wanted = plan.resolve_as_far_as_known(declared.properties, scope)
    names = sorted(plan.changed_properties(current.properties, wanted))
    retagged = blueprint.tags != stack.blueprint.tags and registry.takes_tags(declared.type)
    if not names and not retagged and not registry.always_updated(declared.type):
        return None
    changed = tuple(_property_change(name, current, wanted) for name in names)
    return Change(
        Action.MODIFY, declared.logical_id, declared.type, current.physical_id, _replacement(changed), changed
    )


def _property_change(name: str, current: Resource, wanted: Mapping[str, Any]) -> PropertyChange:
    paths = [path for path in registry.create_only(current.type) if path[0] == name]
    before, after = current.properties.get(name), wanted.get(name)
    if not plan.needs_replacement(current.properties, wanted, paths):
        recreation = "Never"
    else:
        recreation = "Conditionally" if after is plan.KNOWN_AFTER_APPLY else "Always"
    return PropertyChange(name, recreation, before, after)


def _replacement(changed: tuple[PropertyChange, ...]) -> Replacement:
    recreations = {change.recreation for change in changed}
    if "Always" in recreations:
        return Replacement.TRUE
    return Replacement.CONDITIONAL if "Conditionally" in recreations else Replacement.FALSE
