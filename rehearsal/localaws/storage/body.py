"""The content of an object as a file on disk: it never changes, is read in pieces, and goes when its last object goes.

:class:`FileBody` stands where moto keeps an object's buffer (``FakeKey._value_buffer``) and has the methods that moto calls on
one; :class:`Span` stands where moto hands an object's bytes about, and can be measured, cut and sent without being read.
"""

import hashlib
import os
import uuid
import weakref
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

PIECE_BYTES = 256 * 1024


class FileBody:
    """A file with its size and digests; ``is_ours`` says that the file is removed with this object."""

    def __init__(self, path: Path, size: int, sha256: str, *, md5: str | None = None, is_ours: bool) -> None:
        self.path = path
        self.size = size
        self.sha256 = sha256
        self.md5 = md5
        self.crc32 = 0
        self._position = 0
        if is_ours:
            weakref.finalize(self, path.unlink, missing_ok=True)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to where :meth:`read` goes on."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}[whence]
        self._position = start + offset
        return self._position

    def read(self, size: int = -1) -> bytes:
        """So many bytes from here, or all that are left."""
        with self.path.open("rb") as opened:
            opened.seek(self._position)
            content = opened.read(size)
        self._position += len(content)
        return content

    def content(self) -> bytes:
        """All of it at once, for who needs it so."""
        return self.path.read_bytes()

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
        with self.body.path.open("rb") as opened:
            opened.seek(self._first)
            left = len(self)
            while left > 0 and (piece := opened.read(min(PIECE_BYTES, left))):
                left -= len(piece)
                yield piece

    def as_body(self, folder: Path) -> FileBody:
        """The bytes as a file: the same one for a whole file, which never changes, else one of its own in ``folder``."""
        return self.body if len(self) == self.body.size else written(self, folder)


def written(pieces: Iterable[bytes], folder: Path) -> FileBody:
    """Put the pieces into a new file in ``folder``."""
    path = folder / uuid.uuid4().hex
    sha256, md5, crc32, size = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0, 0
    try:
        with path.open("wb") as opened:
            for piece in pieces:
                opened.write(piece)
                sha256.update(piece)
                md5.update(piece)
                crc32 = zlib.crc32(piece, crc32)
                size += len(piece)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    body = FileBody(path, size, sha256.hexdigest(), md5=md5.hexdigest(), is_ours=True)
    body.crc32 = crc32
    return body
