"""Updates a stack, by the same means as its creation, and takes an update back when something fails.

An update keeps the old physical resource of a replacement until the end, so that the way back finds it.
"""

from collections.abc import Mapping
from dataclasses import replace

from rehearsal.localaws.cloudformation import graph, plan, registry
from rehearsal.localaws.cloudformation.engine import (
    RETAINED,
    Operation,
    create_one,
    delete_one,
    failure,
    finish_outputs,
    is_retained,
    resolved,
)
from rehearsal.localaws.cloudformation.outputs import Exports
from rehearsal.localaws.cloudformation.provision import Provisioner, being_made
from rehearsal.localaws.cloudformation.stack import Blueprint, Resource, Stack
from rehearsal.localaws.cloudformation.stack_policy import DENIED, StackPolicy
from rehearsal.localaws.cloudformation.statuses import ResourceStatus, StackStatus
from rehearsal.localaws.ground import clock


def update(stack: Stack, exports: Exports, blueprint: Blueprint, policy_during_update: str | None = None) -> None:
    """Make the stack what ``blueprint`` says; on a failure make it again what it was."""
    operation = Operation.begun(stack, exports, blueprint)
    operation.policy = StackPolicy.parse(policy_during_update or stack.policy_body)
    stack.imports = frozenset()
    replaced: dict[str, Resource] = {}
    failed = _removals_denied(operation) or _apply(operation, replaced)
    cancelled = "User Initiated" if operation.cancelled.is_set() else None
    trouble = None if failed else cancelled or finish_outputs(operation)
    if failed or trouble:
        told = failure("update", failed) if failed else str(trouble)
        if stack.disable_rollback:
            stack.record(StackStatus.UPDATE_FAILED, told)
            return
        stack.record(StackStatus.UPDATE_ROLLBACK_IN_PROGRESS, told)
        roll_back_update(operation.without_cancellation(), stack.before_update)
        return
    with being_made.passing():  # a snapshot has all of this or nothing
        stack.superseded, stack.left_out = list(replaced.values()), tuple(_left_out(operation))
        stack.blueprint, stack.updated_at = blueprint, clock.now()
        stack.record(StackStatus.UPDATE_COMPLETE_CLEANUP_IN_PROGRESS)
    clean_up(stack, exports)


def _removals_denied(operation: Operation) -> list[str]:
    """Resources that the new template leaves out and the stack policy does not let go."""
    denied = [resource for resource in _left_out(operation) if not operation.policy.allows("Update:Delete", resource)]
    for resource in denied:
        _refuse(operation, resource)
    return [resource.logical_id for resource in denied]


def _apply(operation: Operation, replaced: dict[str, Resource]) -> list[str]:
    scope = operation.scope
    active = plan.active_resources(operation.blueprint.template, scope)
    needed = plan.dependencies(active, scope)
    provisioner = operation.provisioner

    def work(name: str) -> bool:
        current = operation.stack.resources.get(name)
        if current is None or not current.exists:
            return create_one(operation, provisioner, active[name], needed[name], scope)
        wanted = resolved(operation, provisioner, active[name], needed[name], scope, ResourceStatus.UPDATE_FAILED)
        return wanted is not None and change(operation, provisioner, wanted, current, replaced)

    return graph.run(needed, work, operation.cancelled)


def change(
    operation: Operation, provisioner: Provisioner, wanted: Resource, current: Resource, replaced: dict[str, Resource]
) -> bool:
    """Bring one existing resource to ``wanted``: nothing, in place, or by a new one."""
    tags_changed = operation.blueprint.tags != operation.stack.blueprint.tags and registry.takes_tags(wanted.type)
    failed_before = current.status is ResourceStatus.UPDATE_FAILED
    visited = tags_changed or failed_before or registry.always_updated(wanted.type)
    if wanted.properties == current.properties and not visited:
        return _keep(operation.stack, wanted, current)
    if wanted.type != current.type:
        told = (
            f"Update of resource type is not permitted. The new template modifies resource type of the "
            f"following resources: [{wanted.logical_id}]"
        )
        operation.stack.put(replace(current, status=ResourceStatus.UPDATE_FAILED, reason=told))
        return False
    replacing = plan.needs_replacement(current.properties, wanted.properties, registry.create_only(wanted.type))
    if not operation.policy.allows("Update:Replace" if replacing else "Update:Modify", current):
        return _refuse(operation, current)
    if not replacing:
        done = provisioner.update(wanted, current)
        if done is not None and done.physical_id != current.physical_id:
            replaced[current.logical_id] = current
        return done is not None
    if name := _kept_name(wanted, current):
        told = (
            f"CloudFormation cannot update a stack when a custom-named resource requires replacing. "
            f"Rename {name} and update the stack again."
        )
        operation.stack.put(replace(current, status=ResourceStatus.UPDATE_FAILED, reason=told))
        return False
    done = provisioner.create(wanted, replacing=current)
    if done is not None or operation.stack.resources[current.logical_id].physical_id != current.physical_id:
        replaced[current.logical_id] = current
    return done is not None


