"""The Python interpreters of this machine, by minor version: on the search path, of pyenv, of uv."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

_MINORS = range(7, 15)
_ASK = "import sys; print(sys.version_info[0], sys.version_info[1])"


def found(wanted: int, environment: Mapping[str, str] = os.environ) -> str | None:
    """An interpreter of Python 3.``wanted`` that runs; None where there is none."""
    return next((path for path in _candidates(wanted, environment) if _is(path, wanted)), None)


def all_found(environment: Mapping[str, str] = os.environ) -> list[int]:
    """The minor versions that are here."""
    return [minor for minor in _MINORS if found(minor, environment)]


def _candidates(minor: int, environment: Mapping[str, str]) -> Iterator[str]:
    if sys.version_info[1] == minor:
        yield sys.executable
    named = shutil.which(f"python3.{minor}", path=environment.get("PATH"))
    if named:
        yield named
    home = Path(environment.get("HOME") or Path.home())
    roots = (Path(environment.get("PYENV_ROOT") or home / ".pyenv") / "versions", home / ".local/share/uv/python")
    for root, pattern in zip(roots, (f"3.{minor}.*", f"cpython-3.{minor}.*"), strict=True):
        yield from (str(folder / "bin" / "python3") for folder in sorted(root.glob(pattern), reverse=True))


def _is(path: str, minor: int) -> bool:
    """A shim of pyenv may stand for a version that is not selected, and fail."""
    try:
        told = subprocess.run([path, "-c", _ASK], capture_output=True, text=True, timeout=60, check=False)
    except OSError:
        return False
    return told.stdout.split() == ["3", str(minor)]
