"""What is in an archive, zip and tar alike, read piece by piece."""

import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from typing import IO

from rehearsal.localaws.archives.limits import NotUnpacked

_CHUNK = 1 << 18
_DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,  # a method of compression that Python does not know
    RuntimeError,  # an encrypted entry
    ValueError,
    OSError,  # bz2 and gzip
)


class Kind(Enum):
    """What an entry is."""

    FILE = auto()
    FOLDER = auto()
    SYMLINK = auto()
    OTHER = auto()


@dataclass(frozen=True)
class Entry:
    """One entry; ``mode`` are its permission bits, 0 where the archive has none. ``target`` is a symbolic link's."""

    name: str
    kind: Kind
    mode: int
    size: int
    opened: Callable[[], IO[bytes] | None]
    target: str = ""

    def chunks(self) -> Iterator[bytes]:
        """A file's content.

        Raises:
            NotUnpacked: the archive is damaged, or lied about the size.
        """
        with damage():
            stream = self.opened()
        if stream is None:
            raise NotUnpacked(f"the entry {self.name!r} has no content")
        count = 0
        with stream:
            while chunk := _next(stream):
                count += len(chunk)
                yield chunk
        if count != self.size:
            raise NotUnpacked(f"the entry {self.name!r} has {count} bytes, and says {self.size}")


def _next(stream: IO[bytes]) -> bytes:
    with damage():
        return stream.read(_CHUNK)


@contextmanager
def damage() -> Iterator[None]:
    """Whatever the readers of archives raise for a damaged one becomes NotUnpacked."""
    try:
        yield
    except _DAMAGE as error:
        raise NotUnpacked(f"it is no archive that can be read: {error or type(error).__name__}") from error


def of_zip(archive: zipfile.ZipFile) -> Iterator[Entry]:
    """The entries of a zip. What does not say what it is, as zips made on Windows, is a file, or a folder by its
    name."""
    for info in archive.infolist():
        mode = info.external_attr >> 16
        kind = Kind.FOLDER if info.filename.endswith("/") else _KINDS.get(stat.S_IFMT(mode), Kind.OTHER)
        yield Entry(info.filename, kind, stat.S_IMODE(mode), info.file_size, partial(archive.open, info))


_KINDS = {0: Kind.FILE, stat.S_IFREG: Kind.FILE, stat.S_IFDIR: Kind.FOLDER, stat.S_IFLNK: Kind.SYMLINK}


def of_tar(archive: tarfile.TarFile) -> Iterator[Entry]:
    """The entries of a tar, in its order, as they are come to."""
    while True:
        with damage():
            info = archive.next()
        if info is None:
            return
        yield Entry(
            info.name,
            _tar_kind(info),
            stat.S_IMODE(info.mode),
            info.size,
            partial(archive.extractfile, info),
            info.linkname,
        )


def _tar_kind(info: tarfile.TarInfo) -> Kind:
    if info.isreg():
        return Kind.FILE
    if info.isdir():
        return Kind.FOLDER
    return Kind.SYMLINK if info.issym() else Kind.OTHER
