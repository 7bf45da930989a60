"""A hook: ``/opt/ml`` is another folder, the one in ``SAGEMAKER_BASE_DIR``.

Scripts name their folders as they lie in the container; a laptop has no such folder, and two jobs must not share one.
So the functions of ``os`` and ``open`` by which Python code reaches files see paths below it moved, and so do imports,
programs that Python starts (their arguments too) and the files that XGBoost and pandas open. Other code that opens
files without Python (a C++ library given a path) is not reached.
"""

from __future__ import annotations

import builtins
import functools
import io
import os
import re
import sys
from types import ModuleType
from typing import Any, Callable  # noqa: UP035  collections.abc's has no parameters before Python 3.9

CONTAINER_BASE = "/opt/ml"
_IN_TEXT = re.compile(r"(?<![\w.\-/])/opt/ml(?![\w.\-])")
_ONE_PATH = (
    *("open", "stat", "lstat", "mkdir", "rmdir", "listdir", "scandir", "remove", "unlink", "access", "chmod", "chown"),
    *("lchown", "utime", "chdir", "readlink", "truncate", "mkfifo", "statvfs", "getxattr", "setxattr", "listxattr"),
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


def moved_in_text(text: str, base: str) -> str:
    """A command, an argument or a shell script, with every path of the container moved."""
    return _IN_TEXT.sub(lambda _: base, text)


def at_start() -> None:
    """Let this process see the folder that the environment names as the container's."""
    base = os.environ.get("SAGEMAKER_BASE_DIR")
    if base:
        move_everything(base)


def move_everything(base: str) -> None:
    """Let this process see ``base`` as the container's folder."""
    builtins.open = io.open = _Moving(open, base, 1)
    for names, count in ((_ONE_PATH, 1), (_TWO_PATHS, 2)):
        for name in names:
            if hasattr(os, name):
                setattr(os, name, _Moving(getattr(os, name), base, count))
    sys.path_hooks.insert(0, functools.partial(_importer, base=base))
    _move_programs(base)


class _Moving:
    """A function whose paths are moved; an object, since a class that keeps a function (as pathlib did) makes it a
    method."""

    def __init__(self, function: Callable[..., Any], base: str, paths: int) -> None:
        functools.update_wrapper(self, function)
        self._function, self._base, self._paths = function, base, paths

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        placed = [moved(each, self._base) for each in arguments[: self._paths]]
        named = {name: moved(each, self._base) for name, each in keywords.items()}
        return self._function(*placed, *arguments[self._paths :], **named)


def _importer(path: str, base: str) -> Any:
    """Imports from a folder of the container."""
    place = moved(path, base)
    if place == path:
        raise ImportError("not of the container")
    return sys.path_importer_cache.get(place) or next(filter(None, map(_tried(place), sys.path_hooks)))


def _tried(place: str) -> Callable[[Any], Any]:
    def call(hook: Any) -> Any:
        try:
            return hook(place)
        except ImportError:
            return None

    return call


def _move_programs(base: str) -> None:
    """What :mod:`subprocess` starts finds its arguments and folder moved: Python itself opens a script without
    Python."""
    import _posixsubprocess

    original = _posixsubprocess.fork_exec

    def fork_exec(arguments: Any, executables: Any, close: Any, keep: Any, folder: Any, *rest: Any) -> Any:
        words = [_word(each, base) for each in arguments]
        programs = tuple(_word(each, base) for each in executables)
        return original(words, programs, close, keep, _word(folder, base), *rest)

    _posixsubprocess.fork_exec = fork_exec


def _word(word: Any, base: str) -> Any:
    if isinstance(word, bytes):
        return os.fsencode(moved_in_text(os.fsdecode(word), base))
    if isinstance(word, os.PathLike):
        return _word(os.fspath(word), base)
    return moved_in_text(word, base) if isinstance(word, str) else word


def _move_models(core: ModuleType) -> None:
    """XGBoost's own code opens models and data."""
    base = os.environ.get("SAGEMAKER_BASE_DIR")
    if base:
        for name in ("save_model", "load_model", "dump_model"):
            setattr(core.Booster, name, _moving_second(getattr(core.Booster, name), base))
        core.DMatrix.__init__ = _moving_second(core.DMatrix.__init__, base)


def _moving_second(function: Callable[..., Any], base: str) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(self: Any, *arguments: Any, **keywords: Any) -> Any:
        placed = [moved(each, base) for each in arguments[:1]]
        return function(self, *placed, *arguments[1:], **{k: moved(each, base) for k, each in keywords.items()})

    return call


def _move_tables(common: ModuleType) -> None:
    """The reader of pandas before 1.2 opens files in C; every path has been through this function of pandas before."""
    base = os.environ.get("SAGEMAKER_BASE_DIR")
    if base and hasattr(common, "_expand_user"):
        setattr(common, "_expand_user", _Moving(common._expand_user, base, 1))  # noqa: B010


AFTER_IMPORT = {"xgboost.core": _move_models, "pandas.io.common": _move_tables}
