"""An embedded AWS that keeps its state in a directory, stopped and started again by the tests of this room."""

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import EmbeddedAws, start_embedded_aws, stop_embedded_aws


class Kept:
    """The embedded AWS of one directory: ``aws`` is what runs now."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.aws: EmbeddedAws = self._start()

    def _start(self) -> EmbeddedAws:
        return start_embedded_aws("--continuation-delay", "0.05", "--state", str(self.folder))

    def client(self, service: str) -> Any:
        return self.aws.client(service)

    def restart(self) -> None:
        """Stop it in order, and start it again."""
        stop_embedded_aws(self.aws)
        self.aws = self._start()

    def kill(self) -> None:
        """End it as a crash does."""
        self.aws.process.send_signal(signal.SIGKILL)
        self.aws.process.communicate()

    def crash(self) -> None:
        """Kill it, and start it again."""
        self.kill()
        self.aws = self._start()

    def snapshot(self) -> Path:
        """Wait for a snapshot of everything that has happened until now."""
        file, asked_at = self.folder / "snapshot", time.time_ns()
        self.client("sts").get_caller_identity()  # a request that is no reading one by its name: something changed
        deadline = time.monotonic() + 15
        while not file.exists() or file.stat().st_mtime_ns < asked_at:
            assert time.monotonic() < deadline, "no snapshot was taken"
            time.sleep(0.02)
        return file


@pytest.fixture
def make_kept(tmp_path: Path) -> Iterator[Callable[[], Kept]]:
    """Starts an embedded AWS on the test's directory."""
    made: list[Kept] = []

    def make() -> Kept:
        made.append(Kept(tmp_path / "state"))
        return made[-1]

    yield make
    for kept in made:
        if kept.aws.process.poll() is None:
            stop_embedded_aws(kept.aws)


@pytest.fixture
def kept(make_kept: Callable[[], Kept]) -> Kept:
    return make_kept()
