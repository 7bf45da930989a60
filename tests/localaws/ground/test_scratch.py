"""Scratch folders: gone with their embedded AWS, or swept by the next when it was killed; what is not ours is never
touched."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from rehearsal.localaws.ground import scratch
from rehearsal.localaws.ground.host import CannotServe

MARK = "rehearsal-process-id"


def gone() -> int:
    """The id of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-S", "-c", ""])
    process.wait()
    return process.pid


def folder(parent: Path, name: str, process_id: int | None) -> Path:
    made = parent / name
    made.mkdir()
    if process_id is not None:
        (made / MARK).write_text(str(process_id))
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


def test_a_folder_that_holds_something_of_the_users_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    thesis = tmp_path / "thesis.txt"
    thesis.write_text("years of work")
    with pytest.raises(CannotServe, match="holds files"), scratch.folder(str(tmp_path)):
        pytest.fail("it was taken")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"thesis.txt": "years of work"}


def test_a_folder_of_one_that_runs_is_refused(tmp_path: Path) -> None:
    other = folder(tmp_path, "given", os.getpid())
    with pytest.raises(CannotServe, match="holds files"), scratch.folder(str(other)):
        pytest.fail("it was taken")
    assert (other / MARK).exists()


def test_what_a_killed_one_left_in_the_same_folder_is_cleared_away(tmp_path: Path) -> None:
    left = folder(tmp_path, "given", gone())
    (left / "old").write_text("x")
    with scratch.folder(str(left)) as path:
        assert [each.name for each in path.iterdir()] == [MARK]


def test_a_folder_that_the_parent_made_is_taken_over_with_what_is_in_it(tmp_path: Path) -> None:
    given = folder(tmp_path, "given", os.getppid())
    (given / "embedded-aws.log").write_text("")
    with scratch.folder(str(given)) as path:
        assert (path / MARK).read_text() == str(os.getpid())
        assert (path / "embedded-aws.log").exists()
    assert not given.exists()


def test_nobody_else_may_look_into_a_folder_that_is_made(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with scratch.folder(str(tmp_path / "new")) as path:
            assert stat.S_IMODE(path.stat().st_mode) == 0o700
    finally:
        os.umask(before)
