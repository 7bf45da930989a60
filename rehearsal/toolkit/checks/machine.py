"""Whether this machine can serve an embedded AWS: Python, system, port, memory, disk."""

import platform
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from rehearsal.toolkit.checks.findings import Finding, Verdict

_OLDEST_PYTHON = (3, 11)
_MEMORY_NEEDED = 1_500_000_000
_DISK_NEEDED = 1_000_000_000


def examine(port: int, folder: Path) -> Iterator[Finding]:
    """Python, system, port, memory, disk."""
    yield _python()
    yield _system()
    yield _port(port)
    yield _memory()
    yield _disk(folder)


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info >= _OLDEST_PYTHON:
        return Finding("Python", Verdict.GOOD, found)
    return Finding("Python", Verdict.BAD, found, "install Python 3.11 or newer")


def _system() -> Finding:
    found = f"{platform.system()} {platform.machine()}"
    if platform.system() in ("Linux", "Darwin"):
        return Finding("system", Verdict.GOOD, found)
    return Finding("system", Verdict.BAD, found, "use Linux, macOS or the Windows Subsystem for Linux")


def _port(port: int) -> Finding:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return Finding(
                f"port {port}",
                Verdict.WARNING,
                str(error.strerror),
                "rehearse down stops an embedded AWS; or choose another with --port",
            )
    return Finding(f"port {port}", Verdict.GOOD, "free")


def _memory() -> Finding:
    available = _available_memory()
    if available is None:
        return Finding("memory", Verdict.UNKNOWN, "this system does not say")
    found = f"{available / 1e9:.1f} GB available"
    if available >= _MEMORY_NEEDED:
        return Finding("memory", Verdict.GOOD, found)
    return Finding("memory", Verdict.WARNING, found, "close other programs: a run takes about 1.5 GB")


def _available_memory() -> int | None:
    """Bytes; from the kernel where it tells (Linux)."""
    information = Path("/proc/meminfo")
    if not information.exists():
        return None
    for line in information.read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return None


def _disk(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    found = f"{free / 1e9:.1f} GB free in {folder}"
    if free >= _DISK_NEEDED:
        return Finding("disk", Verdict.GOOD, found)
    return Finding("disk", Verdict.BAD, found, "free 1 GB, or set TMPDIR to a larger folder")
