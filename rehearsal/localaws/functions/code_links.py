"""Links to a function's zip, as GetFunction gives them: whoever has one may fetch the zip, for ten minutes.

AWS's are presigned URLs of S3 (https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html); these are
addresses of
this server that hold a secret.
"""

import secrets
from collections.abc import Iterable

from rehearsal.localaws.door import shortcuts
from rehearsal.localaws.ground import clock, host

_PREFIX = "/lambda-code/"
SECONDS = 600
_MOST = 200
"""Links at a time: the oldest are forgotten first."""

_links: dict[str, tuple[float, bytes]] = {}


def link_to(archive: bytes) -> str:
    """A new link."""
    for token in [token for token, (until, _) in _links.items() if until < clock.timestamp()]:
        _links.pop(token, None)
    while len(_links) >= _MOST:
        _links.pop(next(iter(_links)), None)
    token = secrets.token_urlsafe(24)
    _links[token] = (clock.timestamp() + SECONDS, archive)
    return f"{host.current().endpoint_url}{_PREFIX}{token}"


def _serve(environ: dict[str, object], start_response: shortcuts.StartResponse) -> Iterable[bytes] | None:
    token = str(environ["PATH_INFO"]).removeprefix(_PREFIX)
    until, archive = _links.get(token, (0.0, b""))
    is_open = until >= clock.timestamp() and environ["REQUEST_METHOD"] in ("GET", "HEAD")
    status, body = ("200 OK", archive) if is_open else ("403 Forbidden", b"Request has expired")
    kind = "application/zip" if is_open else "text/plain"
    start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


shortcuts.add_shortcut(_serve, _PREFIX)
