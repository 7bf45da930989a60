"""The directory of a state: one snapshot, the contents of large objects beside it, and a lock. A snapshot is there
whole or not at all.

``snapshot`` is a line of JSON (format, versions, checksum, what contents it needs) and the pickled records after it.
``objects/`` has files named by the SHA-256 of their content, so what has not changed is not written again.
"""

import fcntl
import hashlib
import json
import os
import platform
import re
import shutil
import threading
import time
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from rehearsal.localaws.state import private
from rehearsal.localaws.state.errors import StateError
from rehearsal.localaws.state.pickling import Blob
from rehearsal.localaws.storage.body import PIECE_BYTES, FileBody

FORMAT = 3
"""Counts up when records change so that an older snapshot cannot be read."""
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LOCK_SECONDS = 10.0
"""So long a start waits for the lock: a server that was killed may still be writing its last snapshot."""


@dataclass(frozen=True)
class Header:
    """What is known of a snapshot before its records are read."""

    format: int
    python: str
    moto: str
    taken_at: str
    """The moment that the records are of: the fork, not the end of the writing. ISO 8601, UTC."""
    sha256: str
    contents: list[list[Any]]
    """Name and size of every file in ``objects/`` that the records need."""
    is_last: bool = False
    """Whether it is what a server wrote that was stopped in order: nothing came after it."""


class Store:
    """A directory, held by this process alone from :meth:`open` on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._objects = folder / "objects"
        self._lock: IO[bytes] | None = None

    def open(self) -> None:
        """Make the directory when it is missing, and take its lock.

        Raises:
            StateError: when another server has it, or it cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            private.close_folder(self.folder)
            self._objects.mkdir(exist_ok=True)
            private.close_folder(self._objects)
            self._lock = private.opened(self.folder / "lock")
        except OSError as error:
            raise StateError(
                f"the state directory {self.folder} cannot be used: {error.strerror} ({error.filename}). Choose one "
                f"that is yours and that you may write with --state."
            ) from error
        until = time.monotonic() + _LOCK_SECONDS
        while not _locked(self._lock):
            if time.monotonic() > until:
                raise StateError(
                    f"the state directory {self.folder} is in use by another embedded AWS. Stop that one, or choose "
                    f"another directory with --state."
                )
            time.sleep(0.05)
        self._remove_leftovers()
        for found in (*self.folder.glob("snapshot"), *self._objects.iterdir()):
            private.close_file(found)

    def _remove_leftovers(self) -> None:
        """What a killed server had begun to write."""
        for unfinished in (*self.folder.glob("*.unfinished"), *self._objects.glob("*.unfinished")):
            unfinished.unlink()

    @property
    def _snapshot(self) -> Path:
        return self.folder / "snapshot"

    # ------------------------------------------------------------------------------------------------------ reading

    def read(self) -> tuple[Header, bytes] | None:
        """The snapshot; None in a new directory.

        Raises:
            StateError: when it is of another version, or damaged.
        """
        try:
            with self._snapshot.open("rb") as opened:
                line, pickled = opened.readline(), opened.read()
        except FileNotFoundError:
            return None
        header = self._header(line)
        if hashlib.sha256(pickled).hexdigest() != header.sha256:
            raise self.damaged("its records do not have the checksum that was noted with them")
        for name, size in header.contents:
            if not _SHA256.fullmatch(name):
                raise self.damaged(f"it needs a content that is named {name!r}")
            found = self._objects / name
            if not found.is_file() or found.stat().st_size != size:
                raise self.damaged(f"{found} is missing or has another size")
        return header, pickled

    def _header(self, line: bytes) -> Header:
        try:
            members = json.loads(line)
            known = {name: members[name] for name in ("format", "python", "moto")}
        except (ValueError, KeyError, TypeError) as error:
            raise self.damaged("it does not begin with a header") from error
        if known != _versions():
            raise StateError(
                f"the state in {self.folder} was written by another version ({_told(known)}; this is "
                f"{_told(_versions())}). Start it with that version, or choose a new directory with --state."
            )
        return Header(**members)

    def damaged(self, why: str) -> StateError:
        """The error for a snapshot that cannot be trusted."""
        return StateError(
            f"the state in {self.folder} is damaged: {why}. Restore the directory from a copy, or choose a new one "
            "with --state."
        )

    def locate(self, content: Blob) -> Path:
        """Where a content is."""
        return self._objects / content.sha256

    # ------------------------------------------------------------------------------------------------------ writing

    def save(self, content: bytes | FileBody) -> Blob:
        """Have a content in the directory, and on the disk when this returns."""
        if isinstance(content, FileBody):
            blob = Blob(content.sha256, content.size)
        else:
            blob = Blob(hashlib.sha256(content).hexdigest(), len(content))
        target = self.locate(blob)
        if not target.exists():
            unfinished = target.with_suffix(f".{threading.get_native_id()}.unfinished")
            _fill(unfinished, content)
            unfinished.rename(target)
        return blob

    def write(self, pickled: bytes, contents: set[Blob], *, taken_at: datetime, is_last: bool = False) -> None:
        """Put a snapshot in the place of the last one; every content that it needs has been saved before."""
        _sync_folder(self._objects)
        header = Header(
            **_versions(),
            taken_at=taken_at.isoformat(),
            sha256=hashlib.sha256(pickled).hexdigest(),
            contents=sorted([blob.sha256, blob.size] for blob in contents),
            is_last=is_last,
        )
        unfinished = self._snapshot.with_suffix(".unfinished")
        with private.opened(unfinished) as opened:
            opened.write(json.dumps(asdict(header)).encode() + b"\n")
            opened.write(pickled)
            opened.flush()
            os.fsync(opened.fileno())
        unfinished.rename(self._snapshot)
        _sync_folder(self.folder)
        self._forget_all_but({blob.sha256 for blob in contents})

    def _forget_all_but(self, needed: set[str]) -> None:
        for found in self._objects.iterdir():
            if found.name not in needed:
                found.unlink(missing_ok=True)


def _versions() -> dict[str, Any]:
    major, minor, _ = platform.python_version_tuple()
    return {"format": FORMAT, "python": f"{major}.{minor}", "moto": version("moto")}


def _told(versions: dict[str, Any]) -> str:
    return f"format {versions['format']}, Python {versions['python']}, moto {versions['moto']}"


def _locked(lock: IO[bytes]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _fill(file: Path, content: bytes | FileBody) -> None:
    """Write the content and have it on the disk; a file is linked where the file system can."""
    if isinstance(content, FileBody):
        try:
            os.link(content.path, file)
            private.close_file(file)
        except OSError:  # another file system
            with content.path.open("rb") as source, private.opened(file) as opened:
                shutil.copyfileobj(source, opened, PIECE_BYTES)
    else:
        with private.opened(file) as opened:
            for start in range(0, len(content), PIECE_BYTES):
                opened.write(content[start : start + PIECE_BYTES])
    with file.open("rb") as opened:
        os.fsync(opened.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
