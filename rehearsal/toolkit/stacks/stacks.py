"""CloudFormation stacks: create or update, follow, delete; and why one failed."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.toolkit.aws import explanations
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import NotThere, StackFailed
from rehearsal.toolkit.aws.pace import Pace
from rehearsal.toolkit.aws.translation import message_of
from rehearsal.toolkit.executions.events import ResourceChanged, StepFinished, StepStarted, Tell

LARGEST_INLINE_TEMPLATE = 51_200
"""Bytes of TemplateBody; longer templates are read from S3 (CloudFormation quotas, "Template body size in a
request")."""

_REPLACEABLE = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED", "REVIEW_IN_PROGRESS"}
"""States in which a stack can only be deleted: an earlier creation failed."""


@dataclass(frozen=True)
class StackRequest:
    """What a stack should be. ``template_bucket`` may hold the template when it is too long to be sent.

    ``template_url`` says where the template lies already; ``kept`` names parameters that keep their values.
    """

    name: str
    template: Path
    parameters: dict[str, str] = field(default_factory=dict)
    template_bucket: str = ""
    capabilities: tuple[str, ...] = ("CAPABILITY_IAM",)
    template_url: str = ""
    kept: tuple[str, ...] = ()


@dataclass(frozen=True)
class StackResult:
    """A stack after it was launched: ``status`` is CloudFormation's (``CREATE_COMPLETE``) or ``UNCHANGED``."""

    name: str
    status: str
    outputs: dict[str, str]
    resources: int


def describe(aws: Aws, name: str) -> dict[str, Any] | None:
    """The stack as CloudFormation describes it; None when there is none of that name (or id)."""
    try:
        return aws.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in message_of(error):
            return None
        raise


def is_usable(stack: dict[str, Any] | None) -> bool:
    """Whether there is a stack that can be updated: one whose creation failed is none. Pure."""
    return stack is not None and stack["StackStatus"] not in _REPLACEABLE


def parameters_of(stack: dict[str, Any]) -> dict[str, str]:
    """The stack's parameters by name (NoEcho ones are masked by CloudFormation)."""
    return {entry["ParameterKey"]: entry.get("ParameterValue", "") for entry in stack.get("Parameters", [])}


def outputs_of(stack: dict[str, Any]) -> dict[str, str]:
    """The stack's outputs by name."""
    return {entry["OutputKey"]: entry["OutputValue"] for entry in stack.get("Outputs", [])}


def all_of(aws: Aws) -> list[dict[str, Any]]:
    """Every stack of the account and region as CloudFormation describes it, by name."""
    pages = aws.client("cloudformation").get_paginator("describe_stacks").paginate()
    return sorted((stack for page in pages for stack in page["Stacks"]), key=lambda stack: str(stack["StackName"]))


def launch(aws: Aws, request: StackRequest, tell: Tell, pace: Pace | None = None) -> StackResult:
    """Create the stack, or update the one that is there, and wait until that is done.

    Raises:
        StackFailed: it ended in another state than CREATE_COMPLETE or UPDATE_COMPLETE.
    """
    began = time.monotonic()
    tell(StepStarted("stack", request.name))
    existing = describe(aws, request.name)
    if existing is not None and not is_usable(existing):
        delete(aws, request.name, tell)
        existing = None
    arguments = arguments_of(aws, request)
    if existing is None:
        stack_id = aws.client("cloudformation").create_stack(**arguments, OnFailure="ROLLBACK")["StackId"]
    else:
        stack_id = _update(aws, arguments)
    done = wait(aws, stack_id, tell, pace) if stack_id else describe(aws, request.name)
    assert done is not None  # it was just created, updated or found unchanged
    status = done["StackStatus"] if stack_id else "UNCHANGED"
    resources = len(list(resources_of(aws, request.name)))
    tell(StepFinished("stack", request.name, status, f"{resources} resources", time.monotonic() - began))
    return StackResult(request.name, status, outputs_of(done), resources)


def arguments_of(aws: Aws, request: StackRequest) -> dict[str, Any]:
    """The arguments that CreateStack, UpdateStack and CreateChangeSet share."""
    return {
        "StackName": request.name,
        "Parameters": [
            *({"ParameterKey": key, "ParameterValue": value} for key, value in request.parameters.items()),
            *({"ParameterKey": key, "UsePreviousValue": True} for key in request.kept),
        ],
        "Capabilities": list(request.capabilities),
        **template_argument(aws, request),
    }


def template_argument(aws: Aws, request: StackRequest) -> dict[str, str]:
    """How a call of CloudFormation is given the template: its text, or where it lies."""
    if request.template_url:
        return {"TemplateURL": request.template_url}
    body = request.template.read_bytes()
    if len(body) <= LARGEST_INLINE_TEMPLATE or not request.template_bucket:
        return {"TemplateBody": body.decode()}
    key = f"templates/{request.template.name}"
    aws.client("s3").put_object(Bucket=request.template_bucket, Key=key, Body=body, ContentType="application/yaml")
    return {"TemplateURL": object_url(aws, request.template_bucket, key)}


def object_url(aws: Aws, bucket: str, key: str) -> str:
    """The https URL by which CloudFormation reads an object."""
    if aws.endpoint_url:
        return f"{aws.client('s3').meta.endpoint_url}/{bucket}/{key}"
    return f"https://{bucket}.s3.{aws.region}.{_dns_suffix(aws)}/{key}"


def _dns_suffix(aws: Aws) -> str:
    return "amazonaws.com.cn" if aws.partition == "aws-cn" else "amazonaws.com"


def _update(aws: Aws, arguments: dict[str, Any]) -> str | None:
    """Start an update; None when nothing would change."""
    try:
        return aws.client("cloudformation").update_stack(**arguments)["StackId"]
    except ClientError as error:
        if "No updates are to be performed" in message_of(error):
            return None
        raise


def change_parameters(aws: Aws, name: str, values: dict[str, str], tell: Tell, pace: Pace | None = None) -> str:
    """Update the stack with other values of some parameters, template and all else unchanged; returns its status.

    Raises:
        NotThere: it does not exist.
        StackFailed: the update failed and was rolled back.
    """
    stack = describe(aws, name)
    if stack is None:
        raise NotThere(
            f"there is no stack {name}", where=f"CloudFormation, {aws.region}", next_step="rehearse launch creates it"
        )
    began = time.monotonic()
    tell(StepStarted("stack", name))
    kept = [key for key in parameters_of(stack) if key not in values]
    stack_id = _update(
        aws,
        {
            "StackName": name,
            "UsePreviousTemplate": True,
            "Capabilities": ["CAPABILITY_IAM"],
            "Parameters": [
                *({"ParameterKey": key, "UsePreviousValue": True} for key in kept),
                *({"ParameterKey": key, "ParameterValue": value} for key, value in values.items()),
            ],
        },
    )
    status = wait(aws, stack_id, tell, pace)["StackStatus"] if stack_id else "UNCHANGED"
    tell(StepFinished("stack", name, status, ", ".join(values), time.monotonic() - began))
    return str(status)


def resources_of(aws: Aws, name: str) -> Iterator[dict[str, Any]]:
    """The stack's resources, deleted ones left out."""
    for page in aws.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=name):
        for resource in page["StackResourceSummaries"]:
            if resource["ResourceStatus"] != "DELETE_COMPLETE":
                yield resource


