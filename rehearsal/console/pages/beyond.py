"""What only the embedded AWS has: its mailbox, its clock and planned faults, and who used which permission."""

import re
from datetime import timedelta

from rehearsal.console.page import Asked, Change, Page
from rehearsal.console.session import Session
from rehearsal.toolkit.embedded import beyond_aws

FAULTS = {
    "throttle": "The call is refused as too many",
    "deny": "The call is refused as not allowed",
    "delay": "The call takes longer",
    "fail": "The call fails inside the service",
    "lose-job-result": "A function's answer to CodePipeline is lost",
    "crash-function": "A function ends in the middle of its work",
    "stop-training-job": "A training job is stopped while it trains",
    "roll-back-endpoint": "An update of an endpoint goes wrong and is rolled back",
    "iam-lag": "Changes of permissions count later",
}
"""The kinds, each with what happens."""

_PIPELINE = re.compile(r"^Pipeline name: ([\w.@-]+)$", re.MULTILINE)
"""In the message of an approval that is needed, as it is written for people."""

_STEPS = {
    "20 minutes": timedelta(minutes=20),
    "1 hour": timedelta(hours=1),
    "1 day": timedelta(days=1),
    "7 days": timedelta(days=7),
}


def mailbox(session: Session, _asked: Asked) -> Page:
    """The messages, newest first."""
    found = beyond_aws.mailbox(session.aws)[::-1]
    messages = [
        {
            "number": each.number,
            "to": each.to,
            "subject": each.subject,
            "date": each.date,
            "text": each.text,
            "links": each.links,
            "pipeline": pipeline_in(each.text),
        }
        for each in found
    ]
    return Page("mailbox.html", "Mailbox", {"messages": messages}, command="rehearse mailbox list")


def pipeline_in(text: str) -> str:
    """The pipeline of which a message asks an approval; empty where it asks none. Pure."""
    found = _PIPELINE.search(text)
    return found[1] if found else ""


def faults(session: Session, _asked: Asked) -> Page:
    """The clock's lead, and the planned faults."""
    facts = {"planned": beyond_aws.faults(session.aws), "kinds": FAULTS, "steps": list(_STEPS)}
    return Page("faults.html", "Time and faults", facts, command="rehearse fault list")


def advance(session: Session, asked: Asked) -> Change:
    """Let time pass at once."""
    name = asked.form.get("by", "")
    by = _STEPS.get(name) or beyond_aws.duration(name)

    def do(_tell: object) -> None:
        beyond_aws.advance_clock(session.aws, by)

    command = f"rehearse clock advance {int(by.total_seconds())}"
    return Change(f"let {name} pass on the embedded AWS", command, "/faults", do)


def plan(session: Session, asked: Asked) -> Change:
    """Plan a fault."""
    kind, service, operation = (asked.form.get(name, "").strip() for name in ("kind", "service", "operation"))
    members = {
        "kind": kind,
        "service": service,
        "operation": operation,
        "name": asked.form.get("name", "").strip() or "*",
    }

    def do(_tell: object) -> None:
        beyond_aws.add_fault(session.aws, {**members, "count": 1, "seconds": 1.0})

    options = [f"--{name} {value}" for name, value in members.items() if name != "kind" and value]
    return Change(f"plan the fault {kind}", " ".join(["rehearse fault add", kind, *options]), "/faults", do)


def forget(session: Session, asked: Asked) -> Change:
    """Forget a planned fault."""
    fault = asked.form.get("id", "")

    def do(_tell: object) -> None:
        beyond_aws.clear_faults(session.aws, fault)

    return Change(f"forget the fault {fault}", f"rehearse fault clear {fault}", "/faults", do)


def permissions(session: Session, asked: Asked) -> Page:
    """What roles and users did with their permissions."""
    wanted = asked.query.get("role", "")
    rows = [
        {"name": each.name, "used": each.used, "denied": each.denied, "unused": list(each.unused)}
        for each in beyond_aws.usage(session.aws)
        if wanted.lower() in each.name.lower() and (each.used or each.denied or each.unused)
    ]
    rows.sort(key=lambda row: (not row["denied"], str(row["name"])))
    return Page(
        "permissions.html",
        "Permissions",
        {"principals": rows, "role": wanted},
        command="rehearse iam usage",
        is_live=False,
    )
