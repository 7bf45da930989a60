"""The user's ``requirements.txt``: installed with pip beside the container, never into the interpreter's own
folders."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys


class RequirementsError(Exception):
    """pip did not install them; the text is what the image says."""


def bring(folder: str) -> None:
    """Install the requirements of ``folder``, where it has any, into ``PIP_TARGET``, which is on ``PYTHONPATH``.

    Raises:
        RequirementsError: pip failed; its lines are in the log.
    """
    file = os.path.join(folder, "requirements.txt")  # noqa: PTH118  a path of the container
    if not os.path.isfile(file):  # noqa: PTH113
        return
    target = os.environ.get("PIP_TARGET") or os.path.join(folder, "site-packages")  # noqa: PTH118
    os.makedirs(target, exist_ok=True)  # noqa: PTH103
    with open(os.path.join(target, ".requirements"), "a+", encoding="utf-8") as mark:  # noqa: PTH118
        fcntl.flock(mark, fcntl.LOCK_EX)  # an endpoint's servers start together and share the folder
        if mark.tell() == 0:
            _install(folder)
            mark.write("installed")


def _install(folder: str) -> None:
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "-r", "requirements.txt"]
    code = subprocess.call(command, cwd=folder)
    if code:
        raise RequirementsError(f'InstallRequirementsError:\nCommand "{" ".join(command)}" ended with exit code {code}')
