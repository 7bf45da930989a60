"""What of the promises about child processes (SECURITY.md) holds on this system."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rehearsal.localaws.ground import user_settings
from rehearsal.localaws.isolation import landlock, view


@dataclass(frozen=True)
class Promise:
    """One of them: whether it holds, what that means, and what would make it hold."""

    about: str
    holds: bool
    meaning: str
    remedy: str = ""


def of_this_system() -> Iterator[Promise]:
    """All of them, for an embedded AWS that this user starts."""
    yield _files()
    yield _memory()
    yield _processes()


def _files() -> Promise:
    about = "functions' files"
    if not landlock.version():
        meaning = "functions, jobs and builds can read and write what you can: this system has no Landlock 2"
        return Promise(about, False, meaning, "use Linux 5.19 or newer with Landlock, or run only code that you trust")
    below = user_settings.temporary_folder().resolve()
    if below.is_relative_to(view.SHARED_TEMPORARY.resolve()):
        meaning = (
            f"hidden, but not from each other: the server's folder lies in {below}, and code for Lambda may use /tmp"
        )
        return Promise(about, False, meaning, "set TMPDIR to a folder that is not below /tmp")
    meaning = "functions, jobs and builds see their own, /tmp, and read-only the system's programs and Python"
    return Promise(about, True, f"{meaning} (Landlock {landlock.version()})")


def _memory() -> Promise:
    about = "functions' memory"
    if sys.platform != "linux":
        meaning = "the server's and functions' memory and environment are as open as this system leaves them"
        return Promise(about, False, meaning, "use Linux, or run only code that you trust")
    if os.geteuid() == 0:
        meaning = "root reads the memory and environment of every process"
        return Promise(about, False, meaning, "run rehearse as an ordinary user")
    return Promise(about, True, "no function reads the memory or environment of the server or of another function")


def _processes() -> Promise:
    about = "functions' processes"
    if hasattr(os, "pidfd_open") and Path("/proc/self/stat").exists():
        return Promise(about, True, "whatever functions, jobs and builds start ends with them and with the server")
    meaning = "a process that a function starts in a session of its own may outlive it and the server"
    return Promise(about, False, meaning, "use Linux 5.3 or newer with /proc")
