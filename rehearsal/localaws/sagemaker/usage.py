"""What the programs of jobs and endpoints use of this machine. Reads /proc, so running ones are measured on Linux only.

A container's processes are those whose working folder lies in the container's: model servers that are forks of one
process are told apart by it, and what a program starts in its turn counts as its own.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

_PROC = Path("/proc")
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
MEMORY_BYTES = os.sysconf("SC_PHYS_PAGES") * _PAGE_BYTES
"""Of this machine."""
_MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024  # the unit of ru_maxrss


@dataclass(frozen=True)
class Usage:
    """Processor time since the processes began, and memory: resident now, or at most where they have ended."""

    cpu_seconds: float
    memory_bytes: int


class Process(NamedTuple):
    """A running process."""

    folder: str
    usage: Usage


def running() -> list[Process]:
    """The processes of this machine whose working folder may be seen."""
    if not _PROC.is_dir():
        return []
    return [process for entry in _PROC.iterdir() if entry.name.isdigit() for process in _read(entry)]


def _read(entry: Path) -> Iterator[Process]:
    """One process, or none when it ends meanwhile or is another user's. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html"""
    with suppress(OSError):
        fields = (
            (entry / "stat").read_text().rpartition(")")[2].split()
        )  # from the third on; the second may hold anything
        ticks = sum(map(int, fields[11:15]))  # its own and its ended children's, in user and in system mode
        usage = Usage(ticks / _TICKS_A_SECOND, int(fields[21]) * _PAGE_BYTES)
        yield Process(str((entry / "cwd").readlink()), usage)


def within(folder: Path, processes: Iterable[Process]) -> Usage | None:
    """The sum of those that work in ``folder``; None when there are none."""
    name = str(folder.resolve())
    found = [each.usage for each in processes if each.folder == name or each.folder.startswith(f"{name}/")]
    if not found:
        return None
    return Usage(sum(each.cpu_seconds for each in found), sum(each.memory_bytes for each in found))


def wait_for_end(process_id: int) -> tuple[int, Usage]:
    """Wait for a child to end; gives its exit code (negative: the signal) and what it and its children have used."""
    _, status, used = os.wait4(process_id, 0)
    return os.waitstatus_to_exitcode(status), Usage(used.ru_utime + used.ru_stime, used.ru_maxrss * _MAXRSS_BYTES)


def disk_bytes(folder: Path) -> int:
    """What the files below a folder take."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):  # removed meanwhile
                total += Path(parent, name).lstat().st_size
    return total
