"""Where a revision is: one line from a commit or a version of data to model, endpoint and approver."""

from rehearsal.console.page import Asked, Page
from rehearsal.console.session import Session
from rehearsal.toolkit.executions import whereabouts


def show(session: Session, asked: Asked) -> Page:
    """The form, and what it found."""
    revision = asked.query.get("revision", "").strip()
    ways = whereabouts.find(session.aws, revision) if revision else []
    facts = {"revision": revision, "ways": ways, "most": whereabouts.MOST_EXECUTIONS}
    command = f"rehearse where {revision}" if revision else "rehearse where REVISION"
    return Page("where.html", "Where is a revision?", facts, command=command, is_live=False)
