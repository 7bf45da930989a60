"""How much an archive may become, and what it may name. Pure."""

from dataclasses import dataclass
from pathlib import PurePosixPath

_LONGEST_PART_BYTES = 255


class NotUnpacked(Exception):
    """The archive is damaged, or holds what is not taken out; the text says which, for the message of a service."""


class TooLarge(NotUnpacked):
    """What the archive holds is more than may be unpacked."""


class Refused(NotUnpacked):
    """One entry is not taken out: a link, a device, or a name that leads out of the folder."""


@dataclass(frozen=True)
class Limits:
    """What an archive may hold: bytes in all, files and folders, and unpacked bytes for each packed one.

    ``unsuspicious_bytes`` may come out of however small an archive: a table of zeros is nothing to worry about.
    """

    total_bytes: int
    entries: int = 200_000
    ratio: int = 200
    unsuspicious_bytes: int = 100_000_000


class Budget:
    """What of the limits is left while an archive of ``packed_bytes`` is read."""

    def __init__(self, limits: Limits, packed_bytes: int) -> None:
        self._limits, self._packed = limits, packed_bytes
        self._bytes = self._entries = 0

    def count_entry(self) -> None:
        """One more file or folder.

        Raises:
            TooLarge: it is one too many.
        """
        self._entries += 1
        if self._entries > self._limits.entries:
            raise TooLarge(f"it holds more than {self._limits.entries} files and folders")

    def spend(self, count: int) -> None:
        """So many bytes more have come out, whatever the archive says of its sizes.

        Raises:
            TooLarge: they are too many.
        """
        self._bytes += count
        if self._bytes > self._limits.total_bytes:
            raise TooLarge(f"it unpacks to more than {self._limits.total_bytes} bytes")
        if self._bytes > max(self._limits.unsuspicious_bytes, self._limits.ratio * self._packed):
            raise TooLarge(
                f"it unpacks to more than {self._limits.ratio} times its {self._packed} bytes, as only what is made to "
                "fill a disk does"
            )


def inner_path(name: str) -> PurePosixPath:
    """The path of an entry within the folder that it is unpacked to.

    Raises:
        Refused: the name is empty, absolute, leads out of the folder, or is none that a file can have.
    """
    path = PurePosixPath(name)
    if not path.parts or path.is_absolute() or ".." in path.parts or "\0" in name:
        raise Refused(f"the entry {name!r} lies outside of the folder that it would be unpacked to")
    if any(len(part.encode(errors="surrogateescape")) > _LONGEST_PART_BYTES for part in path.parts):
        raise Refused(f"the entry {name[:40]!r}... has a name of more than {_LONGEST_PART_BYTES} bytes")
    return path
