"""What a process asks of the kernel for itself. Standard library alone: child processes import it, too. No-ops but on Linux."""

import ctypes
import sys

_MOST_HEAPS = -8  # M_ARENA_MAX
_SET_DUMPABLE, _SET_CHILD_SUBREAPER = 4, 36  # https://man7.org/linux/man-pages/man2/prctl.2.html


def hide_memory() -> bool:
    """Make this process one whose environment and memory no other process of the user may read; whether it could be done."""
    return _prctl(_SET_DUMPABLE, 0)


def adopt_orphans() -> bool:
    """Become the parent of what descendants leave behind when they end, in place of init; whether it could be done."""
    return _prctl(_SET_CHILD_SUBREAPER, 1)


def share_heaps() -> None:
    """Have the threads to come share two heaps of the C library: one for each of a hundred workers would hold what others could use.

    Python's threads take turns anyway. https://man7.org/linux/man-pages/man3/mallopt.3.html
    """
    _of_glibc("mallopt", _MOST_HEAPS, 2)


def give_back_memory() -> None:
    """Have the C library give pages that lie free in its heaps back to the system.

    https://man7.org/linux/man-pages/man3/malloc_trim.3.html
    """
    _of_glibc("malloc_trim", 0)


def _of_glibc(function: str, *arguments: int) -> None:
    """Other C libraries have heaps of another kind, and no such function."""
    found = getattr(ctypes.CDLL(None), function, None) if sys.platform == "linux" else None
    if found is not None:
        found(*arguments)


def _prctl(option: int, value: int) -> bool:
    if sys.platform != "linux":
        return False
    return bool(ctypes.CDLL(None).prctl(option, value, 0, 0, 0) == 0)
