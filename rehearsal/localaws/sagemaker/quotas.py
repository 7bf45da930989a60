"""Service quotas: how many instances of a type may be in use at once. There is no limit until the user sets one, or
starts with AWS's own for a new account (``--quotas aws-new-account``).

``POST /_rehearsal/quotas`` with ``{"ml.m5.large for training job usage": 2}`` sets limits (``null`` lifts one), ``GET``
reads them; the names are those of the Service Quotas console.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from rehearsal.localaws.door import capabilities
from rehearsal.localaws.ground import host, persistence
from rehearsal.localaws.ground.errors import AwsError

PUBLISHED = Path(__file__).with_name("quotas_of_a_new_account.json")
_limits: dict[str, int] = {}
persistence.keep_dict("sagemaker.quotas", _limits)


def check(name: str, *, in_use: int, wanted: int) -> None:
    """Refuse what would exceed the limit ``name``.

    Raises:
        AwsError: ResourceLimitExceeded, in the service's words.
    """
    limit = limit_of(name)
    if limit is not None and in_use + wanted > limit:
        raise AwsError(
            "ResourceLimitExceeded",
            f"The account-level service limit '{name}' is {limit} Instances, with current utilization of {in_use} "
            f"Instances and a request delta of {wanted} Instances. Please use AWS Service Quotas to request an "
            "increase for this quota. If AWS Service Quotas is not available, contact AWS support to request an "
            "increase for this quota.",
        )


def limit_of(name: str) -> int | None:
    """The limit in force: the user's, else the published one for the exact name, else for any instance type; None for
    no limit."""
    if name in _limits:
        return _limits[name]
    published = _published() if host.current().settings.quotas else {}
    return published.get(name, published.get(_for_any_type(name)))


def _for_any_type(name: str) -> str:
    return f"* {name.partition(' ')[2]}"


@cache
def _published() -> dict[str, int]:
    """AWS's published defaults; the file names its sources."""
    limits: dict[str, int] = json.loads(PUBLISHED.read_text("utf-8"))["limits"]
    return limits


def _set(members: dict[str, Any]) -> dict[str, Any]:
    for name, limit in members.items():
        if limit is None:
            _limits.pop(name, None)
        elif not isinstance(limit, int) or isinstance(limit, bool) or limit < 0:
            raise ValueError(f"the limit {name!r} must be a whole number of instances or null, not {limit!r}")
        else:
            _limits[name] = limit
    return dict(_limits)


def _read(_members: dict[str, Any]) -> dict[str, Any]:
    return dict(_limits)


capabilities.offer("GET", "quotas", _read)
capabilities.offer("POST", "quotas", _set)
