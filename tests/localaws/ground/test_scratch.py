"""Scratch folders: gone with their embedded AWS, or swept by the next when it was killed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rehearsal.localaws.ground import scratch


def gone() -> int:
    """The id of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-S", "-c", ""])
    process.wait()
    return process.pid


def folder(parent: Path, name: str, process_id: int | None) -> Path:
    made = parent / name
    made.mkdir()
    if process_id is not None:
        (made / "process-id").write_text(str(process_id))
    return made


def test_a_killed_ones_folder_is_swept_and_all_others_stay(tmp_path: Path) -> None:
    left = folder(tmp_path, "rehearsal-killed", gone())
    folder(tmp_path, "rehearsal-running", os.getpid())
    folder(tmp_path, "rehearsal-somebody-elses", None)
    folder(tmp_path, "other", gone())
    assert scratch.sweep(tmp_path) == [left]
    assert {path.name for path in tmp_path.iterdir()} == {"rehearsal-running", "rehearsal-somebody-elses", "other"}


def test_a_folder_is_removed_with_what_is_in_it_whatever_happens(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), scratch.folder(str(tmp_path / "scratch")) as path:
        (path / "file").write_text("x")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
