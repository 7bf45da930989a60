"""The Python interpreters of this machine, by minor version: on the search path, of pyenv, of uv."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_MINORS = range(7, 15)
_ASK = "import sys; print(sys.version_info[0], sys.version_info[1])"


@dataclass(frozen=True)
class Pythons:
    """Where to look: a user's variables, and the interpreter that runs this (its minor version and path)."""

    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    running: tuple[int, str] = (sys.version_info[1], sys.executable)

    def found(self, minor: int) -> str | None:
        """An interpreter of Python 3.``minor`` that runs; None where there is none."""
        return next((path for path in self._candidates(minor) if _is(path, minor)), None)

    def all_found(self) -> list[int]:
        """The minor versions that are here."""
        return [minor for minor in _MINORS if self.found(minor)]

    def _candidates(self, minor: int) -> Iterator[str]:
        version, path = self.running
        if version == minor:
            yield path
        named = shutil.which(f"python3.{minor}", path=self.environment.get("PATH"))
        if named:
            yield named
        home = Path(self.environment.get("HOME") or Path.home())
        pyenv = Path(self.environment.get("PYENV_ROOT") or home / ".pyenv") / "versions"
        for root, pattern in ((pyenv, f"3.{minor}.*"), (home / ".local/share/uv/python", f"cpython-3.{minor}.*")):
            yield from (str(folder / "bin" / "python3") for folder in sorted(root.glob(pattern), reverse=True))


def _is(path: str, minor: int) -> bool:
    """A shim of pyenv may stand for a version that is not selected, and fail."""
    try:
        told = subprocess.run([path, "-c", _ASK], capture_output=True, text=True, timeout=60, check=False)
    except OSError:
        return False
    return told.stdout.split() == ["3", str(minor)]