def wait(aws: Aws, stack_id: str, tell: Tell, pace: Pace | None = None) -> dict[str, Any]:
    """Follow the operation that runs on the stack until it has ended.

    Raises:
        StackFailed: it failed or was rolled back; says which resource was first, and why.
    """
    pace = pace or Pace()
    seen: set[str] = set()
    while True:
        stack = aws.client("cloudformation").describe_stacks(StackName=stack_id)["Stacks"][0]
        news = _new_events(aws, stack_id, seen)
        for event in news:
            tell(_told(event))
        if news:
            pace.changed()
        status = stack["StackStatus"]
        if not status.endswith("_IN_PROGRESS"):
            break
        pace.wait()
    if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE", "DELETE_COMPLETE"):
        return stack
    raise failure_of(stack, _events_of_last_operation(aws, stack_id))


def why_failed(aws: Aws, stack: dict[str, Any]) -> StackFailed | None:
    """Why the stack's last operation failed; None when it did not, or still runs."""
    status = stack["StackStatus"]
    if status.endswith("_IN_PROGRESS") or not ("ROLLBACK" in status or status.endswith("_FAILED")):
        return None
    return failure_of(stack, _events_of_last_operation(aws, stack["StackId"]))


def begin_deletion(aws: Aws, name: str) -> None:
    """Ask for the stack's deletion, and return at once."""
    aws.client("cloudformation").delete_stack(StackName=name)


