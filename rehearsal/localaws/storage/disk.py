"""What to say when a disk is full: which, and what to do."""

import errno
from pathlib import Path

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

STATUS, CODE = 507, "InsufficientStorage"
"""HTTP's status and the error's code: AWS has neither, since its disks are not full. SDKs do not try again on it."""


def is_full(error: OSError) -> bool:
    """Whether the error says that there is no room: on the disk, within the user's quota or in one file."""
    return error.errno in _FULL


def told(error: OSError, folder: Path) -> str:
    """The message; ``folder`` is where it was to be written."""
    return (
        f"The disk is full on which the embedded AWS keeps its files ({folder}): {error.strerror}. Delete objects, "
        f"make room on this disk, or start with another folder (--scratch DIR; TMPDIR for functions and jobs)."
    )


class DamagedContent(Exception):
    """A file does not hold what was written to it; the text says which."""