def _refuse(operation: Operation, current: Resource) -> bool:
    """The stack policy forbids it."""
    operation.stack.put(replace(current, status=ResourceStatus.UPDATE_FAILED, reason=DENIED))
    return False


def _keep(stack: Stack, wanted: Resource, current: Resource) -> bool:
    """Nothing to do but to remember policies and dependencies that the template may have changed."""
    kept = replace(
        current,
        deletion_policy=wanted.deletion_policy,
        update_replace_policy=wanted.update_replace_policy,
        dependencies=wanted.dependencies,
        metadata=wanted.metadata,
    )
    with stack.lock:
        stack.resources[kept.logical_id] = kept
    return True


def _kept_name(wanted: Resource, current: Resource) -> str | None:
    name_property = registry.handler(wanted.type).name_property
    if name_property is None:
        return None
    name = wanted.properties.get(name_property)
    return str(name) if name is not None and name == current.properties.get(name_property) else None


def _left_out(operation: Operation) -> list[Resource]:
    """Resources that the new template no longer has."""
    active = plan.active_resources(operation.blueprint.template, operation.scope)
    return [resource for name, resource in operation.stack.resources.items() if name not in active]


def clean_up(stack: Stack, exports: Exports) -> None:
    """Remove what an update left behind; what cannot be removed stays, with an event, as in AWS."""
    provisioner, removed = Operation.on(stack, exports).provisioner, stack.left_out
    for resource in stack.superseded:
        if resource.update_replace_policy in RETAINED:
            provisioner.skip_delete(resource, keep_state=False)
        elif resource.physical_id != stack.resources[resource.logical_id].physical_id:
            provisioner.delete(resource, keep_state=False)
    there = {resource.logical_id: resource for resource in removed if resource.exists}
    needed = {name: set(resource.dependencies) & set(there) for name, resource in there.items()}

    def work(name: str) -> bool:
        if is_retained(there[name], rolling_back=False):
            provisioner.skip_delete(there[name])
        else:
            delete_one(provisioner, there[name])
        return True

    graph.run(plan.reversed_dependencies(needed), work)
    for resource in removed:
        stack.forget(resource.logical_id)
    stack.record(StackStatus.UPDATE_COMPLETE)


def roll_back_update(operation: Operation, before: Mapping[str, Resource]) -> None:
    """Bring every touched resource back to what it was, then remove what the update had added."""
    stack = operation.stack
    stack.imports |= stack.imports_before_update
    back = replace(operation, blueprint=stack.blueprint)
    failed = _restore(back, before)
    if failed:
        stack.before_update = before
        stack.record(StackStatus.UPDATE_ROLLBACK_FAILED, failure("update", failed))
        return
    stack.record(StackStatus.UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS)
    _remove_added(back, before)


def clean_up_rollback(stack: Stack, exports: Exports) -> None:
    """Go on with the end of a way back."""
    _remove_added(Operation.on(stack, exports), stack.before_update)


def continue_rollback(stack: Stack, exports: Exports, skip: tuple[str, ...]) -> None:
    """Try a failed way back again, without the resources to skip, which count as restored."""
    before = dict(stack.before_update)
    for name in skip:
        if name in before:
            stack.put(
                replace(before[name], status=ResourceStatus.UPDATE_COMPLETE, reason="Resource skipped during rollback.")
            )
            before[name] = stack.resources[name]
    roll_back_update(Operation.on(stack, exports), before)


def _restore(operation: Operation, before: Mapping[str, Resource]) -> list[str]:
    stack, provisioner = operation.stack, operation.provisioner
    touched = {
        name: resource for name, resource in before.items() if stack.resources[name] != resource and resource.exists
    }
    needed = {name: set(resource.dependencies) & set(touched) for name, resource in touched.items()}

    def work(name: str) -> bool:
        now, old = stack.resources[name], touched[name]
        if now.physical_id != old.physical_id:  # a replacement: the old one is still there
            stack.superseded.append(now)
            stack.put(replace(old, status=ResourceStatus.UPDATE_COMPLETE, reason=None))
            return True
        if now.properties == old.properties and now.status is not ResourceStatus.UPDATE_FAILED:
            return _keep(stack, old, now)
        return provisioner.update(old, now) is not None

    return graph.run(needed, work)


def _remove_added(operation: Operation, before: Mapping[str, Resource]) -> None:
    stack, provisioner = operation.stack, operation.provisioner
    for resource in stack.superseded:
        if resource.exists:
            provisioner.delete(resource, keep_state=False)
    added = {name: resource for name, resource in stack.resources.items() if name not in before}
    there = {name: resource for name, resource in added.items() if resource.exists}
    needed = {name: set(resource.dependencies) & set(there) for name, resource in there.items()}
    graph.run(plan.reversed_dependencies(needed), lambda name: delete_one(provisioner, there[name]))
    for name in added:
        stack.forget(name)
    stack.imports, stack.updated_at = stack.imports_before_update, clock.now()
    stack.record(StackStatus.UPDATE_ROLLBACK_COMPLETE)
