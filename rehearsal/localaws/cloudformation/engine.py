"""Runs one operation on one stack: create, update, delete, and the way back when something fails.

Each function here is the story of an operation; what it does to a single resource is in ``provision``, what order
things have is in ``plan`` and ``graph``. They run in a thread of their own and leave the stack in a settled status,
whatever happens.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from rehearsal.localaws.cloudformation import graph, plan, registry
from rehearsal.localaws.cloudformation.cancellation import Cancellation
from rehearsal.localaws.cloudformation.outputs import Exports, evaluate_outputs
from rehearsal.localaws.cloudformation.provision import Provisioner
from rehearsal.localaws.cloudformation.resources.model import ResourceFailed
from rehearsal.localaws.cloudformation.scope import StackScope, Surroundings
from rehearsal.localaws.cloudformation.stack import Blueprint, Resource, Stack
from rehearsal.localaws.cloudformation.stack_policy import StackPolicy
from rehearsal.localaws.cloudformation.statuses import ResourceStatus, StackStatus
from rehearsal.localaws.cloudformation.template import ResourceDeclaration, invalid
from rehearsal.localaws.ground import clock, host
from rehearsal.localaws.ground.errors import AwsError

log = logging.getLogger("rehearsal.localaws.cloudformation")

_TIMED_OUT = "Stack creation time exceeded the specified timeout."
RETAINED = ("Retain",)


def surroundings(stack: Stack, blueprint: Blueprint, exports: Exports) -> Surroundings:
    """What pseudo parameters and imports mean in a stack."""

    def import_value(name: str) -> str:
        value = exports.value(name)
        with stack.lock:
            stack.imports |= {name}
        return value

    return Surroundings(
        stack.account_id, stack.region, stack.stack_id, stack.name, blueprint.notification_arns, import_value
    )


def scope_of(stack: Stack, blueprint: Blueprint, exports: Exports) -> StackScope:
    """A scope in which Ref and GetAtt give what the stack has by now."""

    def resource(name: str) -> str:
        if name not in stack.resources or not stack.resources[name].physical_id:
            raise invalid(f"Template error: resource {name} is not part of this stack: its condition does not hold")
        return stack.resources[name].physical_id

    def attribute(logical_id: str, name: str) -> object:
        resource(logical_id)
        attributes = stack.resources[logical_id].attributes
        if name not in attributes:
            kind = stack.resources[logical_id].type
            raise ResourceFailed(f"Requested attribute {name} does not exist in schema for {kind} ({logical_id})")
        return attributes[name]

    return StackScope(
        blueprint.template, blueprint.parameters, surroundings(stack, blueprint, exports), resource, attribute
    )


@dataclass
class Operation:
    """What the steps of one operation share."""

    stack: Stack
    exports: Exports
    blueprint: Blueprint
    cancelled: Cancellation
    policy: StackPolicy = field(default_factory=StackPolicy)

    @classmethod
    def on(cls, stack: Stack, exports: Exports, blueprint: Blueprint | None = None) -> "Operation":
        return cls(stack, exports, blueprint or stack.blueprint, Cancellation())

    @classmethod
    def begun(cls, stack: Stack, exports: Exports, blueprint: Blueprint | None = None) -> "Operation":
        """The one that :meth:`Stack.begin` announced, which may have been cancelled since."""
        return cls(stack, exports, blueprint or stack.blueprint, stack.running or Cancellation())

    @property
    def provisioner(self) -> Provisioner:
        return Provisioner(self.stack, self.blueprint, self.cancelled)

    @property
    def scope(self) -> StackScope:
        return scope_of(self.stack, self.blueprint, self.exports)

    def without_cancellation(self) -> "Operation":
        """The same operation for the way back, which a failure does not stop."""
        return replace(self, cancelled=Cancellation())


def guarded(stack: Stack, failed: StackStatus, work: Callable[[], None]) -> None:
    """Run an operation; a bug in it leaves the stack in ``failed`` with the reason, not in progress for ever."""
    try:
        work()
    except Exception as error:
        log.exception("stack %s", stack.name)
        stack.record(failed, f"Internal Failure: {error}")


def create(stack: Stack, exports: Exports) -> None:
    """Make every resource; on a failure do what ``on_failure`` says."""
    operation = Operation.begun(stack, exports)
    if stack.timeout_minutes:
        _time_out(operation, stack.created_at.timestamp() + stack.timeout_minutes * 60)
    failed = _create_resources(operation)
    if not failed and operation.cancelled.is_set():
        _after_failed_create(operation, _TIMED_OUT)
        return
    if failed or (trouble := finish_outputs(operation)):
        told = failure("create", failed) if failed else str(trouble)
        _after_failed_create(operation, told)
        return
    stack.record(StackStatus.CREATE_COMPLETE)
    operation.cancelled.set()


def _time_out(operation: Operation, moment: float) -> None:
    def watch() -> None:
        operation.cancelled.sleep_until(moment)
        operation.cancelled.set()

    host.in_background(watch, name=f"timeout of stack {operation.stack.name}")


def _create_resources(operation: Operation) -> list[str]:
    scope = operation.scope
    active = plan.active_resources(operation.blueprint.template, scope)
    needed = plan.dependencies(active, scope)
    provisioner = operation.provisioner

    def work(name: str) -> bool:
        return create_one(operation, provisioner, active[name], needed[name], scope)

    return graph.run(needed, work, operation.cancelled)


def create_one(
    operation: Operation, provisioner: Provisioner, declared: ResourceDeclaration, needed: set[str], scope: StackScope
) -> bool:
    wanted = resolved(operation, provisioner, declared, needed, scope, ResourceStatus.CREATE_FAILED)
    if wanted is None:
        return False
    return provisioner.create(wanted) is not None


def resolved(
    operation: Operation,
    provisioner: Provisioner,
    declared: ResourceDeclaration,
    needed: set[str],
    scope: StackScope,
    failed: ResourceStatus,
) -> Resource | None:
    """The resource as wanted; None, with an event, when its properties cannot be resolved."""
    try:
        return provisioner.resolve(declared, scope, needed)
    except (AwsError, ResourceFailed) as error:
        told = getattr(error, "message", None) or str(error)
        current = operation.stack.resources.get(declared.logical_id)
        base = current or Resource(declared.logical_id, declared.type, dependencies=frozenset(needed))
        operation.stack.put(replace(base, status=failed, reason=told))
        return None


def failure(verb: str, failed: list[str]) -> str:
    return f"The following resource(s) failed to {verb}: [{', '.join(sorted(failed))}]."


def finish_outputs(operation: Operation) -> str | None:
    """Evaluate and publish the outputs; the reason when that is impossible."""
    try:
        outputs = evaluate_outputs(operation.blueprint.template, operation.scope)
        operation.exports.publish(operation.stack, outputs)
    except (AwsError, ResourceFailed) as error:
        return str(getattr(error, "message", None) or error)
    operation.stack.outputs = outputs
    return None


def _after_failed_create(operation: Operation, told: str) -> None:
    stack = operation.stack
    on_failure = "DO_NOTHING" if stack.disable_rollback else stack.on_failure
    if on_failure == "DO_NOTHING":
        stack.record(StackStatus.CREATE_FAILED, told)
    elif on_failure == "DELETE":
        stack.record(StackStatus.DELETE_IN_PROGRESS, f"{told} Delete requested by user.")
        _finish_delete(operation.without_cancellation(), _delete_resources(operation.without_cancellation(), retain=()))
    else:
        stack.record(StackStatus.ROLLBACK_IN_PROGRESS, f"{told} Rollback requested by user.")
        _roll_back_creation(operation.without_cancellation())


def give_up_creation(stack: Stack, exports: Exports, told: str) -> None:
    """Do with a creation that was interrupted what was asked for in case that it fails."""
    _after_failed_create(Operation.on(stack, exports), told)


def roll_back(stack: Stack, exports: Exports) -> None:
    """Remove what a failed creation left."""
    _roll_back_creation(Operation.on(stack, exports))


def _roll_back_creation(operation: Operation) -> None:
    failed = _delete_resources(operation, retain=(), rolling_back=True)
    operation.stack.outputs = ()
    if failed:
        operation.stack.record(StackStatus.ROLLBACK_FAILED, failure("delete", failed))
    else:
        operation.stack.record(StackStatus.ROLLBACK_COMPLETE)


def delete(stack: Stack, exports: Exports) -> None:
    """Remove every resource but those that are to be retained."""
    retain, role_arn = stack.deletion
    blueprint = replace(stack.blueprint, role_arn=role_arn or stack.blueprint.role_arn)
    operation = Operation.on(stack, exports, blueprint)
    if users := exports.users_of(stack):
        name, importers = next(iter(users.items()))
        told = f"Delete canceled. Cannot delete export {name} as it is in use by {', '.join(importers)}."
        stack.record(StackStatus.DELETE_FAILED, told)
        return
    _finish_delete(operation, _delete_resources(operation, retain=retain))


def _finish_delete(operation: Operation, failed: list[str]) -> None:
    stack = operation.stack
    if failed:
        stack.record(StackStatus.DELETE_FAILED, failure("delete", failed))
        return
    operation.exports.withdraw(stack)
    stack.deleted_at = clock.now()
    stack.record(StackStatus.DELETE_COMPLETE)


def _delete_resources(operation: Operation, *, retain: tuple[str, ...], rolling_back: bool = False) -> list[str]:
    stack, provisioner = operation.stack, operation.provisioner
    there = {name: resource for name, resource in stack.resources.items() if resource.exists}
    needed = {name: set(resource.dependencies) & set(there) for name, resource in there.items()}

    def work(name: str) -> bool:
        resource = there[name]
        if name in retain or is_retained(resource, rolling_back=rolling_back):
            provisioner.skip_delete(resource)
            return True
        return delete_one(provisioner, resource)

    return graph.run(plan.reversed_dependencies(needed), work)


def is_retained(resource: Resource, *, rolling_back: bool) -> bool:
    policies = RETAINED if rolling_back else (*RETAINED, "RetainExceptOnCreate")
    return resource.deletion_policy in policies


def delete_one(provisioner: Provisioner, resource: Resource) -> bool:
    if _wants_snapshot(resource):
        provisioner.skip_delete(resource)
        return True
    return provisioner.delete(resource)


def _wants_snapshot(resource: Resource) -> bool:
    """Snapshots are refused when the template is read for types that have none; nothing offered here has one."""
    return resource.deletion_policy == "Snapshot" and registry.has_snapshots(resource.type)
