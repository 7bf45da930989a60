"""The ways into moto that ask for no signature, closed: its control API and its imitation of the instance metadata.

Anyone who reaches the port, a page in the user's browser too, could otherwise empty the account with one request.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

CLOSED = ("/moto-api", "/latest/meta-data/", "/latest/api/")


def close(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes] | None:
    """A short cut of the front: 404 for what AWS does not have, None for all else."""
    if not environ["PATH_INFO"].startswith(CLOSED):
        return None
    body = json.dumps({"message": f"The embedded AWS does not serve {environ['PATH_INFO']}."}).encode()
    start_response("404 Not Found", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
