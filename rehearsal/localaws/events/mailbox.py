"""The mailbox: a folder of .eml files, where e-mail of the embedded AWS lands instead of leaving this machine.

A request to approve a pipeline's action comes as AWS words it, with a link to a page of this server that answers it.
"""

import itertools
import json
import threading
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from rehearsal.localaws.door import capabilities
from rehearsal.localaws.events import approvals
from rehearsal.localaws.ground import arns, clock, host, persistence

_numbers = itertools.count(1)
_lock = threading.Lock()
_received: list[dict[str, Any]] = []


def folder() -> Path:
    """Where the messages lie while the embedded AWS runs."""
    return host.current().scratch("mailbox")


def receive(*, to: str, subject: str, text: str, sent_by: str) -> None:
    """Put a message in the folder; ``sent_by`` is the topic's ARN."""
    message = EmailMessage()
    topic = sent_by.rpartition(":")[2]
    message["From"] = f'"{topic}" <no-reply@sns.amazonaws.com>'
    message["To"] = to
    message["Subject"] = " ".join(subject.split())
    message["Date"] = format_datetime(clock.now())
    body = approvals.wording(text, arns.account_of(sent_by)) or text
    message.set_content(body)
    with _lock:
        number = next(_numbers)
        file = folder() / f"{number:04d}.eml"
        file.write_bytes(bytes(message))
        _received.append(
            {
                "number": number,
                "to": to,
                "subject": subject,
                "date": format_datetime(clock.now()),
                "text": body,
                "file": str(file),
            }
        )


def _list(_members: dict[str, Any]) -> capabilities.Answer:
    with _lock:
        return {"folder": str(folder()), "messages": json.loads(json.dumps(_received))}


def _export() -> list[dict[str, Any]]:
    return [{**message, "file": Path(message["file"]).read_bytes()} for message in _received]


def _restore(kept: list[dict[str, Any]]) -> None:
    """The messages lie in the new folder under their old numbers."""
    global _numbers
    for message in kept:
        file = folder() / f"{message['number']:04d}.eml"
        file.write_bytes(message["file"])
        _received.append({**message, "file": str(file)})
    _numbers = itertools.count(len(kept) + 1)


persistence.keep("events.mailbox", _export, _restore)
capabilities.offer("GET", "mailbox", _list)
