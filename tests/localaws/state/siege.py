"""Kills a whole embedded AWS at random moments while it works, and starts it again on the same directory: life after
life."""

import fcntl
import json
import random
import re
import signal
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tests.conftest import EmbeddedAws, start_embedded_aws
from tests.localaws.state import chores, invariants
from tests.localaws.state.chores import Chores
from tests.localaws.state.journal import Journal
from tests.localaws.waiting import wait_until

_LONGEST_SECONDS = 60.0
_SERVED_AGAIN = re.compile(r"is served again, as it was at (\S+); ")
_KILLED_EARLY = 0.25
"""So many lives are killed before anything was checked or done: while the server takes up what was under way."""


@dataclass
class Life:
    """What one life showed."""

    number: int
    ready_seconds: float
    checked: bool = False
    lost_changes: int = 0
    lost_seconds: float = 0.0
    """How old the snapshot was at the kill."""
    faults: list[str] = field(default_factory=list)


class Siege:
    """One directory, one journal, many lives. The folder gets ``state`` and the logs."""

    def __init__(self, folder: Path, seed: int, *, longest_work_seconds: float) -> None:
        self._folder, self._seed = folder, seed
        self._choose = random.Random(seed)
        self._longest = longest_work_seconds
        self._journal = Journal()
        self._events: set[str] = set()
        self._snapshot_at = 0.0
        self._port = free_port(self._choose)
        self._life = 0

    def lives(self) -> Iterator[Life]:
        """Live, and be killed, for as long as anybody asks."""
        self._found()
        while True:
            yield self._live()

    def end(self) -> Life:
        """The last life: everything is checked, also that every accepted event came to its function; it is stopped in
        order."""
        life, aws = self._start()
        try:
            client = chores.client_of(aws)
            life.faults += invariants.broken(client, self._journal)
            lost = invariants.missing_marks(client, self._events)
            life.faults += [f"event {name} was accepted and never came to the function" for name in sorted(lost)]
        finally:
            aws.process.communicate(timeout=60)
        life.checked = True
        return life

    def _found(self) -> None:
        """The first life makes what all share, and is killed once that is in a snapshot."""
        life, aws = self._start()
        try:
            chores.prepare(chores.client_of(aws))
            made_at = time.time()
            wait_until(lambda: snapshot_moment(self._state) >= made_at, "a snapshot is taken", seconds=_LONGEST_SECONDS)
        finally:
            self._kill(life, aws)

    def _live(self) -> Life:
        life, aws = self._start()
        if self._choose.random() < _KILLED_EARLY:
            time.sleep(self._choose.uniform(0, 1.5))
            self._kill(life, aws)
            return life
        work = Chores(aws, self._journal, life.number, self._choose.randrange(1_000_000))
        try:
            life.faults += invariants.broken(work.client, self._journal)
            life.checked = True
            self._work(work, self._choose.uniform(0.1, self._longest))
            work.server_is_gone()
        finally:
            self._kill(life, aws, work)
        life.faults += work.faults
        return life

    def _work(self, work: Chores, seconds: float) -> None:
        """Turns of work and rest, until the moment of the kill."""
        until = time.monotonic() + seconds
        work.start()
        is_working = True
        while (left := until - time.monotonic()) > 0:
            work.work(on=is_working)
            time.sleep(min(left, self._choose.uniform(0.3, 1.5) if is_working else 1.3))
            is_working = not is_working

    def _kill(self, life: Life, aws: EmbeddedAws, work: Chores | None = None) -> None:
        killed_at = time.time()
        aws.process.send_signal(signal.SIGKILL)
        aws.process.communicate()
        if work is not None:
            work.join()
        self._snapshot_at = last_snapshot_moment(self._state)
        life.lost_seconds = killed_at - self._snapshot_at
        life.lost_changes = self._journal.crashed(self._snapshot_at)
        self._events |= set(self._journal.promised("event"))

    @property
    def _state(self) -> Path:
        return self._folder / "state"

    def _start(self) -> tuple[Life, EmbeddedAws]:
        """A server on the directory and the port of the last one; its log says what it serves."""
        self._life += 1
        log = self._folder / f"log-{self._life}"
        began = time.monotonic()
        with log.open("w") as opened:
            aws = start_embedded_aws(
                "--port", str(self._port), "--continuation-delay", "0.05", "--state", str(self._state), log=opened
            )
        life = Life(self._life, time.monotonic() - began)
        told = log.read_text()
        if self._snapshot_at:
            said = _SERVED_AGAIN.search(told)
            if said is None or abs(datetime.fromisoformat(said[1]).timestamp() - self._snapshot_at) > 0.001:
                life.faults.append(f"the log does not say of what moment the state is: {told!r}")
        return life, aws

    def errors_logged(self) -> list[str]:
        """Lines of all logs that tell of an error of the server's own."""
        logs = sorted(self._folder.glob("log-*"), key=lambda file: int(file.name.partition("-")[2]))
        return [f"{log.name}: {line}" for log in logs for line in log.read_text().splitlines() if _tells_of_error(line)]


def _tells_of_error(line: str) -> bool:
    return " ERROR " in line or line.startswith("Traceback")


def free_port(choose: random.Random) -> int:
    """One that the system does not give to others meanwhile: below those that it hands out itself."""
    while True:
        port = choose.randrange(20_000, 32_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port


def snapshot_moment(folder: Path) -> float:
    """The moment that the snapshot is of; 0 when there is none."""
    try:
        with (folder / "snapshot").open("rb") as opened:
            return datetime.fromisoformat(json.loads(opened.readline())["taken_at"]).timestamp()
    except FileNotFoundError:
        return 0.0


def last_snapshot_moment(folder: Path) -> float:
    """As :func:`snapshot_moment`, once the killed server's last snapshot is written too: its copy has the lock until
    then."""
    with (folder / "lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return snapshot_moment(folder)
