"""What a process asks of the kernel for itself. Standard library alone: child processes import it, too. No-ops but on
Linux."""

import ctypes
import sys

_ARENA_MAX, _HEAPS = -8, 2
_SET_DUMPABLE, _SET_CHILD_SUBREAPER = 4, 36  # https://man7.org/linux/man-pages/man2/prctl.2.html


def hide_memory() -> bool:
    """Make this process one whose environment and memory no other process of the user may read; whether it could be
    done."""
    return _prctl(_SET_DUMPABLE, 0)


def adopt_orphans() -> bool:
    """Become the parent of what descendants leave behind when they end, in place of init; whether it could be done."""
    return _prctl(_SET_CHILD_SUBREAPER, 1)


def give_back_memory() -> None:
    """Have the C library give pages that lie free in its heaps back to the system; glibc alone keeps them, and alone
    has a way to ask.

    https://man7.org/linux/man-pages/man3/malloc_trim.3.html
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


def share_heaps() -> bool:
    """Have the C library make two heaps for all threads, where it would make eight for each core: what is kept lies
    closer together, and a page without any of it can be given back. Whether it could be done: glibc alone has them.

    https://man7.org/linux/man-pages/man3/mallopt.3.html
    """
    if sys.platform != "linux":
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and bool(mallopt(_ARENA_MAX, _HEAPS))


def _prctl(option: int, value: int) -> bool:
    if sys.platform != "linux":
        return False
    return bool(ctypes.CDLL(None).prctl(option, value, 0, 0, 0) == 0)
