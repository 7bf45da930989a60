"""A stack: its state, its events as they come, why it failed, its outputs and resources."""

from typing import Any
from urllib.parse import quote

from rehearsal.console.page import Asked, Change, Page
from rehearsal.console.pages import templates
from rehearsal.console.session import Session
from rehearsal.toolkit.aws.errors import NotThere
from rehearsal.toolkit.stacks import stacks

_MOST_EVENTS = 25


def show(session: Session, asked: Asked) -> Page:
    """One stack."""
    name = asked.path["name"]
    stack = stacks.describe(session.aws, name)
    if stack is None:
        raise NotThere(
            f"there is no stack {name}", where="CloudFormation", next_step="Stacks lists those that are there"
        )
    resources = [_resource(each) for each in stacks.resources_of(session.aws, name)]
    template = templates.of_stack(name)
    events = _events(stacks.events_of(session.aws, stack["StackId"]))
    told = events if asked.query.get("events") == "all" else events[:_MOST_EVENTS]
    facts = {
        "name": name,
        "status": stack["StackStatus"],
        "description": stack.get("Description", ""),
        "is_unchanged": "unchanged" in asked.query,
        "failure": stacks.why_failed(session.aws, stack),
        "outputs": {
            each["OutputKey"]: (each["OutputValue"], each.get("Description", "")) for each in stack.get("Outputs", [])
        },
        "parameters": stacks.parameters_of(stack),
        "events": told,
        "is_more": len(told) < len(events),
        "resources": resources,
        "pipelines": [each["id"] for each in resources if each["type"] == "AWS::CodePipeline::Pipeline" and each["id"]],
        "template": template.key if template else "",
        "next_template": "pipeline" if template and template.key == "prep" and _is_alone(session, name) else "",
    }
    return Page("stack.html", name, facts, command=f"rehearse logs --stack {name}")


def _is_alone(session: Session, prep_stack: str) -> bool:
    """A prep stack whose workshop has no pipeline stack yet."""
    pipeline_template = templates.find("pipeline")
    suffix = prep_stack.removeprefix(templates.find("prep").prefix)
    return stacks.describe(session.aws, pipeline_template.stack_name(suffix)) is None


def _resource(each: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": each["LogicalResourceId"],
        "type": each["ResourceType"],
        "id": each.get("PhysicalResourceId", ""),
        "status": each["ResourceStatus"],
    }


def _events(oldest_first: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Newest first; ``is_newest`` is the last of its resource: the others are past, whatever they say is in
    progress."""
    seen: set[str] = set()
    told = []
    for each in reversed(oldest_first):
        name = each.get("LogicalResourceId", "")
        told.append(
            {
                "at": each["Timestamp"],
                "name": name,
                "status": each.get("ResourceStatus", ""),
                "reason": each.get("ResourceStatusReason", ""),
                "is_newest": name not in seen,
            }
        )
        seen.add(name)
    return told


def delete(session: Session, asked: Asked) -> Change:
    """Delete the stack with what it made."""
    name = asked.path["name"]
    return Change(
        sentence=f"delete the stack {name} and the resources that it made",
        command=f"aws cloudformation delete-stack --stack-name {name}",
        then=f"/stacks/{quote(name)}",
        do=lambda _tell: stacks.begin_deletion(session.aws, name),
        cost="Deleting costs nothing. Buckets that hold objects are refused; endpoints are not the stack's and stay.",
        is_destructive=True,
    )
