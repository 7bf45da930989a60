"""The processes of this machine and who their parents are. Standard library alone: child processes import it, too.
Linux only."""

import os
from collections import namedtuple  # typing's NamedTuple would make a cold start longer
from collections.abc import Iterable, Iterator
from contextlib import suppress

Process = namedtuple("Process", ("id", "parent", "session"))
"""A process that lives: its id, its parent's, and its session's.
https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html"""


def living() -> list[Process]:
    """All processes but those that have ended and only wait for their parents to notice; none where there is no
    /proc."""
    try:
        names = os.listdir("/proc")  # noqa: PTH208 - pathlib is not loaded yet in a child, and a cold start is short
    except FileNotFoundError:
        return []
    return _all(name for name in names if name.isdigit())


def adopted() -> list[Process]:
    """The children of this process's first thread, which is given the orphans; all processes where the kernel does not
    tell."""
    me = os.getpid()
    try:
        with open(f"/proc/{me}/task/{me}/children") as file:
            names = file.read().split()
    except FileNotFoundError:
        return living()
    return _all([str(me), *names])


def _all(names: Iterable[str]) -> list[Process]:
    return [process for name in names for process in _read(name)]


def _read(name: str) -> Iterator[Process]:
    with suppress(OSError), open(f"/proc/{name}/stat", "rb") as file:
        state, parent, _group, session = file.read().rpartition(b")")[2].split()[:4]
        if state not in (b"Z", b"X"):
            yield Process(int(name), int(parent), int(session))


def descendants(ancestor: int, processes: list[Process]) -> list[int]:
    """The children of a process, their children, and so on. Pure."""
    children: dict[int, list[int]] = {}
    for process in processes:
        children.setdefault(process.parent, []).append(process.id)
    found, to_see = [], [ancestor]
    while to_see:
        for child in children.get(to_see.pop(), ()):
            found.append(child)
            to_see.append(child)
    return found
