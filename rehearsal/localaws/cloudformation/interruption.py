"""What becomes of a stack whose operation ended with its server: what was being made goes back, what was being removed
goes on."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from rehearsal.localaws.cloudformation import engine, registry, updates
from rehearsal.localaws.cloudformation.outputs import Exports
from rehearsal.localaws.cloudformation.stack import Resource, Stack
from rehearsal.localaws.cloudformation.statuses import ResourceStatus, StackStatus

INTERRUPTED = "The embedded AWS was restarted while the operation ran."
_FAILED = {
    ResourceStatus.CREATE_IN_PROGRESS: ResourceStatus.CREATE_FAILED,
    ResourceStatus.UPDATE_IN_PROGRESS: ResourceStatus.UPDATE_FAILED,
}


def way_on(stack: Stack, exports: Exports) -> tuple[StackStatus, Callable[[], None]]:
    """The work that brings the stack to a settled status, and the status that it has when that fails."""
    if stack.status is StackStatus.CREATE_IN_PROGRESS:
        return StackStatus.ROLLBACK_FAILED, partial(_give_up_creation, stack, exports)
    if stack.status is StackStatus.ROLLBACK_IN_PROGRESS:
        return StackStatus.ROLLBACK_FAILED, partial(engine.roll_back, stack, exports)
    if stack.status is StackStatus.DELETE_IN_PROGRESS:
        return StackStatus.DELETE_FAILED, partial(engine.delete, stack, exports)
    if stack.status is StackStatus.UPDATE_IN_PROGRESS:
        return StackStatus.UPDATE_ROLLBACK_FAILED, partial(_give_up_update, stack, exports)
    if stack.status is StackStatus.UPDATE_ROLLBACK_IN_PROGRESS:
        return StackStatus.UPDATE_ROLLBACK_FAILED, partial(updates.continue_rollback, stack, exports, ())
    if stack.status is StackStatus.UPDATE_COMPLETE_CLEANUP_IN_PROGRESS:
        return StackStatus.UPDATE_COMPLETE, partial(updates.clean_up, stack, exports)
    return StackStatus.UPDATE_ROLLBACK_COMPLETE, partial(updates.clean_up_rollback, stack, exports)


def _give_up_creation(stack: Stack, exports: Exports) -> None:
    _fail_resources(stack)
    engine.give_up_creation(stack, exports, INTERRUPTED)


def _give_up_update(stack: Stack, exports: Exports) -> None:
    _fail_resources(stack)
    if stack.disable_rollback:
        stack.record(StackStatus.UPDATE_FAILED, INTERRUPTED)
        return
    stack.record(StackStatus.UPDATE_ROLLBACK_IN_PROGRESS, INTERRUPTED)
    updates.continue_rollback(stack, exports, ())


def _fail_resources(stack: Stack) -> None:
    """What was being made or changed has failed, with the reason."""
    for resource in list(stack.resources.values()):
        if resource.status in _FAILED:
            stack.put(replace(_named(stack, resource), status=_FAILED[resource.status], reason=INTERRUPTED))


def _named(stack: Stack, resource: Resource) -> Resource:
    """A custom resource that has not answered yet has a name from CloudFormation: it is told to delete what it made.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes-delete.html
    """
    if resource.physical_id or not registry.is_custom(resource.type):
        return resource
    return replace(
        resource,
        physical_id=f"{stack.name}-{resource.logical_id}-interrupted",
        applied=resource.applied or resource.properties,
    )
