"""The stacks of the account, and the templates that can be launched from here."""

from rehearsal.console.page import Asked, Page
from rehearsal.console.pages import templates
from rehearsal.console.session import Session
from rehearsal.toolkit.stacks import stacks


def show(session: Session, _asked: Asked) -> Page:
    """All of them."""
    found = [
        {
            "name": stack["StackName"],
            "status": stack["StackStatus"],
            "description": stack.get("Description", ""),
            "updated": stack.get("LastUpdatedTime") or stack["CreationTime"],
        }
        for stack in stacks.all_of(session.aws)
    ]
    command = "aws cloudformation describe-stacks"
    return Page("stacks.html", "Stacks", {"stacks": found, "templates": templates.offered()}, command=command)
