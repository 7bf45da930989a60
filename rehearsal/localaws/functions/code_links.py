"""The address from which GetFunction lets a function's package be downloaded, for ten minutes, without a signature of
the caller's: the link itself is what lets in.

Source: GetFunction, "a link to download the deployment package that's valid for 10 minutes", Lambda API reference.
"""

import secrets
import threading
from collections.abc import Callable, Iterable
from typing import Any

from rehearsal.localaws.door import shortcuts
from rehearsal.localaws.ground import clock, host

_PREFIX = "/function-code/"
_VALID_SECONDS = 600.0

_links: dict[str, tuple[float, bytes]] = {}
_guard = threading.Lock()


def link_to(package: bytes) -> str:
    """A new address of the package."""
    now, token = clock.timestamp(), secrets.token_urlsafe(32)
    with _guard:
        for old in [each for each, (ends_at, _) in _links.items() if ends_at <= now]:
            del _links[old]
        _links[token] = now + _VALID_SECONDS, package
    return f"{host.current().endpoint_url}{_PREFIX}{token}"


def _serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    with _guard:
        ends_at, package = _links.get(environ["PATH_INFO"].removeprefix(_PREFIX), (0.0, b""))
    if clock.timestamp() >= ends_at or environ["REQUEST_METHOD"] != "GET":
        body = b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
        start_response("403 Forbidden", [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))])
        return [body]
    start_response("200 OK", [("Content-Type", "application/zip"), ("Content-Length", str(len(package)))])
    return [package]


shortcuts.add_shortcut(_serve, _PREFIX)
