"""The stream of a page that is open: one event when its facts have changed, so that the browser has it drawn again.

The facts are looked at here, not in the browser, and once for all who look at the same address. A browser that shows
another tab closes its stream: an open page that nobody sees costs nothing.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Match, Route

from rehearsal.console.page import Asked, Page, PageFunction
from rehearsal.console.plain import digest
from rehearsal.console.session import Session
from rehearsal.toolkit.aws.translation import FAILURES, explain

LOOK_SECONDS = 0.5
REAL_LOOK_SECONDS = 3.0
"""A real account counts calls: those of CodePipeline and CloudWatch Logs are few a second, and some cost."""
_BREATH_SECONDS = 15.0
"""A line that says nothing, by which both sides see that the other is there."""


@dataclass
class _Look:
    """The last look at an address."""

    at: float = float("-inf")
    seen: str = ""
    page: Page | None = None
    guard: asyncio.Lock = field(default_factory=asyncio.Lock)
    lookers: int = 0


class Live:
    """The streams of one session."""

    def __init__(self, session: Session, pages: Sequence[tuple[str, PageFunction]]) -> None:
        self._session = session
        self._pause = LOOK_SECONDS if session.is_embedded else REAL_LOOK_SECONDS
        self._routes = [(Route(path, _no_endpoint), function) for path, function in pages]
        self._looks: dict[str, _Look] = {}

    async def stream(self, request: Request) -> Response:
        """Events ``seen`` with a digest of the page's facts: the browser compares it with what it shows."""
        address = request.query_params.get("of", "/")
        if self._find(address) is None:
            return Response(status_code=404)
        return StreamingResponse(self._events(address, request), media_type="text/event-stream")

    async def _events(self, address: str, request: Request) -> AsyncIterator[str]:
        look = self._looks.setdefault(address, _Look())
        look.lookers += 1
        told, told_at = "", 0.0
        try:
            while not (self._session.closing.is_set() or await request.is_disconnected()):
                seen = await self._seen(address, look)
                if seen != told or time.monotonic() - told_at > _BREATH_SECONDS:
                    told, told_at = seen, time.monotonic()
                    yield f"data: {seen}\n\n"
                await asyncio.sleep(self._pause)
        finally:
            look.lookers -= 1
            if not look.lookers:
                self._looks.pop(address, None)

    async def _seen(self, address: str, look: _Look) -> str:
        async with look.guard:
            if time.monotonic() - look.at >= self._pause * 0.9:
                look.seen, look.page = await run_in_threadpool(self._looked, address)
                look.at = time.monotonic()
        return look.seen

    def just_seen(self, address: str) -> Page | None:
        """The page as it was when its lookers were last told; None where nobody looks, or that was too long ago.

        Whoever was told asks for the page at once: all windows on an address share one look at the account.
        """
        look = self._looks.get(address)
        return look.page if look is not None and time.monotonic() - look.at < self._pause else None

    def _looked(self, address: str) -> tuple[str, Page | None]:
        found = self._find(address)
        assert found is not None  # asked before the stream began
        function, asked = found
        try:
            page = function(self._session, asked)
            return digest(page.facts), page
        except FAILURES as error:
            return digest({"error": explain(error)}), None
        except Exception as error:  # noqa: BLE001 - the page itself says what it is, and its terminal has the traceback
            return digest({"fault": repr(error)}), None

    def _find(self, address: str) -> tuple[PageFunction, Asked] | None:
        parts = urlsplit(address)
        for route, function in self._routes:
            match, scope = route.matches({"type": "http", "method": "GET", "path": parts.path, "root_path": ""})
            if match is Match.FULL:
                return function, Asked(scope["path_params"], dict(parse_qsl(parts.query, keep_blank_values=True)))
        return None


async def _no_endpoint(_request: Request) -> Response:
    raise AssertionError("these routes only tell addresses apart")
