"""The approval mail of CodePipeline, and the page behind its link.

The link carries a secret of its own, so it works in a browser without credentials; opening it only shows the question,
the answer is given by a button.
"""

import html
import json
import secrets
import threading
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from botocore.exceptions import ClientError

from rehearsal.localaws.authorizer import identity
from rehearsal.localaws.door import shortcuts
from rehearsal.localaws.ground import accounts, host, persistence
from rehearsal.localaws.ground.errors import describe

_PREFIX = "/_approvals/"
_lock = threading.Lock()
_waiting: dict[str, dict[str, Any]] = {}
persistence.keep_dict("events.approvals", _waiting)


def wording(text: str, account_id: str) -> str | None:
    """The mail for an approval message of CodePipeline in an account, None when ``text`` is no such message."""
    try:
        message = json.loads(text)
        approval = message["approval"]
        known = {name: approval[name] for name in ("pipelineName", "stageName", "actionName", "token")}
    except (ValueError, KeyError, TypeError):
        return None
    place = {"region": message.get("region"), "account": account_id}
    link = f"{host.current().endpoint_url}{_PREFIX}{_remember({**known, **place})}"
    lines = [
        "Hello,",
        "",
        "The following Approval action is waiting for your response:",
        "",
        "--Pipeline Details--",
        f"Pipeline name: {approval['pipelineName']}",
        f"Stage name: {approval['stageName']}",
        f"Action name: {approval['actionName']}",
        f"Region: {message.get('region')}",
        "",
        "--Approval Details--",
        f"Approve or reject: {link}",
        f"Additional information: {approval.get('customData', '')}",
        f"URL for review: {approval.get('externalEntityLink', '')}",
        f"Deadline: This review request will expire on {approval.get('expires', '')}",
    ]
    return "\n".join(lines) + "\n"


def _remember(approval: dict[str, Any]) -> str:
    ticket = secrets.token_urlsafe(24)
    with _lock:
        _waiting[ticket] = approval
    return ticket


def install() -> None:
    """Serve the pages behind the links."""
    shortcuts.add_shortcut(_serve, _PREFIX)


def _serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes] | None:
    path = environ["PATH_INFO"]
    if not path.startswith(_PREFIX):
        return None
    with _lock:
        approval = _waiting.get(path.removeprefix(_PREFIX))
    if approval is None:
        return page(start_response, "404 Not Found", "<p>There is no such approval.</p>")
    if environ["REQUEST_METHOD"] != "POST":
        return page(start_response, "200 OK", _question(approval))
    form = parse_qs(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode())
    return _answer(start_response, approval, form.get("status", [""])[0], form.get("summary", [""])[0])


def _answer(start_response: Callable[..., Any], approval: dict[str, Any], status: str, summary: str) -> Iterable[bytes]:
    if status not in ("Approved", "Rejected"):
        return page(start_response, "400 Bad Request", "<p>The answer is Approved or Rejected.</p>")
    named = {name: approval[name] for name in ("pipelineName", "stageName", "actionName", "token")}
    keys = identity.administrator_of(approval.get("account") or accounts.first())
    try:
        identity.client("codepipeline", keys, approval["region"]).put_approval_result(
            **named, result={"status": status, "summary": summary or f"{status} by e-mail"}
        )
    except ClientError as error:
        return page(start_response, "409 Conflict", f"<p>{html.escape(describe(error))}</p>")
    return page(start_response, "200 OK", f"<p>{html.escape(approval['actionName'])}: {status}.</p>")


def _question(approval: dict[str, Any]) -> str:
    what = html.escape(f"{approval['pipelineName']} / {approval['stageName']} / {approval['actionName']}")
    return (
        f"<h1>{what}</h1><form method='post'><label>Comment <input name='summary'></label> "
        "<button name='status' value='Approved'>Approve</button> "
        "<button name='status' value='Rejected'>Reject</button></form>"
    )


def page(start_response: Callable[..., Any], status: str, body: str) -> Iterable[bytes]:
    """A page that a mail's link leads to."""
    head = "<!doctype html><html lang='en'><meta charset='utf-8'><title>Rehearsal</title>"
    page = f"{head}<body>{body}</body></html>".encode()
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Length", str(len(page))),
        ("Content-Security-Policy", "default-src 'none'; form-action 'self'; frame-ancestors 'none'"),
        ("Referrer-Policy", "no-referrer"),
    ]
    start_response(status, headers)
    return [page]
