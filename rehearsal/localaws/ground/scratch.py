"""The scratch folder of one embedded AWS: marked with its process, so that a later start may remove what a killed one left.

Only folders with the mark are ever removed, and only those of this user whose process is gone.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rehearsal.localaws.ground import user_settings

_PREFIX = "rehearsal-"
_MARK = "process-id"


@contextmanager
def folder(given: str | None) -> Iterator[Path]:
    """Have a scratch folder while the block runs: ``given`` by the caller, or a new one. It is removed afterwards."""
    if given is None:
        sweep(user_settings.temporary_folder())
    path = Path(given or tempfile.mkdtemp(prefix=_PREFIX, dir=user_settings.temporary_folder()))
    path.mkdir(parents=True, exist_ok=True)
    (path / _MARK).write_text(str(os.getpid()))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def sweep(parent: Path) -> list[Path]:
    """Remove the folders of embedded AWS that were killed; gives them."""
    left = [path for path in parent.glob(f"{_PREFIX}*") if _is_left(path)]
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    return left


def _is_left(path: Path) -> bool:
    try:
        process_id = int((path / _MARK).read_text())
        if path.stat().st_uid != os.getuid():
            return False
        os.kill(process_id, 0)
    except ProcessLookupError:
        return True
    except (OSError, ValueError):  # no folder of ours, or one that is going or just being made
        return False
    return False
