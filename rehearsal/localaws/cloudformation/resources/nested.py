"""AWS::CloudFormation::Stack: a stack as a resource of another.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-nested-stacks.html
"""

from typing import Any

from botocore.exceptions import ClientError

from rehearsal.localaws.cloudformation.models import backend_of
from rehearsal.localaws.cloudformation.resources.model import (
    Cancelled,
    Handler,
    HandlerBase,
    Made,
    Request,
    ResourceFailed,
)
from rehearsal.localaws.cloudformation.stack import STACK_TYPE, Stack
from rehearsal.localaws.cloudformation.statuses import StackStatus
from rehearsal.localaws.cloudformation.template import as_text

_NOTHING_TO_DO = "No updates are to be performed"


class NestedStack(HandlerBase):
    """Made by CreateStack, like any stack, with the parent's credentials and capabilities."""

    type = STACK_TYPE

    def create(self, request: Request) -> Made:
        members = self._members(request)
        if "TimeoutInMinutes" in request.properties:
            members["TimeoutInMinutes"] = request.properties["TimeoutInMinutes"]
        answer = request.client("cloudformation").create_stack(
            StackName=request.generated_name(128), OnFailure="DO_NOTHING", **members
        )
        child, parent = (_stack(request, stack_id) for stack_id in (answer["StackId"], request.stack_id))
        child.parent_id, child.root_id = parent.stack_id, parent.root_id or parent.stack_id
        return Made(child.stack_id)

    def _members(self, request: Request) -> dict[str, Any]:
        properties = request.properties
        given = properties.get("Parameters", {})
        return {
            "TemplateURL": properties["TemplateURL"],
            "Parameters": [{"ParameterKey": key, "ParameterValue": _parameter(value)} for key, value in given.items()],
            "Tags": properties.get("Tags", []),
            "NotificationARNs": properties.get("NotificationARNs", []),
            "Capabilities": list(request.capabilities),
        }

    def finish(self, request: Request) -> Made:
        child = _stack(request, request.physical_id)
        if _settled(request, child) is not StackStatus.CREATE_COMPLETE:
            raise ResourceFailed(f"Embedded stack {child.stack_id} was not successfully created: {child.reason or ''}")
        return _made(child)

    def update(self, request: Request) -> Made:
        child = _stack(request, request.physical_id)
        try:
            request.client("cloudformation").update_stack(StackName=child.stack_id, **self._members(request))
        except ClientError as error:
            if _NOTHING_TO_DO not in str(error):
                raise
            return _made(child)
        if _settled(request, child) is not StackStatus.UPDATE_COMPLETE:
            raise ResourceFailed(
                f"Embedded stack {child.stack_id} was not successfully updated. "
                f"Currently in {child.status} with reason: {child.reason or ''}"
            )
        return _made(child)

    def delete(self, request: Request) -> None:
        child = _stack(request, request.physical_id)
        request.client("cloudformation").delete_stack(StackName=child.stack_id)
        if _settled(request, child) is not StackStatus.DELETE_COMPLETE:
            raise ResourceFailed(f"Embedded stack {child.stack_id} was not successfully deleted: {child.reason or ''}")


def _parameter(value: Any) -> str:
    return ",".join(as_text(item) for item in value) if isinstance(value, list) else as_text(value)


def _stack(request: Request, stack_id: str) -> Stack:
    return backend_of(request.account_id, request.region).find(stack_id)


def _settled(request: Request, child: Stack) -> StackStatus:
    """The child's status when it is done; a cancelled parent cancels it."""
    with child.settled:
        done = request.cancelled.wait_until(child.settled, lambda: not child.status.in_progress)
    if done:
        return child.status
    if child.running is not None:
        child.running.set()
    with child.settled:
        child.settled.wait_for(lambda: not child.status.in_progress)
    raise Cancelled


def _made(child: Stack) -> Made:
    return Made(child.stack_id, {f"Outputs.{output.key}": output.value for output in child.outputs})


HANDLERS: tuple[Handler, ...] = (NestedStack(),)
