"""What only the embedded AWS can do, under its own path: ``/_rehearsal/<name>``.

A real account answers nothing there, which is how the toolkit tells whether a capability is present.
Rooms add theirs with :func:`offer`. Every request must carry the secret of an account's administrator in
``Authorization: Bearer``, so that a web page in the user's browser cannot drive the embedded AWS.
"""

import hmac
import json
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl

from rehearsal.localaws.ground import clock, host, rooms
from rehearsal.localaws.ground.host import Credentials

PREFIX = "/_rehearsal/"

Answer = dict[str, Any] | list[Any]
Capability = Callable[[dict[str, Any]], Answer]
"""Takes the query's or the JSON body's members; gives what is sent back as JSON. A ValueError becomes a 400."""

Administrators = Callable[[], Iterable[tuple[str, Credentials]]]
"""Gives the accounts beside the first, each with its administrator."""

_further_administrators: Administrators = tuple
_asking: ContextVar[str] = ContextVar("asking account")
_offered: dict[tuple[str, str], Capability] = {}


def recognise(administrators: Administrators) -> None:
    """Answer the administrators of further accounts too."""
    global _further_administrators
    _further_administrators = administrators


def offer(method: str, name: str, capability: Capability) -> None:
    """Serve ``capability`` at ``METHOD /_rehearsal/name``."""
    _offered[method, name] = capability


def handle(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The WSGI application behind the prefix."""
    status, answer = _answer(environ)
    body = json.dumps(answer, default=str).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def _answer(environ: dict[str, Any]) -> tuple[str, Answer]:
    name = environ["PATH_INFO"].removeprefix(PREFIX)
    if name == "health":
        return "200 OK", {"status": "ready", "accountId": host.current().account_id}
    asking = _administered(environ.get("HTTP_AUTHORIZATION", ""))
    if asking is None:
        return "403 Forbidden", {
            "message": f"{PREFIX}{name} takes the administrator's secret access key as bearer token"
        }
    module = rooms.offering(name)
    if module is not None:  # which may not have been needed before somebody asks
        import_module(module)
    capability = _offered.get((environ["REQUEST_METHOD"], name))
    if capability is None:
        known = sorted(f"{method} {PREFIX}{path}" for method, path in _offered)
        return "404 Not Found", {
            "message": f"{environ['REQUEST_METHOD']} {PREFIX}{name} is not offered",
            "offered": known,
        }
    _asking.set(asking)
    try:
        return "200 OK", capability(_members(environ))
    except ValueError as error:
        return "400 Bad Request", {"message": str(error)}


def asking_account() -> str:
    """The account whose administrator sent the request that is being answered."""
    return _asking.get()


def _administered(authorization: str) -> str | None:
    """The account whose administrator's secret the header has."""
    known = ((host.current().account_id, host.current().admin), *_further_administrators())
    for account_id, keys in known:
        if hmac.compare_digest(authorization.encode(), f"Bearer {keys.secret_access_key}".encode()):
            return account_id
    return None


def _members(environ: dict[str, Any]) -> dict[str, Any]:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length:
        members = json.loads(environ["wsgi.input"].read(length))
        if not isinstance(members, dict):
            raise ValueError("the body must be a JSON object")
        return members
    return dict(parse_qsl(environ.get("QUERY_STRING", "")))


def _advance_clock(members: dict[str, Any]) -> Answer:
    try:
        seconds = float(members.get("seconds", 0))
    except (TypeError, OverflowError) as error:
        raise ValueError(f"seconds must be a number ({error})") from error
    clock.advance(seconds)
    return _read_clock(members)


def _read_clock(_members: dict[str, Any]) -> Answer:
    return {"now": clock.now().isoformat(), "timestamp": clock.timestamp()}


offer("GET", "clock", _read_clock)
offer("POST", "clock", _advance_clock)
