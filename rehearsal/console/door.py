"""Who comes in: asked of every request before anything else is done with it.

A console on loopback is within reach of every web page that the user opens: by a name that is made to resolve to
127.0.0.1 (DNS rebinding), by a form that another site sends, by a page that another program serves on another port. So
each request must name this very host, come from this very origin if it says where it comes from, and carry the cookie
that only the printed link gives; a change must come by POST with the form's own token besides.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, quote

from starlette.datastructures import MutableHeaders
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rehearsal.console.session import Session

PUBLIC = "/static/"
"""What is the same for everybody, and needs no cookie."""

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src "
    "'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # with no-referrer a browser says "Origin: null" of our own forms
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}
"""Sent with every answer."""


class Verdict(Enum):
    """What becomes of a request."""

    ADMITTED = "admitted"
    INTRODUCED = "introduced"
    """It has the token of the link: it is given the cookie."""
    WRONG_HOST = "The request names another host than this console."
    WRONG_ORIGIN = "The request comes from another site."
    UNKNOWN = "This browser is not known here."
    WRONG_METHOD = "The console takes GET and POST."


@dataclass(frozen=True)
class Knock:
    """A request as the door sees it; headers by lower-case name, each with all its values."""

    method: str
    path: str
    query: str
    headers: Mapping[str, Sequence[str]]

    def values(self, name: str) -> Sequence[str]:
        return self.headers.get(name, ())


def judge(knock: Knock, session: Session) -> Verdict:
    """What becomes of it. Pure."""
    hosts = {f"{name}:{session.port}" for name in ("127.0.0.1", "localhost")}
    if len(knock.values("host")) != 1 or knock.values("host")[0].lower() not in hosts:
        return Verdict.WRONG_HOST
    if knock.method not in ("GET", "HEAD", "POST"):
        return Verdict.WRONG_METHOD
    if not _is_from_here(knock):
        return Verdict.WRONG_ORIGIN
    if knock.path.startswith(PUBLIC):
        return Verdict.ADMITTED
    if knock.method == "GET" and _is_same(parse_qs(knock.query).get("token", [""])[0], session.token):
        return Verdict.INTRODUCED
    if not any(_is_same(value, session.cookie) for value in _cookies(knock, session.cookie_name)):
        return Verdict.UNKNOWN
    return Verdict.ADMITTED


def _is_from_here(knock: Knock) -> bool:
    """A browser says with every POST where it comes from; a GET may be a link that the user followed."""
    own = f"http://{knock.values('host')[0].lower()}"
    origins, sites = knock.values("origin"), knock.values("sec-fetch-site")
    if any(origin.lower() != own for origin in origins):
        return False
    if knock.method == "POST":
        return len(origins) == 1 and all(site == "same-origin" for site in sites)
    return True


def _cookies(knock: Knock, name: str) -> list[str]:
    found = []
    for header in knock.values("cookie"):
        try:
            parsed = SimpleCookie(header)
        except CookieError:
            continue  # another program's of this host
        if name in parsed:
            found.append(parsed[name].value)
    return found


def _is_same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


class Door:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, session: Session) -> None:
        self._app = app
        self._session = session

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return  # no websockets here
        send = _with_headers(send)
        verdict = judge(_knock(scope), self._session)
        if verdict is Verdict.ADMITTED:
            await self._app(scope, receive, send)
        elif verdict is Verdict.INTRODUCED:
            await self._introduce(scope)(scope, receive, send)
        else:
            await _refusal(verdict)(scope, receive, send)

    def _introduce(self, scope: Scope) -> HTMLResponse:
        """The cookie, and on to the page without the token in its address.

        Not a redirect: of one that began at another site (a link in an e-mail) the browser would keep the cookie back.
        """
        path = "/" + quote(str(scope["path"]).lstrip("/"))  # one slash: two would name another host
        response = HTMLResponse(_ONWARD.replace("PATH", path))
        response.set_cookie(self._session.cookie_name, self._session.cookie, httponly=True, samesite="strict")
        return response


def _knock(scope: Scope) -> Knock:
    headers: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return Knock(scope["method"], scope["path"], scope["query_string"].decode("latin-1"), headers)


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
        await send(message)

    return sending


def _refusal(verdict: Verdict) -> HTMLResponse:
    help_text = _OPEN_THE_LINK if verdict is Verdict.UNKNOWN else ""
    return HTMLResponse(
        _REFUSED.replace("REASON", str(verdict.value)).replace("HELP", help_text),
        status_code=401 if verdict is Verdict.UNKNOWN else 403,
    )


_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>TITLE</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/static/console.css">MORE</head>
<body><main class="lone"><h1>TITLE</h1>BODY</main></body></html>"""
_OPEN_THE_LINK = (
    "<p>Open the link that <code>rehearse console</code> printed in its terminal. A new start has a new link.</p>"
)
_REFUSED = _PAGE.replace("TITLE", "The console is closed here").replace("MORE", "").replace("BODY", "<p>REASON</p>HELP")
_ONWARD = (
    _PAGE.replace("TITLE", "Opening the console")
    .replace("MORE", '<meta http-equiv="refresh" content="0;url=PATH">')
    .replace("BODY", '<p><a href="PATH">Continue</a></p>')
)
