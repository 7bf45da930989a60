"""What labs need besides Rehearsal: libraries of their jobs, and an environment with SageMaker's SDK to build
pipelines."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rehearsal.images import environments
from rehearsal.images.preparing import CannotPrepare

_DISTRIBUTIONS = {"sklearn": "scikit-learn>=1.5,<2", "pandas": "pandas>=2,<4"}
_SDK = "sagemaker>=3.27,<4"
_LINES_SHOWN = 8


def install(modules: Sequence[str]) -> None:
    """Install the distributions of these modules beside Rehearsal, where the embedded AWS's jobs find them.

    Raises:
        CannotPrepare: pip fails.
    """
    wanted = [_DISTRIBUTIONS[module] for module in modules]
    _run([sys.executable, "-m", "pip", "install", "--disable-pip-version-check", *wanted])


def sdk_python() -> str | None:
    """The interpreter that has the SDK; None where it was not made."""
    found = _folder() / "bin" / "python"
    return str(found) if os.access(found, os.X_OK) and (_folder() / ".complete").exists() else None


def make_sdk(say: Callable[[str], None]) -> str:
    """Make the environment of the SDK unless it is there; its interpreter.

    Raises:
        CannotPrepare: the environment cannot be made, or pip fails.
    """
    there = sdk_python()
    if there:
        return there
    say(f"making {_folder()} with {_SDK}: about 1 GB, some minutes")
    _run([sys.executable, "-m", "venv", "--clear", str(_folder())])
    python = str(_folder() / "bin" / "python")
    _run([python, "-m", "pip", "install", "--disable-pip-version-check", _SDK])
    (_folder() / ".complete").touch()
    return python


def _folder() -> Path:
    return environments.folder().parent / "labs" / "sdk"


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = "\n".join((done.stderr or done.stdout).strip().splitlines()[-_LINES_SHOWN:])
        raise CannotPrepare(f"a command failed: {last}", f"the command was: {' '.join(command)}")
