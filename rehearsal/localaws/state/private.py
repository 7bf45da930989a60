"""Folders and files of a state: for their owner alone, whatever the umask says. They hold the account's keys."""

import os
from pathlib import Path
from typing import IO

_FOLDER, _FILE = 0o700, 0o600


def close_folder(folder: Path) -> None:
    """Let nobody else in.

    Raises:
        OSError: the folder is somebody else's, who alone can do so.
    """
    folder.chmod(_FOLDER)


def close_file(file: Path) -> None:
    """Let nobody else read or write it: a file of an earlier version, or one that was linked."""
    file.chmod(_FILE)


def opened(file: Path) -> IO[bytes]:
    """The file, emptied or new, to write: nobody else could read it at any moment."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, _FILE)
    os.fchmod(descriptor, _FILE)
    return os.fdopen(descriptor, "wb")
