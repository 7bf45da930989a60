"""How many metric data are kept: the newest of a region. AWS keeps them for 15 months, on its own disks; here they lie
in memory.

A release of the workshop writes some 200, and a server that runs for days would grow without end.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from moto.cloudwatch.models import CloudWatchBackend

from rehearsal.localaws.moto_bridge.replacing import around

log = logging.getLogger("rehearsal.localaws.alarms")

MOST_DATA = 20_000
"""In all namespaces of a region."""
_SLACK = 10
"""A tenth more may be there before the oldest go."""
_told: set[str] = set()
"""Regions of which the log has said so."""


def install() -> None:
    """Look after data have been put."""
    around(CloudWatchBackend, "put_metric_data", _bounded)


def _bounded(put: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(put)
    def put_metric_data(backend: CloudWatchBackend, *args: Any, **named: Any) -> Any:
        answer = put(backend, *args, **named)
        forget_oldest(backend)
        return answer

    return put_metric_data


def forget_oldest(backend: CloudWatchBackend, most: int = MOST_DATA) -> int:
    """Keep the newest; gives how many went."""
    surplus = len(backend.metric_data) - most
    if surplus <= most // _SLACK:
        return 0
    del backend.metric_data[:surplus]  # at once: other threads add to this very list
    level = logging.DEBUG if backend.region_name in _told else logging.WARNING
    _told.add(backend.region_name)
    log.log(level, "more than %s metric data in %s: the oldest %s are forgotten", most, backend.region_name, surplus)
    return surplus
