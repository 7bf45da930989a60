"""What surrounds a user's code in a container's folder: the interpreter's names, hooks in every Python, pip beside it.

``base`` stands for the container's ``/opt/ml``. Its folder ``bin`` comes first on ``PATH``; ``site-packages`` takes
what pip installs.
"""

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from rehearsal import at_start
from rehearsal.localaws import isolation
from rehearsal.localaws.sagemaker.containers.inside import (
    RUN_COMMAND,
    missing_modules,
    paths,
    pickled_boosters,
    pip_beside,
)

_HOOKS = (
    isolation.LOOPBACK_ONLY,
    at_start.AWS_ENDPOINTS,
    *(Path(str(hook.__file__)) for hook in (paths, missing_modules, pip_beside, pickled_boosters)),
)
_WAY_TO_AWS = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_INSTALLED = "site-packages"
_SHELL_SCRIPTS = (".sh", ".bash")
_MAX_SCRIPT_BYTES = 1 << 20


def prepare(base: Path, python: str) -> None:
    """Write the programs that the names of Python and pip mean, and make the folder into which pip installs.

    An interpreter that starts without the folder never looks into it, whatever its script has pip install meanwhile.
    """
    folder = base / "bin"
    for each in (folder, base / _INSTALLED):
        each.mkdir(parents=True, exist_ok=True)
    for names, words in ((("python", "python3"), ""), (("pip", "pip3"), " -m pip")):
        for name in names:
            (folder / name).write_text(f'#!/bin/sh\nexec {shlex.quote(python)}{words} "$@"\n')
            (folder / name).chmod(0o755)


def variables(base: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """``environment`` for the user's code; what it says itself of paths and of pip wins where it can."""
    target = base / _INSTALLED
    search = [str(base / "bin"), str(target / "bin"), environment.get("PATH", os.defpath)]
    imports = [str(target), *filter(None, [environment.get("PYTHONPATH")])]
    pip = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    told = {
        **pip,
        "PIP_TARGET": str(target),
        "PIP_NO_CACHE_DIR": "1",
        **environment,
        "SAGEMAKER_BASE_DIR": str(base),
        missing_modules.VARIABLE: str(missing_module_file(base)),
        "PATH": os.pathsep.join(search),
        "PYTHONPATH": os.pathsep.join(imports),
    }
    return at_start.with_hooks(told, _HOOKS)


def isolated(environment: Mapping[str, str]) -> dict[str, str]:
    """``environment`` of a container with EnableNetworkIsolation: without the role's credentials and any way to AWS.

    https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html
    """
    return {name: value for name, value in environment.items() if name not in _WAY_TO_AWS}


def launched(python: str, program: Sequence[str]) -> tuple[str, ...]:
    """The words with which this server's Python has an image's Python run a program, directly where both are one."""
    return tuple(program) if python == sys.executable else (str(RUN_COMMAND), python, *program)


def folders_of(python: str) -> list[Path]:
    """What an interpreter needs to be read: its environment and the installation below that."""
    if python == sys.executable:
        return []
    return [Path(python).absolute().parents[1], Path(python).resolve().parents[1]]


def missing_module_file(base: Path) -> Path:
    """Where a script that lacked a module left its name."""
    return base / "tmp" / "missing-module"


def move_shell_scripts(base: Path) -> None:
    """Have the shell scripts below ``base`` name ``base`` where they name the container's folder: a shell has no
    hooks."""
    for file in base.rglob("*"):
        if file.suffix in _SHELL_SCRIPTS and file.is_file() and file.stat().st_size <= _MAX_SCRIPT_BYTES:
            text = file.read_text(errors="surrogateescape")
            moved = paths.moved_in_text(text, str(base))
            if moved != text:
                file.write_text(moved, errors="surrogateescape")


def command(words: Sequence[str], base: Path) -> tuple[str, ...]:
    """The words of a container's command, with its paths moved and the interpreter of the image for any Python."""
    first, *rest = [paths.moved_in_text(word, str(base)) for word in words]
    name = first.rpartition("/")[2].rstrip("0123456789.")
    if name in ("python", "pip") and not Path(first).is_relative_to(base):
        first = str(base / "bin" / name)
    return (first, *rest)
