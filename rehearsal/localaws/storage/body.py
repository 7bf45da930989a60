"""The content of an object as a file on disk: it never changes, is read in pieces, and goes when its last object goes.

:class:`FileBody` stands where moto keeps an object's buffer (``FakeKey._value_buffer``) and has the methods that moto
calls on one; :class:`Span` stands where moto hands an object's bytes about, and can be measured, cut and sent without
being read.
"""

import hashlib
import os
import threading
import uuid
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path

from rehearsal.localaws.storage.disk import DamagedContent

PIECE_BYTES = 256 * 1024
LARGE_BYTES = 1024 * 1024
"""Larger bodies are files when they come."""
IN_MEMORY_BYTES = 1024
"""Larger contents of objects lie in files: a server that keeps many small models would grow with each."""


_guard = threading.RLock()
_holders = 0
_due: list[str] = []


@contextmanager
def nothing_removed() -> Iterator[None]:
    """No file goes while the block runs, though its last object may: a forked copy of this process still reads it."""
    global _holders
    with _guard:
        _holders += 1
    try:
        yield
    finally:
        with _guard:
            _holders -= 1
            while _due and not _holders:
                _unlink(_due.pop())


def _remove(file: str) -> None:
    with _guard:
        if _holders:
            _due.append(file)
        else:
            _unlink(file)


def _unlink(file: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(file)  # noqa: PTH108 - no Path: see FileBody


class FileBody:
    """A file with its size and digests; ``is_ours`` says that the file is removed with this object.

    Its name is kept as text: a :class:`Path` is five times as large, and enters its parts in a table of all programs'
    names.
    """

    __slots__ = ("_file", "_is_checked", "_is_ours", "_position", "crc32", "md5", "sha256", "size")

    def __init__(self, path: Path | str, size: int, sha256: str, *, md5: str | None = None, is_ours: bool) -> None:
        self._file = str(path)
        self.size = size
        self.sha256 = sha256
        self.md5 = md5
        self.crc32 = 0
        self._position = 0
        self._is_checked = is_ours  # what this process has not written itself may have been damaged meanwhile
        self._is_ours = is_ours

    def __del__(self) -> None:
        if self._is_ours:
            _remove(self._file)

    @property
    def path(self) -> Path:
        """Where it lies."""
        return Path(self._file)

    def check(self) -> None:
        """Read all of it once, if another process wrote it, before any of it is served.

        Raises:
            DamagedContent: it has not the digest that was noted with it.
        """
        if self._is_checked:
            return
        with self.opened() as opened:
            found = hashlib.file_digest(opened, "sha256").hexdigest()
        if found != self.sha256:
            raise DamagedContent(f"{self.path} is damaged: its SHA-256 is {found}")
        self._is_checked = True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to where :meth:`read` goes on."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}[whence]
        self._position = start + offset
        return self._position

    def read(self, size: int = -1) -> bytes:
        """So many bytes from here, or all that are left."""
        with self.opened() as opened:
            opened.seek(self._position)
            content = opened.read(size)
        self._position += len(content)
        return content

    def opened(self) -> BufferedReader:
        """The file, to be read from its start."""
        return open(self._file, "rb")

    def content(self) -> bytes:
        """All of it at once, for who needs it so."""
        with self.opened() as opened:
            return opened.read()

    closed = False

    def close(self) -> None:
        """Nothing stays open between reads."""


class Span:
    """Some bytes of a file, from ``first`` up to but not including ``end``."""

    def __init__(self, body: FileBody, first: int, end: int) -> None:
        self.body, self._first, self._end = body, first, end

    @classmethod
    def whole(cls, body: FileBody) -> "Span":
        """All of a file."""
        return cls(body, 0, body.size)

    def __len__(self) -> int:
        return self._end - self._first

    def __getitem__(self, part: slice) -> "Span":
        start, stop, _ = part.indices(len(self))
        return Span(self.body, self._first + start, self._first + max(start, stop))

    def __iter__(self) -> Iterator[bytes]:
        with self.body.opened() as opened:
            opened.seek(self._first)
            left = len(self)
            while left > 0 and (piece := opened.read(min(PIECE_BYTES, left))):
                left -= len(piece)
                yield piece

    def as_body(self, folder: Path) -> FileBody:
        """The bytes as a file: the same one for a whole file, which never changes, else one of its own in
        ``folder``."""
        return self.body if len(self) == self.body.size else written(self, folder)


class BodyWriter:
    """A new file in ``folder`` that takes a body piece by piece, and its digests meanwhile."""

    def __init__(self, folder: Path) -> None:
        self._file = f"{folder}/{uuid.uuid4().hex}"
        self._sha256, self._md5, self._crc32 = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
        self._size = 0
        self._opened = open(self._file, "wb")  # noqa: SIM115 - finish and discard close it

    def write(self, piece: bytes | bytearray | memoryview) -> None:
        """The next piece."""
        self._opened.write(piece)
        self._sha256.update(piece)
        self._md5.update(piece)
        self._crc32 = zlib.crc32(piece, self._crc32)
        self._size += len(piece)

    def finish(self) -> FileBody:
        """The body; it takes no more."""
        self._opened.close()
        body = FileBody(self._file, self._size, self._sha256.hexdigest(), md5=self._md5.hexdigest(), is_ours=True)
        body.crc32 = self._crc32
        return body

    def discard(self) -> None:
        """Leave nothing of it."""
        with suppress(OSError):  # a full disk again, when what is buffered is to be written
            self._opened.close()
        _unlink(self._file)


def written(pieces: Iterable[bytes], folder: Path) -> FileBody:
    """Put the pieces into a new file in ``folder``."""
    writer = BodyWriter(folder)
    try:
        for piece in pieces:
            writer.write(piece)
        return writer.finish()
    except BaseException:
        writer.discard()
        raise
