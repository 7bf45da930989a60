"""The pipelines of the account."""

from rehearsal.console.page import Asked, Page
from rehearsal.console.session import Session
from rehearsal.toolkit.executions import inventory


def show(session: Session, _asked: Asked) -> Page:
    """All of them, each with its newest execution."""
    facts = {"pipelines": inventory.pipelines(session.aws)}
    return Page("pipelines.html", "Pipelines", facts, command="aws codepipeline list-pipelines")
