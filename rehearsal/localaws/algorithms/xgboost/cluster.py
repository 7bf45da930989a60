"""Several hosts training one model: XGBoost's own tracker and collective, joined as the image joins them.

The first host runs the tracker. All hosts meet once to learn who has data; those without leave, and the others meet
again, on the next port, to train. ``DMLC_TRACKER_URI`` and ``DMLC_TRACKER_PORT`` say where to meet, the first host's
name and 9099 unless set (several clusters on one machine need ports of their own).
"""

import logging
import os
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from xgboost import collective
from xgboost.tracker import RabitTracker

from rehearsal.localaws.algorithms.xgboost.errors import PlatformError

log = logging.getLogger(__name__)

DEFAULT_PORT = 9099
_TIMEOUT_SECONDS = 300
_PROBE_SECONDS = 0.02


@dataclass(frozen=True)
class MeetingPlace:
    """Where the hosts of a job find their tracker."""

    address: str
    port: int

    @classmethod
    def of(cls, hosts: Sequence[str], variables: Mapping[str, str] = os.environ) -> "MeetingPlace":
        return cls(
            variables.get("DMLC_TRACKER_URI") or hosts[0], int(variables.get("DMLC_TRACKER_PORT") or DEFAULT_PORT)
        )

    def next(self) -> "MeetingPlace":
        return MeetingPlace(self.address, self.port + 1)


def hosts_with_data(hosts: Sequence[str], current: str, has_data: bool, place: MeetingPlace) -> tuple[str, ...]:
    """Meet all hosts and learn which of them have data."""
    mine = np.array([float(host == current and has_data) for host in hosts], dtype=np.float32)
    with joined(hosts, current, place):
        flags = collective.allreduce(mine, collective.Op.SUM)
    return tuple(host for host, flag in zip(hosts, flags, strict=True) if flag)


@contextmanager
def joined(hosts: Sequence[str], current: str, place: MeetingPlace) -> Iterator[None]:
    """Be one of the hosts while the block runs; a single host needs nobody."""
    if len(hosts) == 1:
        yield
        return
    tracker = _start_tracker(len(hosts), place) if current == hosts[0] else None
    if tracker is None:
        _await_tracker(place)
    collective.init(
        dmlc_communicator="rabit",
        dmlc_tracker_uri=place.address,
        dmlc_tracker_port=place.port,
        dmlc_task_id=current,
        dmlc_timeout=_TIMEOUT_SECONDS,
    )
    try:
        yield
    finally:
        collective.finalize()
        if tracker is not None:
            tracker.wait_for()


def _start_tracker(count: int, place: MeetingPlace) -> RabitTracker:
    tracker = RabitTracker(
        n_workers=count, host_ip=place.address, port=place.port, sortby="task", timeout=_TIMEOUT_SECONDS
    )
    tracker.start()
    return tracker


def _await_tracker(place: MeetingPlace) -> None:
    """Wait until the tracker listens: XGBoost waits by doubling pauses, minutes where milliseconds would do."""
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while True:
        try:
            socket.create_connection((place.address, place.port), timeout=_TIMEOUT_SECONDS).close()
            return
        except OSError as error:
            if time.monotonic() > deadline:
                raise PlatformError(f"no tracker at {place.address}:{place.port} for {_TIMEOUT_SECONDS} s") from error
        time.sleep(_PROBE_SECONDS)
