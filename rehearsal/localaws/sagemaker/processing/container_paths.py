"""Run a Python script as if ``/opt/ml/processing`` were another folder: ``python container_paths.py BASE SCRIPT ARGS...``.

Runs inside the child process. Scripts for processing jobs name their folders as they lie in the container; a laptop has no
such folder, and two jobs must not share one. So the functions of ``os`` and ``open`` by which Python code reaches files see
paths below it moved to BASE. Code that opens files without Python (a C++ library given a path) is not reached.
"""

import builtins
import functools
import io
import os
import runpy
import sys
from collections.abc import Callable
from typing import Any

CONTAINER_BASE = "/opt/ml/processing"
_ONE_PATH = (
    "open",
    "stat",
    "lstat",
    "mkdir",
    "rmdir",
    "listdir",
    "scandir",
    "remove",
    "unlink",
    "access",
    "chmod",
    "utime",
    "chdir",
    "readlink",
)
_TWO_PATHS = ("rename", "replace", "link", "symlink")


def moved(path: Any, base: str) -> Any:
    """``path`` below ``base`` where it is the container's folder or below it; anything else as it is."""
    if not isinstance(path, (str, os.PathLike)):
        return path
    text = os.fspath(path)
    if isinstance(text, str) and (text == CONTAINER_BASE or text.startswith(CONTAINER_BASE + "/")):
        return base + text[len(CONTAINER_BASE) :]
    return path


def install(base: str) -> None:
    """Let this process see ``base`` as the container's folder."""
    builtins.open = io.open = _moving(open, base, paths=1)
    for names, count in ((_ONE_PATH, 1), (_TWO_PATHS, 2)):
        for name in names:
            setattr(os, name, _moving(getattr(os, name), base, paths=count))


def _moving(function: Callable[..., Any], base: str, *, paths: int) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*arguments: Any, **keywords: Any) -> Any:
        placed = [moved(each, base) for each in arguments[:paths]]
        return function(*placed, *arguments[paths:], **{name: moved(each, base) for name, each in keywords.items()})

    return call


def main() -> None:
    """Install, then run the script as ``python`` would."""
    base = sys.argv[1]
    del sys.argv[:2]
    sys.argv[0] = moved(sys.argv[0], base)
    sys.path.insert(0, os.path.dirname(sys.argv[0]))  # noqa: PTH120  pathlib would be slower to import
    install(base)
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
