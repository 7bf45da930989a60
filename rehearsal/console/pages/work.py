"""Something that takes longer than a page, step by step as it goes on."""

from rehearsal.console.page import Asked, Page
from rehearsal.console.session import Session
from rehearsal.toolkit.aws.errors import NotThere


def show(session: Session, asked: Asked) -> Page:
    """One work of this start of the console."""
    work = session.works.find(asked.path["work"])
    if work is None:
        raise NotThere(
            "this is not known any more",
            where="the console was started again since",
            next_step="the pages of stacks and pipelines show what became of it",
        )
    facts = {
        "sentence": work.sentence,
        "status": work.status,
        "lines": list(work.lines),
        "error": work.error,
        "then": work.then if work.status == "Succeeded" else "",
    }
    return Page("work.html", work.sentence[:1].upper() + work.sentence[1:], facts)
