"""The process in which a function's runtime runs: a fork of one that has loaded boto3 where that saves time and changes
nothing.

A function must not see that it was forked. It finds no module loaded but Python's own and those of Lambda's runtime,
which it could import anyway. A new process is started for a package that has modules of its own by the names of those
loaded, for an environment that an interpreter reads at its start, and for code that never names boto3, whose memory
would be counted with what it does not use.
"""

import os
import re
import threading
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from rehearsal.localaws import isolation
from rehearsal.localaws.functions import bootstrap
from rehearsal.localaws.ground import host
from rehearsal.localaws.isolation.preloaded import ChildProcess, Preloaded

LOG_DESCRIPTOR = "_LAMBDA_TELEMETRY_LOG_FD"
_PROGRAM = Path(bootstrap.__file__)
_READ_AT_START = ("PYTHON", "LD_", "LC_", "LANG", "TZ", "MALLOC_", "GLIBC_", "OPENSSL_", "SSL")
"""Beginnings of the names of variables that the interpreter, or a library below it, reads once."""

_BOTO3 = re.compile(rb"\b(boto3|botocore)\b")

_making = threading.Lock()
_made: list[Preloaded] = []


def start(
    *, environment: Mapping[str, str], task_root: Path, layers: Iterable[Path], home: Path, log: int
) -> ChildProcess:
    """Start the runtime. ``log``: the descriptor that the function's output goes to; ``home``: the folder that it may
    write."""
    readable = [task_root, *layers]
    folders = tuple(map(Path, environment["PYTHONPATH"].split(os.pathsep)))
    if isolation.can_fork() and _names_boto3(folders):
        ready = _ready()
        if _is_alike(environment, ready.environment) and not _modules(folders) & ready.modules:
            forked = ready.fork(
                environment=environment,
                cwd=task_root,
                own=[home],
                readable=readable,
                output=log,
                output_variable=LOG_DESCRIPTOR,
            )
            if forked is not None:
                return forked
    return isolation.spawn(
        [str(_PROGRAM)],
        environment={**environment, LOG_DESCRIPTOR: str(log)},
        cwd=task_root,
        own=[home],
        readable=readable,
        stdout=log,
        stderr=log,
        pass_fds=(log,),
    )


@lru_cache(maxsize=1)
def warm_up() -> None:
    """Begin to load what functions are forked from, once, so that the first one need not wait for it."""
    if isolation.can_fork():
        host.in_background(_ready, name="runtime of functions")


def _ready() -> Preloaded:
    """The one of this embedded AWS; another when it was killed, by a machine out of memory for example."""
    with _making:
        if not _made or not _made[-1].is_alive:
            _made.append(isolation.preload(_PROGRAM))
        return _made[-1]


def _is_alike(wanted: Mapping[str, str], given: Mapping[str, str]) -> bool:
    """Whether an interpreter would start the same with either environment."""
    read = {name for name in wanted.keys() | given.keys() if name.startswith(_READ_AT_START)} - {"PYTHONPATH"}
    return all(wanted.get(name) == given.get(name) for name in read)


def _modules(folders: tuple[Path, ...]) -> set[str]:
    """The top-level modules that lie where the function looks for its own."""
    return {path.name.partition(".")[0] for folder in folders if folder.is_dir() for path in folder.iterdir()}


@lru_cache(maxsize=1_000)
def _names_boto3(folders: tuple[Path, ...]) -> bool:
    """Whether a source of the function or its layers does; their folders are never written again."""
    return any(_BOTO3.search(source.read_bytes()) for folder in folders for source in folder.rglob("*.py"))
