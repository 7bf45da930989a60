"""Where a running embedded AWS can be found: a file for each port, readable by its owner alone, removed when it
stops."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from rehearsal.localaws.ground import user_settings

DEFAULT_PORT = 4566
"""Where an embedded AWS listens when the user names no port."""


@dataclass(frozen=True)
class Announcement:
    """What a client needs to use the embedded AWS on ``url``."""

    url: str
    port: int
    pid: int
    region: str
    account_id: str
    access_key_id: str
    secret_access_key: str

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables with which any AWS SDK reaches it."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            **user_settings.NO_FILES,
        }


def _folder() -> Path:
    """A variable that ``su`` or WSL left pointing to a folder that is not there, or not ours, does not count."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    is_usable = runtime and os.access(runtime, os.W_OK | os.X_OK)
    return (
        Path(str(runtime), "rehearsal") if is_usable else user_settings.temporary_folder() / f"rehearsal-{os.getuid()}"
    )


def _file(port: int) -> Path:
    return _folder() / f"{port}.json"


@contextmanager
def announced(announcement: Announcement) -> Iterator[None]:
    """Have the file while the block runs."""
    file = _file(announcement.port)
    with open(_created(file), "w") as opened:
        json.dump(asdict(announcement), opened)
    try:
        yield
    finally:
        file.unlink(missing_ok=True)
        _remove_empty(file.parent)


def _created(file: Path) -> int:
    """The descriptor of a new file in a folder that another embedded AWS may remove at any moment, being the last
    there."""
    while True:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if file.parent.stat().st_uid != os.getuid():
            raise PermissionError(f"{file.parent} belongs to another user; set XDG_RUNTIME_DIR to a folder of your own")
        with suppress(FileNotFoundError):
            return os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)


def withdraw(announcement: Announcement) -> None:
    """Remove the file of one that was killed and could not do it."""
    if read(announcement.port) is None:
        _file(announcement.port).unlink(missing_ok=True)
        _remove_empty(_folder())


def sweep() -> None:
    """Remove the files of those that were killed: each has the key of an administrator."""
    for file in _folder().glob("*.json"):
        with suppress(OSError, ValueError, KeyError, TypeError):  # it goes, or is just being written
            if _has_ended(int(json.loads(file.read_text())["pid"])):
                file.unlink()
    _remove_empty(_folder())


def _has_ended(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return True
    return False


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):  # another embedded AWS is announced there, or it is gone
        folder.rmdir()


def read(port: int) -> Announcement | None:
    """The announcement of the embedded AWS on ``port``; None when none runs there (a left-over of a killed one does not
    count)."""
    try:
        announcement = Announcement(**json.loads(_file(port).read_text()))
        os.kill(announcement.pid, 0)
    except (FileNotFoundError, ProcessLookupError, PermissionError, json.JSONDecodeError):
        return None
    return announcement
