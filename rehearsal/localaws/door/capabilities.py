"""What only the embedded AWS can do, under its own path: ``/_rehearsal/<name>``.

A real account answers nothing there, which is how the toolkit tells whether a capability is present.
Rooms add theirs with :func:`offer`. Every request must carry the administrator's secret in ``Authorization: Bearer``,
so that a web page in the user's browser cannot drive the embedded AWS.
"""

import hmac
import json
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl

from rehearsal.localaws.ground import clock, host, rooms

PREFIX = "/_rehearsal/"

Answer = dict[str, Any] | list[Any]
Capability = Callable[[dict[str, Any]], Answer]
"""Takes the query's or the JSON body's members; gives what is sent back as JSON. A ValueError becomes a 400."""

_offered: dict[tuple[str, str], Capability] = {}


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
    expected = f"Bearer {host.current().admin.secret_access_key}"
    if not hmac.compare_digest(environ.get("HTTP_AUTHORIZATION", "").encode(), expected.encode()):
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
    try:
        return "200 OK", capability(_members(environ))
    except ValueError as error:
        return "400 Bad Request", {"message": str(error)}


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
