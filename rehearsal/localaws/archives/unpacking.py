"""Take the files out of an archive, by the rules of :mod:`limits`.

Modes: a file gets the permissions that its entry names, without set-user-id, sticky and group's or others' write bits,
and stays readable and writable for its owner. They are set on the file that was written, never on a name from the
archive.
"""

import errno
import io
import os
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from rehearsal.localaws.archives import entries
from rehearsal.localaws.archives.entries import Entry, Kind
from rehearsal.localaws.archives.limits import Budget, Limits, Refused, inner_path

_WITHOUT_A_MODE = 0o644
_KEPT_BITS = 0o755
_OWNERS_BITS = 0o600
_THE_FOLDER_ITSELF = (".", "./")
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW


def unzip(packed: bytes, folder: Path, limits: Limits) -> None:
    """Unpack a zip into ``folder``, which is made when missing.

    Raises:
        NotUnpacked: it is damaged, or holds a link or a name that leads out.
        TooLarge: it holds too much. In both cases some files may have been written.
    """
    with _opened(packed) as archive:
        writing = _Writing(folder, Budget(limits, len(packed)))
        for entry in entries.of_zip(archive):
            writing.take(entry)


def read_file(packed: bytes, name: str, limits: Limits) -> bytes:
    """One file of a zip.

    Raises:
        KeyError: there is no such file.
        NotUnpacked: as of :func:`unzip`.
    """
    with _opened(packed) as archive:
        entry = next((entry for entry in entries.of_zip(archive) if entry.name == name), None)
        if entry is None:
            raise KeyError(name)
        budget, content = Budget(limits, len(packed)), io.BytesIO()
        for chunk in entry.chunks():
            budget.spend(len(chunk))
            content.write(chunk)
        return content.getvalue()


def untar(packed: IO[bytes], folder: Path, limits: Limits) -> None:
    """Unpack a tar, compressed or not, into ``folder``.

    Raises:
        NotUnpacked: as of :func:`unzip`.
    """
    with _tar(packed) as archive:
        writing = _Writing(folder, Budget(limits, _size(packed)))
        for entry in entries.of_tar(archive):
            writing.take(entry)


def untar_wanted(
    packed: IO[bytes], folder: Path, limits: Limits, wanted: Callable[[PurePosixPath], bool]
) -> Iterator[str]:
    """Unpack of a tar what is ``wanted`` and is not there yet; gives the names of the entries that are left out.

    For archives that a build made of its own files: links that stay within the folder are taken, others left out.

    Raises:
        NotUnpacked: it is damaged, or holds too much.
    """
    with _tar(packed) as archive:
        writing = _Writing(folder, Budget(limits, _size(packed)), takes_links=True)
        for entry in entries.of_tar(archive):
            try:
                if not wanted(inner_path(entry.name)):
                    yield entry.name
                elif entry.kind is Kind.FOLDER or not os.path.lexists(folder / entry.name):
                    writing.take(entry)
            except Refused:
                yield entry.name


class _Writing:
    """The entries of one archive on their way to files."""

    def __init__(self, folder: Path, budget: Budget, *, takes_links: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._budget, self._takes_links = folder, budget, takes_links
        self._root = folder.resolve()
        self._known = {self._root}

    def take(self, entry: Entry) -> None:
        """Write one entry."""
        self._budget.count_entry()
        if entry.name in _THE_FOLDER_ITSELF:
            return
        path = self._folder / _permitted(entry, takes_links=self._takes_links)
        try:
            if entry.kind is Kind.FOLDER:
                self._make(path)
                return
            self._make(path.parent)
            if entry.kind is Kind.SYMLINK:
                path.symlink_to(entry.target)
            else:
                self._write(entry, path)
        except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
            raise Refused(f"the entry {entry.name!r} has the name of another that is no such file or folder") from error
        except OSError as error:
            if error.errno != errno.ELOOP:  # a full disk, for example: no fault of the archive
                raise
            raise Refused(f"the entry {entry.name!r} would be written through a link") from error

    def _make(self, folder: Path) -> None:
        """A folder, which must not lie elsewhere by a link that is there already."""
        if folder in self._known:
            return
        folder.mkdir(parents=True, exist_ok=True)
        if not folder.resolve().is_relative_to(self._root):
            raise Refused(f"{folder.relative_to(self._folder)} leads out of the folder by a link")
        self._known.add(folder)

    def _write(self, entry: Entry, path: Path) -> None:
        mode = (entry.mode or _WITHOUT_A_MODE) & _KEPT_BITS | _OWNERS_BITS
        with open(os.open(path, _NEW_FILE, 0o600), "wb") as file:
            for chunk in entry.chunks():
                self._budget.spend(len(chunk))
                file.write(chunk)
            os.fchmod(file.fileno(), mode)


def _permitted(entry: Entry, *, takes_links: bool = False) -> PurePosixPath:
    """Where an entry goes.

    Raises:
        Refused: its name leads out, or it is neither file nor folder (nor, where those are taken, a link that stays
        inside).
    """
    path = inner_path(entry.name)
    if entry.kind in (Kind.FILE, Kind.FOLDER):
        return path
    if entry.kind is Kind.SYMLINK and takes_links:
        inner_path(os.path.normpath(path.parent / entry.target))
        return path
    what = "a link" if entry.kind is Kind.SYMLINK else "neither a file nor a folder"
    raise Refused(f"the entry {entry.name!r} is {what}, which is not unpacked")


def _opened(packed: bytes) -> zipfile.ZipFile:
    with entries.damage():
        return zipfile.ZipFile(io.BytesIO(packed))


def _tar(packed: IO[bytes]) -> tarfile.TarFile:
    with entries.damage():
        return tarfile.open(fileobj=packed, mode="r:*")


def _size(packed: IO[bytes]) -> int:
    start = packed.tell()
    size = packed.seek(0, os.SEEK_END)
    packed.seek(start)
    return size
