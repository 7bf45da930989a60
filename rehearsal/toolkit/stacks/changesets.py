"""What launching would do, before it is done: a change set, read and then executed or thrown away."""

import time
from dataclasses import dataclass
from typing import Any

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import NotThere, StackFailed
from rehearsal.toolkit.aws.pace import Pace
from rehearsal.toolkit.executions.events import Tell
from rehearsal.toolkit.stacks import stacks
from rehearsal.toolkit.stacks.stacks import StackRequest

_NOTHING = ("didn't contain changes", "No updates are to be performed")


@dataclass(frozen=True)
class ResourceChange:
    """One resource that would be created, changed or removed; ``replacement`` is CloudFormation's word for whether it
    is replaced."""

    action: str
    logical_id: str
    resource_type: str
    replacement: str


@dataclass(frozen=True)
class Review:
    """A change set that waits; no changes, no id: nothing would happen."""

    stack: str
    change_set_id: str
    is_new_stack: bool
    changes: tuple[ResourceChange, ...]


def review(aws: Aws, request: StackRequest, pace: Pace | None = None) -> Review:
    """Have CloudFormation work out what launching ``request`` would change.

    Raises:
        StackFailed: the change set cannot be made; says why.
    """
    pace = pace or Pace()
    client = aws.client("cloudformation")
    existing = stacks.describe(aws, request.name)
    is_new = existing is None or existing["StackStatus"] == "REVIEW_IN_PROGRESS"
    made = client.create_change_set(
        **stacks.arguments_of(aws, request),
        ChangeSetName=f"rehearse-{int(time.time() * 1000)}",
        ChangeSetType="CREATE" if is_new else "UPDATE",
    )
    while True:
        answer = client.describe_change_set(ChangeSetName=made["Id"], StackName=request.name)
        if answer["Status"] not in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
            break
        pace.wait()
    if answer["Status"] == "FAILED":
        return _nothing_or_failure(aws, request, made["Id"], answer, is_new)
    changes = [entry for page in _pages(client, made["Id"], request.name) for entry in page["Changes"]]
    return Review(request.name, made["Id"], is_new, tuple(_change(entry["ResourceChange"]) for entry in changes))


def read(aws: Aws, stack: str, change_set_id: str) -> Review:
    """A change set that was made before.

    Raises:
        NotThere: it is gone: carried out, or thrown away.
    """
    client = aws.client("cloudformation")
    try:
        answer = client.describe_change_set(ChangeSetName=change_set_id, StackName=stack)
        changes = [entry for page in _pages(client, change_set_id, stack) for entry in page["Changes"]]
    except client.exceptions.ChangeSetNotFoundException as error:
        raise _gone(stack) from error
    if answer["ExecutionStatus"] != "AVAILABLE":
        raise _gone(stack)
    found = stacks.describe(aws, stack)
    is_new = found is None or found["StackStatus"] == "REVIEW_IN_PROGRESS"
    return Review(stack, change_set_id, is_new, tuple(_change(entry["ResourceChange"]) for entry in changes))


def _gone(stack: str) -> NotThere:
    return NotThere(
        "this change set is no longer waiting", where=stack, next_step="the stack's page shows what became of it"
    )


def _pages(client: Any, change_set_id: str, stack: str) -> Any:
    return client.get_paginator("describe_change_set").paginate(ChangeSetName=change_set_id, StackName=stack)


def _nothing_or_failure(
    aws: Aws, request: StackRequest, change_set_id: str, answer: dict[str, Any], is_new: bool
) -> Review:
    reason = answer.get("StatusReason", "")
    discard(aws, Review(request.name, change_set_id, is_new, ()))
    if any(phrase in reason for phrase in _NOTHING):
        return Review(request.name, "", is_new, ())
    raise StackFailed(
        f"the change set of {request.name} cannot be made: {reason}",
        where=request.name,
        next_step="correct the template or the parameters that are named",
    )


def _change(entry: dict[str, Any]) -> ResourceChange:
    return ResourceChange(
        entry["Action"], entry["LogicalResourceId"], entry["ResourceType"], entry.get("Replacement", "")
    )


def execute(aws: Aws, reviewed: Review, tell: Tell) -> None:
    """Do what was reviewed, and wait until it is done.

    Raises:
        StackFailed: it failed and was rolled back.
    """
    if not reviewed.change_set_id:
        return
    begin(aws, reviewed)
    stack = stacks.describe(aws, reviewed.stack)
    assert stack is not None  # the change set belongs to it
    stacks.wait(aws, stack["StackId"], tell)


def begin(aws: Aws, reviewed: Review) -> None:
    """Start doing what was reviewed, and return at once."""
    aws.client("cloudformation").execute_change_set(ChangeSetName=reviewed.change_set_id, StackName=reviewed.stack)


def discard(aws: Aws, reviewed: Review) -> None:
    """Throw the change set away, and the empty stack that a first one leaves."""
    client = aws.client("cloudformation")
    if reviewed.change_set_id:
        client.delete_change_set(ChangeSetName=reviewed.change_set_id, StackName=reviewed.stack)
    if reviewed.is_new_stack:
        client.delete_stack(StackName=reviewed.stack)
