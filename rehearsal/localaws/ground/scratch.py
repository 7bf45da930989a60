"""The scratch folder of one embedded AWS: marked with its process, so that a later start may remove what a killed one
left.

Only folders with the mark are ever removed or taken over, and only those of this user whose process is gone.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rehearsal.localaws.ground import user_settings
from rehearsal.localaws.ground.host import CannotServe

_PREFIX = "rehearsal-"
_MARK = "rehearsal-process-id"


def make() -> Path:
    """A new folder in the system's place for such, marked with this process, which may hand it on to a child."""
    made = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=user_settings.temporary_folder()))
    _mark(made)
    return made


@contextmanager
def folder(given: str | None) -> Iterator[Path]:
    """Have a scratch folder while the block runs: ``given`` by the caller, or a new one. It is removed afterwards.

    What killed ones left is removed first. ``given`` must be missing, empty, one that this process's parent made, or
    left by one that was killed: whatever else is in a folder is not ours to remove.

    Raises:
        CannotServe: for any other folder.
    """
    sweep(user_settings.temporary_folder())
    path = make() if given is None else _taken(Path(given))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _taken(path: Path) -> Path:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(path.iterdir()) and _marked_by(path) != os.getppid():
            if not _is_left(path):
                raise CannotServe(
                    f"the scratch folder {path} holds files that no embedded AWS has left there. It would be removed "
                    f"with all that is in it at the end: choose one that is missing or empty with --scratch."
                )
            shutil.rmtree(path)
            path.mkdir(mode=0o700)
        _mark(path)
    except OSError as error:
        raise CannotServe(
            f"the scratch folder {path} cannot be used: {error.strerror}. Choose another with --scratch."
        ) from error
    return path


def sweep(parent: Path) -> list[Path]:
    """Remove the folders of embedded AWS that were killed; gives them."""
    left = [path for path in parent.glob(f"{_PREFIX}*") if _is_left(path)]
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    return left


def _mark(path: Path) -> None:
    (path / _MARK).write_text(str(os.getpid()))


def _marked_by(path: Path) -> int | None:
    """The process that the folder belongs to; None for a folder that is none of ours."""
    try:
        is_ours = path.stat().st_uid == os.getuid() and not path.is_symlink()
        return int((path / _MARK).read_text()) if is_ours else None
    except (OSError, ValueError):  # no mark, or the folder is going or just being made
        return None


def _is_left(path: Path) -> bool:
    process_id = _marked_by(path)
    if process_id is None:
        return False
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return True
    except OSError:  # somebody else's process has the number now
        return False
    return False
