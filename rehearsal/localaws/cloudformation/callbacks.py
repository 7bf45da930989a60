"""Addresses of this server to which functions and wait conditions report: what presigned S3 URLs are in AWS.

Whoever has the address may write there, so it holds a secret. A mailbox keeps what came until it is closed.
"""

import json
import secrets
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from rehearsal.localaws.door import shortcuts
from rehearsal.localaws.ground import host, persistence

_PREFIX = "/cloudformation-callback-"
MAX_BYTES = 4096


@dataclass
class Mailbox:
    """One address, and the JSON objects that were put there."""

    url: str
    token: str
    letters: list[dict[str, Any]] = field(default_factory=list)
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def put(self, letter: dict[str, Any]) -> None:
        """Keep a letter, and wake who waits."""
        with self.arrived:
            self.letters.append(letter)
            self.arrived.notify_all()


_mailboxes: dict[str, Mailbox] = {}


def open_mailbox(region: str) -> Mailbox:
    """A mailbox at a new address."""
    token = secrets.token_urlsafe(24)
    mailbox = Mailbox(f"{host.current().endpoint_url}{_PREFIX}{region}/{token}", token)
    _mailboxes[token] = mailbox
    return mailbox


def mailbox_at(url: str) -> Mailbox | None:
    """The open mailbox at an address."""
    return _mailboxes.get(url.rpartition("/")[2])


def close(url: str) -> None:
    """Nothing is taken at the address any more."""
    _mailboxes.pop(url.rpartition("/")[2], None)


def _take(environ: dict[str, Any], start_response: shortcuts.StartResponse) -> Iterable[bytes] | None:
    if not environ["PATH_INFO"].startswith(_PREFIX):
        return None
    mailbox = _mailboxes.get(environ["PATH_INFO"].rpartition("/")[2])
    status, told = _delivered(environ, mailbox)
    start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(told)))])
    return [told]


def _delivered(environ: dict[str, Any], mailbox: Mailbox | None) -> tuple[str, bytes]:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length) if length else b""
    if mailbox is None:
        return "403 Forbidden", b"Request has expired"
    if environ["REQUEST_METHOD"] != "PUT":
        return "405 Method Not Allowed", b"answers are PUT here"
    if len(body) > MAX_BYTES:
        mailbox.put({"Status": "FAILED", "Reason": "Response object is too long."})
        return "400 Bad Request", b"Response object is too long."
    mailbox.put(_parsed(body))
    return "200 OK", b""


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        letter = json.loads(body)
    except ValueError:
        letter = None
    return (
        letter
        if isinstance(letter, dict)
        else {"Status": "FAILED", "Reason": "Invalid Response object: it is not a JSON object"}
    )


persistence.keep_dict("cloudformation.mailboxes", _mailboxes)
shortcuts.add_shortcut(_take, _PREFIX)
