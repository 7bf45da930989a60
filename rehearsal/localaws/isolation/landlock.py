"""Landlock: have a child process see its own folders and, read-only, the interpreter and libraries. Linux 5.19 and
newer.

The kernel restricts the thread that asks and whatever it starts, for good, and needs no privilege for it. A process
within such a *domain* can neither read the environment and memory of processes outside of it, root's included.
Reference: landlock(7).
"""

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from enum import IntFlag
from functools import lru_cache
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on all architectures
_ASK_VERSION = 1
_PATH_BENEATH = 1
_SET_NO_NEW_PRIVS = 38
_SCOPE_SIGNALS = 2
_NET_PORT, _CONNECT_TCP, _KNOWS_PORTS = 2, 2, 4
_FIRST_OPEN_PORT, _LAST_PORT = 1024, 65_535
_OLDEST_VERSION = 2
"""The first one (Linux 5.13) forbids to move files between folders, which pip and git do."""


class Access(IntFlag):
    """What can be done to files, as linux/landlock.h numbers it."""

    EXECUTE = 1 << 0
    WRITE_FILE = 1 << 1
    READ_FILE = 1 << 2
    READ_DIR = 1 << 3
    REMOVE_DIR = 1 << 4
    REMOVE_FILE = 1 << 5
    MAKE_CHAR = 1 << 6
    MAKE_DIR = 1 << 7
    MAKE_REG = 1 << 8
    MAKE_SOCK = 1 << 9
    MAKE_FIFO = 1 << 10
    MAKE_BLOCK = 1 << 11
    MAKE_SYM = 1 << 12
    REFER = 1 << 13
    TRUNCATE = 1 << 14


_READ = Access.EXECUTE | Access.READ_FILE | Access.READ_DIR
_LIST = Access.READ_DIR
_ALL = Access((1 << 15) - 1)
_OF_FILES = Access.EXECUTE | Access.READ_FILE | Access.WRITE_FILE | Access.TRUNCATE


@lru_cache(maxsize=1)
def version() -> int:
    """Of the kernel's Landlock; 0 where there is none that serves."""
    if sys.platform != "linux":
        return 0
    found = int(_libc().syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_ASK_VERSION)))
    return found if found >= _OLDEST_VERSION else 0


def restrict_this_thread(*, readable: Iterable[Path], listable: Iterable[Path], writable: Iterable[Path]) -> None:
    """Let this thread, and what it starts, reach these folders (or files) and no others. What does not exist is passed
    over.

    In ``listable`` folders, and those below, names alone can be seen.

    Raises:
        OSError: the kernel refuses.
    """
    ruleset = _ruleset()
    try:
        for path in readable:
            _allow(ruleset, path, _READ)
        for path in listable:
            _allow(ruleset, path, _LIST)
        for path in writable:
            _allow(ruleset, path, _everything())
        _checked(_libc().prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        _checked(_libc().syscall(_RESTRICT_SELF, ruleset, 0))
    finally:
        os.close(ruleset)


def keep_this_thread_off_services(*, except_port: int) -> None:
    """Let this thread, and what it starts, connect (TCP) to no port below 1024 of whatever machine. Before Linux 6.7
    this does nothing.

    Raises:
        OSError: the kernel refuses.
    """
    if version() >= _KNOWS_PORTS:
        _checked(_libc().prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        _checked(_libc().syscall(_RESTRICT_SELF, _ports(except_port), 0))


@lru_cache(maxsize=1)
def _ports(except_port: int) -> int:
    """The ruleset, kept open: it has a rule for each port that is allowed, and takes a tenth of a second to make."""
    attributes = struct.pack("QQ", 0, _CONNECT_TCP)
    ruleset = _checked(_libc().syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0))
    for port in {except_port, *range(_FIRST_OPEN_PORT, _LAST_PORT + 1)}:
        _checked(_libc().syscall(_ADD_RULE, ruleset, _NET_PORT, struct.pack("=QQ", _CONNECT_TCP, port), 0))
    return ruleset


def _everything() -> Access:
    return _ALL if version() >= 3 else _ALL & ~Access.TRUNCATE


def _ruleset() -> int:
    """A descriptor; ``struct landlock_ruleset_attr``, as far as this kernel knows it."""
    attributes = struct.pack("QQQ", _everything(), 0, _SCOPE_SIGNALS if version() >= 6 else 0)
    size = {2: 8, 3: 8, 4: 16, 5: 16}.get(version(), 24)
    return _checked(_libc().syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(size), 0))


def _allow(ruleset: int, path: Path, access: Access) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        allowed = access & _everything()
        if not path.is_dir():
            allowed &= _OF_FILES
        rule = struct.pack("=Qi", allowed, opened)
        _checked(_libc().syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0))
    finally:
        os.close(opened)


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"Landlock: {os.strerror(number)}")
    return result


@lru_cache(maxsize=1)
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
