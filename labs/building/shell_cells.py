"""Notebook cells that run commands as one shell does: what a cell exports is there in the next.

``%load_ext labs.building.shell_cells`` brings the magic ``%%shell``. Standard library alone.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any


def shell(_line: str, cell: str) -> None:
    """Run a cell's commands with bash; what fails ends the cell.

    Raises:
        RuntimeError: a command has failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        exported = Path(folder, "environment")
        script = f'set -eu -o pipefail\n{cell}\nenv -0 > "$EXPORTED_TO"\n'
        told = {**os.environ, "EXPORTED_TO": str(exported)}
        with subprocess.Popen(
            ["bash", "-c", script], env=told, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as running:
            assert running.stdout is not None  # it is piped
            for line in running.stdout:
                sys.stdout.write(line)
        if running.returncode:
            raise RuntimeError(f"the commands ended with exit code {running.returncode}")
        _take_over(exported.read_bytes())


def _take_over(environment: bytes) -> None:
    """The variables that the shell had at its end."""
    for entry in environment.split(b"\0"):
        name, is_one, value = entry.partition(b"=")
        if is_one and name != b"EXPORTED_TO":
            os.environ[os.fsdecode(name)] = os.fsdecode(value)


def load_ipython_extension(ipython: Any) -> None:
    """What ``%load_ext`` calls."""
    ipython.register_magic_function(shell, "cell")
