"""An embedded AWS that was kept and then killed leaves nothing that the next command would not clear away."""

import os
import signal
from pathlib import Path

import pytest

from rehearsal.cli import embedded
from rehearsal.cli.embedded import Launch
from rehearsal.localaws.ground import announcement
from rehearsal.toolkit.aws.errors import NotThere
from tests.localaws.waiting import wait_until


def test_scratch_and_announcement_of_a_killed_one_are_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with embedded.running(Launch(keep=True)) as kept:
        pass
    assert kept.scratch.is_dir()
    os.kill(kept.announced.pid, signal.SIGKILL)
    wait_until(lambda: announcement.read(kept.announced.port) is None or _reaped(kept.announced.pid))
    with pytest.raises(NotThere):
        embedded.stop(kept.announced.port)
    assert not kept.scratch.exists()
    assert not (tmp_path / "rehearsal").exists()


def _reaped(process_id: int) -> bool:
    """This process is the parent: a killed child is there until it is asked for."""
    return os.waitpid(process_id, os.WNOHANG)[0] == process_id
