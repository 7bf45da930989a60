"""Directories that cannot be used are refused with the reason; what a killed server left is cleared away."""

import hashlib
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rehearsal.localaws.state.errors import StateError
from rehearsal.localaws.state.store import Store
from rehearsal.localaws.storage.body import FileBody
from tests.conftest import ROOT


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """With a snapshot that needs one content."""
    made = Store(tmp_path / "state")
    made.open()
    made.write(b"records", {made.save(b"content")}, taken_at=datetime.now(UTC))
    return made


def test_a_snapshot_is_read_as_it_was_written(store: Store) -> None:
    found = store.read()
    assert found is not None
    assert found[1] == b"records"


def test_a_new_directory_has_no_snapshot(tmp_path: Path) -> None:
    made = Store(tmp_path / "new")
    made.open()
    assert made.read() is None


def changed_header(store: Store, **members: object) -> None:
    file = store.folder / "snapshot"
    line, _, rest = file.read_bytes().partition(b"\n")
    file.write_bytes(json.dumps({**json.loads(line), **members}).encode() + b"\n" + rest)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda store: (store.folder / "snapshot").write_bytes(b""), "does not begin with a header"),
        (lambda store: (store.folder / "snapshot").write_bytes(b"[]\n"), "does not begin with a header"),
        (lambda store: changed_header(store, sha256="0"), "do not have the checksum"),
        (lambda store: next((store.folder / "objects").iterdir()).unlink(), "is missing or has another size"),
        (lambda store: changed_header(store, contents=[["../../secret", 1]]), "content that is named"),
        (lambda store: changed_header(store, format=99), "written by another version"),
        (lambda store: changed_header(store, moto="1.0"), "written by another version"),
    ],
)
def test_a_directory_that_cannot_be_trusted_is_refused(
    store: Store, spoil: Callable[[Store], object], words: str
) -> None:
    spoil(store)
    with pytest.raises(StateError, match=words):
        store.read()


def test_the_server_says_which_directory_is_damaged_and_what_to_do(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    (folder / "snapshot").write_bytes(b"no snapshot")
    command = [
        sys.executable,
        "-m",
        "rehearsal.localaws.server",
        "--port",
        "0",
        "--with-parent",
        "--state",
        str(folder),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=180)
    assert done.returncode == 1
    assert f"the state in {folder} is damaged" in done.stderr
    assert "choose a new one with --state" in done.stderr


def test_a_directory_serves_one_server_at_a_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rehearsal.localaws.state.store._LOCK_SECONDS", 0.1)
    with pytest.raises(StateError, match="in use by another embedded AWS"):
        Store(store.folder).open()


def test_what_a_killed_server_had_begun_is_cleared_away(tmp_path: Path) -> None:
    objects = tmp_path / "state" / "objects"
    objects.mkdir(parents=True)
    (objects / "abc.1.unfinished").write_bytes(b"half")
    (tmp_path / "state" / "snapshot.unfinished").write_bytes(b"half")
    Store(tmp_path / "state").open()
    assert list((tmp_path / "state").rglob("*.unfinished")) == []


def test_everything_is_for_its_owner_alone_whatever_the_umask_says(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        made = Store(tmp_path / "state")
        made.open()
        body = tmp_path / "large"
        body.write_bytes(b"of a scratch folder")
        linked = made.save(FileBody(body, 19, hashlib.sha256(body.read_bytes()).hexdigest(), is_ours=False))
        made.write(b"records", {made.save(b"content"), linked}, taken_at=datetime.now(UTC))
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [made.folder, *made.folder.rglob("*")]}
    assert [modes.pop(name) for name in ("state", "objects")] == [0o700, 0o700]
    assert len(modes) == 4
    assert set(modes.values()) == {0o600}


def test_a_directory_that_others_could_read_is_closed_when_it_is_taken(store: Store) -> None:
    for path in (store.folder, *store.folder.rglob("*")):
        path.chmod(0o777)
    release(store)
    Store(store.folder).open()
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in (store.folder, *store.folder.rglob("*"))} == {0}


def release(store: Store) -> None:
    assert store._lock is not None
    store._lock.close()


def test_a_directory_that_cannot_be_written_is_refused_with_the_reason() -> None:
    with pytest.raises(StateError, match=r"/proc/nowhere cannot be used.*Choose one that is yours"):
        Store(Path("/proc/nowhere")).open()