def delete(aws: Aws, name: str, tell: Tell, pace: Pace | None = None) -> None:
    """Delete the stack and wait until it is gone; nothing happens when it is not there.

    Raises:
        StackFailed: a resource could not be deleted.
    """
    stack = describe(aws, name)
    if stack is None:
        return
    aws.client("cloudformation").delete_stack(StackName=name)
    wait(aws, stack["StackId"], tell, pace)


def _new_events(aws: Aws, stack_id: str, seen: set[str]) -> list[dict[str, Any]]:
    """Events not seen before, oldest first; reads only as many pages as hold new ones."""
    news = []
    for page in aws.client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=stack_id):
        fresh = [event for event in page["StackEvents"] if event["EventId"] not in seen]
        news += fresh
        if len(fresh) < len(page["StackEvents"]):
            break
    seen.update(event["EventId"] for event in news)
    return news[::-1]


def events_of(aws: Aws, name: str) -> list[dict[str, Any]]:
    """Every event of the stack, oldest first."""
    pages = aws.client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=name)
    return [event for page in pages for event in page["StackEvents"]][::-1]


def _events_of_last_operation(aws: Aws, stack_id: str) -> list[dict[str, Any]]:
    """Oldest first, from the event with which the last operation of the user began."""
    events: list[dict[str, Any]] = []
    for page in aws.client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=stack_id):
        for event in page["StackEvents"]:
            events.insert(0, event)
            if event.get("PhysicalResourceId") == stack_id and event.get("ResourceStatusReason") == "User Initiated":
                return events
    return events


def _told(event: dict[str, Any]) -> ResourceChanged:
    return ResourceChanged(
        stack=event["StackName"],
        logical_id=event.get("LogicalResourceId", ""),
        resource_type=event.get("ResourceType", ""),
        status=event.get("ResourceStatus", ""),
        reason=event.get("ResourceStatusReason", ""),
    )


def failure_of(stack: dict[str, Any], events: Sequence[dict[str, Any]]) -> StackFailed:
    """Why the stack failed: the first resource that failed of itself, not because another one did. Pure."""
    failed = [event for event in events if event.get("ResourceStatus", "").endswith("_FAILED")]
    causes = [event for event in failed if "cancelled" not in event.get("ResourceStatusReason", "").lower()]
    name, status = stack["StackName"], stack["StackStatus"]
    hint = f"rehearse logs --stack {name} shows every event of the stack"
    if status in ("DELETE_FAILED", "ROLLBACK_FAILED"):  # a bucket that the pipeline has filled meanwhile, say
        hint = f"rehearse destroy removes what holds it, then launch again; {hint}"
    if not causes:
        reason = stack.get("StackStatusReason", "CloudFormation gives no reason")
        return StackFailed(f"the stack {name} is {status}: {reason}", where=name, next_step=hint)
    first = causes[0]
    reason = first.get("ResourceStatusReason", "no reason given")
    meaning = explanations.meaning_of(reason)
    return StackFailed(
        f"the stack {name} is {status}: {reason}",
        where=f"{first['LogicalResourceId']} ({first.get('ResourceType', 'unknown type')})",
        next_step=f"{meaning}; {hint}" if meaning else hint,
    )
