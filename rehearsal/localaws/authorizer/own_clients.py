"""boto3 clients of the embedded AWS against itself, made once, and closed when they are of no use any more.

A client holds connections. Credentials of roles end after an hour, and clients that were left with them would stay for
ever.
"""

import threading
from collections import OrderedDict
from functools import lru_cache
from typing import Any, NamedTuple

import boto3
from botocore.config import Config

from rehearsal.localaws.ground.host import Credentials

MOST = 256
"""Clients; the one that was used longest ago is closed."""


class Wanted(NamedTuple):
    """What tells clients apart."""

    service: str
    credentials: Credentials
    region: str
    endpoint_url: str
    attempts: int
    timeout_seconds: int


_clients: OrderedDict[Wanted, Any] = OrderedDict()
_lock = threading.Lock()  # boto3 makes clients thread-unsafely


def client(wanted: Wanted) -> Any:
    """The client, made when it is first wanted."""
    with _lock:
        if wanted not in _clients:
            _clients[wanted] = _made(wanted)
        _clients.move_to_end(wanted)
        dropped = [_clients.popitem(last=False)[1] for _ in range(len(_clients) - MOST)]
        found = _clients[wanted]
    _close(dropped)
    return found


def drop(credentials: Credentials) -> None:
    """Close the clients of credentials that others have taken the place of; who still uses one can go on."""
    with _lock:
        dropped = [_clients.pop(wanted) for wanted in list(_clients) if wanted.credentials == credentials]
    _close(dropped)


def _close(clients: list[Any]) -> None:
    for each in clients:
        each.close()  # its idle connections; those in use end with their call


def _made(wanted: Wanted) -> Any:
    return _boto_session().client(
        wanted.service,
        region_name=wanted.region,
        endpoint_url=wanted.endpoint_url,
        aws_access_key_id=wanted.credentials.access_key_id,
        aws_secret_access_key=wanted.credentials.secret_access_key,
        aws_session_token=wanted.credentials.session_token,
        config=Config(
            retries={"total_max_attempts": wanted.attempts, "mode": "standard"},
            max_pool_connections=128,
            read_timeout=wanted.timeout_seconds,
        ),
    )


@lru_cache(maxsize=1)
def _boto_session() -> boto3.session.Session:
    return boto3.session.Session()
