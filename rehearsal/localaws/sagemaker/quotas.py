"""Service quotas: how many instances of a type may be in use at once. There is no limit until the user sets one.

``POST /_rehearsal/quotas`` with ``{"ml.m5.large for training job usage": 2}`` sets limits (``null`` lifts one), ``GET``
reads them; the names are those of the Service Quotas console.
"""

from typing import Any

from rehearsal.localaws.door import capabilities
from rehearsal.localaws.ground import persistence
from rehearsal.localaws.ground.errors import AwsError

_limits: dict[str, int] = {}
persistence.keep_dict("sagemaker.quotas", _limits)


def check(name: str, *, in_use: int, wanted: int) -> None:
    """Refuse what would exceed the limit ``name``.

    Raises:
        AwsError: ResourceLimitExceeded, in the service's words.
    """
    limit = _limits.get(name)
    if limit is not None and in_use + wanted > limit:
        raise AwsError(
            "ResourceLimitExceeded",
            f"The account-level service limit '{name}' is {limit} Instances, with current utilization of {in_use} Instances and "
            f"a request delta of {wanted} Instances. Please use AWS Service Quotas to request an increase for this quota. If AWS "
            f"Service Quotas is not available, contact AWS support to request an increase for this quota.",
        )


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
