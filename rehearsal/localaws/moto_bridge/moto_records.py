"""moto's records of another service, loaded when they are first asked for.

For code that is there from the start (the authorizer): importing ``moto.s3.models`` and its like at the top of a file
would load the service before anybody uses it.
"""

import sys
from functools import cache
from typing import Any

from moto.backends import get_backend

from rehearsal.localaws.ground import host

GLOBAL = "aws"
"""Where moto keeps what belongs to no region."""


def is_loaded(service: str) -> bool:
    """Whether anybody has used ``service``: one that is not loaded has no records."""
    return f"moto.{service}.models" in sys.modules


@cache
def _tables(service: str) -> Any:
    """moto's table of a service's backends: by account, then region. It stays the same once the service is loaded."""
    return get_backend(service)


def of(service: str, region: str = GLOBAL, account_id: str = "") -> Any:
    """The backend of ``service``, as moto names it (``s3``, ``lambda``), in an account; the first if none is named."""
    return _tables(service)[account_id or host.current().account_id][region]


def bucket(name: str | None) -> Any:
    """A bucket of any account, for their names are unique among all; None where there is none."""
    backends = _tables("s3")
    _, owner = backends.bucket_accounts.get(name, (GLOBAL, ""))
    return backends[owner][GLOBAL].buckets.get(name) if owner else None
