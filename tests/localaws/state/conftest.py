"""An embedded AWS that keeps its state in a directory, stopped and started again by the tests of this room."""

import signal
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import EmbeddedAws, start_embedded_aws, stop_embedded_aws
from tests.localaws.waiting import wait_until


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
        """Wait for a snapshot of everything that has happened until now: one that was begun before has not this mark in it."""
        file, mark = self.folder / "snapshot", uuid.uuid4().hex
        self.client("ssm").put_parameter(Name=f"/mark/{mark}", Value="x", Type="String")
        wait_until(lambda: file.exists() and mark.encode() in file.read_bytes())
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
