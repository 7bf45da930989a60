"""A text that an option or argument takes as it stands, or from where it says: ``@file``, ``file://file`` as in the AWS
CLI, or ``-`` for standard input."""

import sys
from pathlib import Path

from rehearsal.toolkit.aws.errors import BadInput

HOW = "or @file, file://file, - for standard input"
_LARGEST = 1_000_000


def text_of(given: str, where: str) -> str:
    """The text itself; ``where`` names the option in errors.

    Raises:
        BadInput: the file cannot be read, is no text, or is far too large to be meant.
    """
    if given == "-":
        return sys.stdin.read(_LARGEST)
    name = next((given.removeprefix(mark) for mark in ("file://", "@") if given.startswith(mark)), None)
    if name is None:
        return given
    file = Path(name).expanduser()
    try:
        if file.stat().st_size > _LARGEST:
            raise BadInput(
                f"{file} has more than a megabyte", where=where, next_step="name the JSON file that is meant"
            )
        return file.read_text()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise BadInput(f"{file} cannot be read: {why}", where=where, next_step="check the path") from error
