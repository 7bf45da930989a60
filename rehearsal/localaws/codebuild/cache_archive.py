"""The archive of a build's cache: which files of a workspace belong to it, put in and taken out.

Paths are those of a buildspec: relative ones lie in the source's folder, those below ``/root`` in the build's home,
which is there in AWS's images. Anything else would be a file of this machine, and is left alone.
"""

import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from rehearsal.localaws import archives
from rehearsal.localaws.archives import Limits

_LIMITS = Limits(20_000_000_000)
_WILDCARDS = frozenset("*?[")
_SOURCES = ("$CODEBUILD_SRC_DIR/", "${CODEBUILD_SRC_DIR}/")
_HOMES = ("/root/", "~/", "$HOME/", "${HOME}/")


def located(path: str) -> str | None:
    """The path as a pattern within the workspace's folder; None when it lies outside of it."""
    for prefix in _SOURCES:
        path = path.removeprefix(prefix)
    home = next((prefix for prefix in _HOMES if path.startswith(prefix)), None)
    inner = PurePosixPath(path.removeprefix(home) if home else path)
    if inner.is_absolute() or ".." in inner.parts or not inner.parts:
        return None
    return f"{'home' if home else 'src'}/{inner}"


def pack(file: Path, folder: Path, patterns: Iterable[str]) -> int:
    """Write what the patterns match to ``file``; how many files and folders that are."""
    found = sorted({path for pattern in patterns for path in folder.glob(pattern)})
    with tarfile.open(file, "w:gz", compresslevel=1) as archive:
        for path in found:
            archive.add(path, path.relative_to(folder).as_posix(), recursive=False)
    return len(found)


def unpack(file: Path, folder: Path, patterns: Iterable[str]) -> Iterator[str]:
    """Take out what belongs to the patterns; gives the entries that do not, or that would leave the folder.

    A file that is there already, because the source has it, stays.

    Raises:
        NotUnpacked: for what is no archive, or holds too much.
    """
    roots = [_fixed(pattern) for pattern in patterns]

    def belongs(path: PurePosixPath) -> bool:
        return any(path.is_relative_to(root) for root in roots)

    with file.open("rb") as packed:
        yield from archives.untar_wanted(packed, folder, _LIMITS, belongs)


def _fixed(pattern: str) -> PurePosixPath:
    """The part of a pattern before its first wildcard."""
    parts = PurePosixPath(pattern).parts
    end = next((i for i, part in enumerate(parts) if _WILDCARDS & set(part)), len(parts))
    return PurePosixPath(*parts[:end])
