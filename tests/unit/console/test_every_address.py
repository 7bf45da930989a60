"""Every address of the console is behind the door: another host, another site, no cookie and a GET change nothing."""

import asyncio
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.types import ASGIApp

from rehearsal.console import app
from rehearsal.console.routes import CHANGES, PAGES
from rehearsal.console.session import Session

Ask = Callable[[str, str, dict[str, str]], int]
PATHS = sorted({path for path, _ in PAGES} | {path for path, _ in CHANGES})


class Untouchable:
    """An account of which nothing may be asked."""

    region = "us-east-1"
    session = SimpleNamespace(get_credentials=lambda: None)
    identity = SimpleNamespace(account_id="123456789012")

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"the account was asked for {name}")


@pytest.fixture(scope="module")
def session() -> Session:
    account: Any = Untouchable()
    return Session(account, 4570, is_embedded=False, is_read_only=False)


@pytest.fixture(scope="module")
def ask(session: Session) -> Ask:
    """What the application answers, called as a server calls it."""
    application = app.make(session)
    return lambda method, path, headers: status_of(application, session, method, path, headers)


def status_of(application: ASGIApp, session: Session, method: str, path: str, headers: dict[str, str]) -> int:
    told: list[int] = []
    given = {"host": "127.0.0.1:4570", "cookie": f"{session.cookie_name}={session.cookie}", **headers}
    scope = {
        "type": "http",
        "method": method,
        "path": re.sub(r"\{\w+\}", "x", path),
        "raw_path": b"",
        "root_path": "",
        "query_string": b"",
        "scheme": "http",
        "headers": [(name.encode(), value.encode()) for name, value in given.items() if value],
        "server": ("127.0.0.1", 4570),
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"form-token=guessed", "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            told.append(message["status"])

    async def call() -> None:
        await application(scope, receive, send)

    asyncio.run(call())
    (status,) = told
    return status


@pytest.mark.parametrize("path", PATHS)
def test_nobody_comes_in_by_another_host_from_another_site_or_without_the_cookie(ask: Ask, path: str) -> None:
    assert ask("GET", path, {"host": "rebound.example:4570"}) == 403
    assert ask("GET", path, {"cookie": ""}) == 401
    for origin in ("https://evil.example", "http://127.0.0.1:4571", "null", ""):
        assert ask("POST", path, {"origin": origin}) == 403


@pytest.mark.parametrize("path", sorted({path for path, _ in CHANGES}))
def test_a_change_needs_a_post_and_the_forms_own_token(ask: Ask, path: str) -> None:
    assert ask("POST", path, {"origin": "http://127.0.0.1:4570"}) == 400
    if path not in {page for page, _ in PAGES}:
        assert ask("GET", path, {}) == 405
    for method in ("PUT", "DELETE", "PATCH"):
        assert ask(method, path, {"origin": "http://127.0.0.1:4570"}) == 403
