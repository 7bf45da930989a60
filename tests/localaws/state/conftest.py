"""An embedded AWS that keeps its state in a directory, stopped and started again by the tests of this room."""

import signal
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import pytest

from tests.conftest import EmbeddedAws, start_embedded_aws, stop_embedded_aws
from tests.localaws.state.siege import snapshot_moment
from tests.localaws.waiting import wait_until


class Kept:
    """The embedded AWS of one directory: ``aws`` is what runs now; ``killed_at`` says when it was killed last."""

    killed_at: datetime

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self._options = ("--port", str(port), "--continuation-delay", "0.05", "--state", str(folder))
        self.aws: EmbeddedAws = start_embedded_aws(*self._options)

    def client(self, service: str) -> Any:
        return self.aws.client(service)

    def start(self, *more: str, log: IO[str] | None = None) -> None:
        """Start it after :meth:`kill` or :meth:`stop`, with more options if the test has some."""
        self.aws = start_embedded_aws(*self._options, *more, log=log)

    def stop(self) -> None:
        """Stop it in order."""
        stop_embedded_aws(self.aws)

    def restart(self, *more: str) -> None:
        """Stop it in order, and start it again."""
        self.stop()
        self.start(*more)

    def kill(self) -> None:
        """End it as a crash does."""
        self.killed_at = datetime.now(UTC)
        self.aws.process.send_signal(signal.SIGKILL)
        self.aws.process.communicate()

    def crash(self) -> None:
        """Kill it, and start it again."""
        self.kill()
        self.start()

    def snapshot(self) -> None:
        """Wait for a snapshot of everything that has happened until now."""
        asked_at = time.time()
        self.client("sts").get_caller_identity()  # a request that is no reading one by its name: something changed
        wait_until(lambda: snapshot_moment(self.folder) >= asked_at)


@pytest.fixture
def make_kept(tmp_path: Path) -> Iterator[Callable[..., Kept]]:
    """Starts an embedded AWS on the test's directory, on a free port or on one that stays."""
    made: list[Kept] = []

    def make(port: int = 0) -> Kept:
        made.append(Kept(tmp_path / "state", port))
        return made[-1]

    yield make
    for kept in made:
        if kept.aws.process.poll() is None:
            stop_embedded_aws(kept.aws)


@pytest.fixture
def kept(make_kept: Callable[..., Kept]) -> Kept:
    return make_kept()
