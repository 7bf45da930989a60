"""The user's ``requirements.txt``: installed with pip beside the container, never into the interpreter's own folders."""

from __future__ import annotations

import os
import subprocess
import sys


class RequirementsError(Exception):
    """pip did not install them; the text is what the image says."""


def install(folder: str) -> None:
    """Install the requirements of ``folder``, where it has any, into ``PIP_TARGET``, which is on ``PYTHONPATH``.

    Raises:
        RequirementsError: pip failed; its lines are in the log.
    """
    file = os.path.join(folder, "requirements.txt")  # noqa: PTH118  a path of the container
    if not os.path.isfile(file):  # noqa: PTH113
        return
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "-r", "requirements.txt"]
    code = subprocess.call(command, cwd=folder)
    if code:
        raise RequirementsError(f'InstallRequirementsError:\nCommand "{" ".join(command)}" ended with exit code {code}')
