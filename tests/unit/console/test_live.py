"""All windows on an address share one look at the account, and what one asks for right after is what they were told."""

import asyncio
import threading
from types import SimpleNamespace
from typing import Any

from rehearsal.console.live import LOOK_SECONDS, REAL_LOOK_SECONDS, Live
from rehearsal.console.page import Asked, Page
from rehearsal.console.plain import digest


class Watched:
    """A page that counts how often it is made."""

    def __init__(self) -> None:
        self.count = 0

    def show(self, _session: Any, asked: Asked) -> Page:
        self.count += 1
        return Page("x.html", "x", {"name": asked.path["name"], "only": asked.query.get("only", "")})


def test_one_look_serves_all_windows_until_it_is_old() -> None:
    watched, session = Watched(), SimpleNamespace(closing=threading.Event(), is_embedded=True)
    streams = Live(session, [("/pipelines/{name}", watched.show)])  # type: ignore[arg-type]
    address = "/pipelines/ada?only=Failed"

    async def connected() -> bool:
        return False

    async def told() -> list[str]:
        request: Any = SimpleNamespace(is_disconnected=connected)
        windows: list[Any] = [streams._events(address, request) for _ in range(20)]
        events = [await anext(window) for window in windows]
        page = streams.just_seen(address)
        assert page is not None
        assert events == [f"data: {digest(page.facts)}\n\n"] * 20
        streams._pause = 0.0
        assert streams.just_seen(address) is None  # too old now: who asks gets it anew
        for window in windows:
            await window.aclose()
        return events

    assert len(asyncio.run(told())) == 20
    assert watched.count < 20
    assert streams.just_seen("/pipelines/bob") is None


def test_a_real_account_is_looked_at_seldom_for_it_counts_calls() -> None:
    paces = [
        Live(SimpleNamespace(closing=threading.Event(), is_embedded=is_embedded), [])._pause  # type: ignore[arg-type]
        for is_embedded in (True, False)
    ]
    assert paces == [LOOK_SECONDS, REAL_LOOK_SECONDS]
