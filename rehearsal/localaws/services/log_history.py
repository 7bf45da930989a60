"""How many log events are kept: the newest of a region. AWS keeps them for ever, on its own disks; here they lie in
memory.

A release of the workshop writes some 180, and a server that runs for days would grow without end.
"""

import itertools
import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from moto.logs.models import LogsBackend

from rehearsal.localaws.moto_bridge.replacing import around

log = logging.getLogger("rehearsal.localaws.logs")

MOST_EVENTS = 20_000
"""In all log groups of a region."""
_SLACK = 10
"""A tenth more may be there before the oldest go."""
_LOOK_EVERY = 50
"""Puts between two looks: counting what is there takes longer than a put."""

_puts = itertools.count(1)
_told: set[str] = set()
"""Regions of which the log has said so."""


def install() -> None:
    """Look from time to time after events have been put."""
    around(LogsBackend, "put_log_events", _bounded)


def _bounded(put: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(put)
    def put_log_events(backend: LogsBackend, *args: Any, **named: Any) -> Any:
        answer = put(backend, *args, **named)
        if not next(_puts) % _LOOK_EVERY:
            forget_oldest(backend)
        return answer

    return put_log_events


def forget_oldest(backend: LogsBackend, most: int = MOST_EVENTS) -> int:
    """Keep the newest: streams that were written to longest ago lose theirs, the first ones first. Gives how many
    went."""
    streams = [stream for group in [*backend.groups.values()] for stream in [*group.streams.values()] if stream.events]
    surplus = gone = sum(len(stream.events) for stream in streams) - most
    if surplus <= most // _SLACK:
        return 0
    for stream in sorted(streams, key=lambda each: each.last_ingestion_time):
        count = min(surplus, len(stream.events))
        del stream.events[:count]
        surplus -= count
    level = logging.DEBUG if backend.region_name in _told else logging.WARNING
    _told.add(backend.region_name)
    log.log(level, "more than %s log events in %s: the oldest %s are forgotten", most, backend.region_name, gone)
    return gone
