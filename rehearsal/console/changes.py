"""Changes: allowed or not, asked about or not, then carried out."""

import hmac

from rehearsal.console.page import Change, Page
from rehearsal.console.session import Session
from rehearsal.toolkit.aws.errors import AccountProblem, BadInput
from rehearsal.toolkit.executions.events import silence

OWN_FIELDS = ("form-token", "confirmed")
"""Fields of every form that are the console's, not the change's."""


def check(session: Session, form: dict[str, str]) -> None:
    """Whether a form may change anything.

    Raises:
        AccountProblem: the session only reads.
        BadInput: the form is not of this session.
    """
    if not hmac.compare_digest(form.get("form-token", "").encode(), session.form_token.encode()):
        raise BadInput(
            "this form is not of this session of the console",
            where="the form's token",
            next_step="open the page again from the printed link, and send the form from there",
        )
    if session.is_read_only:
        raise AccountProblem(
            "this console only reads: nothing was changed",
            where=f"account {session.account_id}",
            next_step="start it with rehearse console --allow-changes",
        )


def must_ask(session: Session, change: Change, form: dict[str, str]) -> bool:
    """Whether the user has yet to say yes: to every change of a real account, and to what destroys on any."""
    return (change.is_destructive or not session.is_embedded) and form.get("confirmed") != "yes"


def question(change: Change, form: dict[str, str]) -> Page:
    """The page that asks, with the form's fields to be sent again."""
    fields = {name: value for name, value in form.items() if name not in OWN_FIELDS}
    facts = {"change": change, "sentence": change.sentence, "command": change.command, "fields": fields}
    return Page("question.html", "Please confirm", facts, command=change.command, is_live=False)


def carry_out(session: Session, change: Change) -> str:
    """Do it, or begin it; returns the address to go to."""
    if change.is_slow:
        return f"/work/{session.works.start(change.sentence, change.then, change.do).work_id}"
    return change.do(silence) or change.then
