"""The application: the door, then a page, a change, the stream of a page that is open, or a file."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from rehearsal.console import changes
from rehearsal.console.door import Door
from rehearsal.console.live import Live
from rehearsal.console.page import Asked, ChangeFunction, Page, PageFunction
from rehearsal.console.rendering import Rendering
from rehearsal.console.routes import CHANGES, PAGES
from rehearsal.console.session import Session
from rehearsal.toolkit.aws.errors import AccountProblem, BadInput, NotThere, RehearsalError
from rehearsal.toolkit.aws.translation import FAILURES, explain

LARGEST_FORM = 1_000_000
"""Bytes; the longest field is a template's parameter of 4,096 characters."""

_STATUS = {BadInput: 400, NotThere: 404, AccountProblem: 502}

_log = logging.getLogger("rehearsal.console")

Endpoint = Callable[[Request], Awaitable[Response]]


def make(session: Session) -> Starlette:
    """The console of one session."""
    rendering = Rendering(session)
    live = Live(session, PAGES)
    return Starlette(
        routes=[
            Route("/live", live.stream),
            Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
            *(Route(path, _page(session, rendering, live, function), methods=["GET"]) for path, function in PAGES),
            *(Route(path, _change(session, rendering, function), methods=["POST"]) for path, function in CHANGES),
        ],
        middleware=[Middleware(Door, session=session)],
        exception_handlers={404: _not_found(rendering)},
    )


def asked(request: Request, form: dict[str, str] | None = None) -> Asked:
    """What the request says, as the pages take it."""
    return Asked(request.path_params, dict(request.query_params), form or {})


def _page(session: Session, rendering: Rendering, live: Live, function: PageFunction) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        seen = live.just_seen(address_of(request)) if request.headers.get("hx-request") else None
        if seen is not None:
            return await run_in_threadpool(_drawn, rendering, seen, request)
        return await run_in_threadpool(_answer, session, rendering, function, request)

    return endpoint


def _answer(session: Session, rendering: Rendering, function: PageFunction, request: Request) -> Response:
    try:
        return _drawn(rendering, function(session, asked(request)), request)
    except FAILURES as error:
        return _drawn(rendering, failure(explain(error)), request)
    except Exception as error:  # noqa: BLE001 - the outermost edge
        return _drawn(rendering, failure(_own_fault(error, request)), request)


def _own_fault(error: Exception, request: Request) -> RehearsalError:
    """The outermost edge: whatever happened must reach the user as words, and the terminal as a traceback."""
    _log.exception("%s %s", request.method, request.url.path)
    return RehearsalError(
        f"this is a fault of the console itself: {type(error).__name__}",
        where=request.url.path,
        next_step="the terminal that the console runs in has the whole story; report it, and go on with another page",
    )


def _drawn(rendering: Rendering, page: Page, request: Request) -> Response:
    if request.query_params.get("as") == "json":
        return JSONResponse(rendering.twin(page), page.status)
    if request.headers.get("hx-request") and request.method == "GET":
        return HTMLResponse(rendering.live_part(page, address_of(request)), headers={"Vary": "HX-Request"})
    return HTMLResponse(rendering.page(page, address_of(request)), page.status, headers={"Vary": "HX-Request"})


def address_of(request: Request) -> str:
    """Path and query, as the browser asked."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def failure(error: RehearsalError) -> Page:
    """What could not be shown, or done: what happened, where, what to do."""
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 500)
    return Page("failure.html", "This did not work", {"error": error}, status=status)


def _change(session: Session, rendering: Rendering, function: ChangeFunction) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST_FORM:
                return PlainTextResponse("the form is too large", 413)
        form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        return await run_in_threadpool(_changed, session, rendering, function, request, form)

    return endpoint


def _changed(
    session: Session, rendering: Rendering, function: ChangeFunction, request: Request, form: dict[str, str]
) -> Response:
    try:
        changes.check(session, form)
        change = function(session, asked(request, form))
        if changes.must_ask(session, change, form):
            return _drawn(rendering, changes.question(change, form), request)
        address = changes.carry_out(session, change)
    except FAILURES as error:
        return _drawn(rendering, replace(failure(explain(error)), is_live=False), request)
    except Exception as error:  # noqa: BLE001 - the outermost edge
        return _drawn(rendering, replace(failure(_own_fault(error, request)), is_live=False), request)
    return RedirectResponse(address if urlsplit(address).netloc == "" else "/", 303)


def _not_found(rendering: Rendering) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handler(request: Request, _error: Exception) -> Response:
        error = NotThere("there is no such page", where=request.url.path, next_step="the links above lead to all pages")
        return _drawn(rendering, replace(failure(error), is_live=False), request)

    return handler
