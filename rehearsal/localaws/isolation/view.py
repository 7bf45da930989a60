"""What a child process may see of this machine's files, where the kernel can restrict it: the interpreter, libraries,
its own folders."""

import logging
import os
import sys
from functools import lru_cache
from pathlib import Path

import rehearsal

log = logging.getLogger("rehearsal.localaws.isolation")
SHARED_TEMPORARY = Path("/tmp")
"""Code for Lambda and CodeBuild writes there by this name: it is the children's, all of them."""
_SYSTEM = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc",
    "/opt",
    "/nix",
    "/gnu/store",
    "/snap",
    "/home/linuxbrew/.linuxbrew",
    "/run/current-system",
    "/proc",
    "/sys",
    "/run/systemd/resolve",  # where /etc/resolv.conf may lie
    "/run/NetworkManager",
    "/run/resolvconf",
    "/var/lib/ca-certificates",
)
_BESIDE_PROGRAMS = ("lib", "lib64", "libexec")


@lru_cache(maxsize=1)
def readable() -> tuple[Path, ...]:
    """What every child may read and execute."""
    package = Path(rehearsal.__file__).parent
    python = (sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix)
    packages = [entry for entry in sys.path if Path(entry).name in ("site-packages", "dist-packages")]
    programs = [Path(entry) for entry in os.environ.get("PATH", "").split(os.pathsep) if Path(entry).is_absolute()]
    beside = [program.parent / name for program in programs if program.name == "bin" for name in _BESIDE_PROGRAMS]
    executable = Path(sys.executable).resolve().parent
    return (*map(Path, (*_SYSTEM, *python, *packages)), executable, package, *programs, *beside)


@lru_cache(maxsize=1)
def listable() -> tuple[Path, ...]:
    """Where names may be seen: Python looks there for the package ``rehearsal``."""
    return (Path(rehearsal.__file__).parents[1],)


@lru_cache(maxsize=1)
def writable() -> tuple[Path, ...]:
    """What every child may write, beside its own folders."""
    return (Path("/dev"), SHARED_TEMPORARY)


def is_of_child(path: Path, own: Path) -> bool:
    """Whether a child that has the folder ``own`` may have left this file there for the server to take.

    A link may lead to any file of the user, which the server could read, and the child could not.
    """
    real = path.resolve()
    return real.is_relative_to(own.resolve()) or real.is_relative_to(SHARED_TEMPORARY.resolve())


def files_of_child(folder: Path, own: Path) -> list[Path]:
    """The files below ``folder``, in order, that a child left there; links that lead elsewhere are left out, with a
    warning."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in found:
        if not is_of_child(path, own):
            log.warning("%s is left out: it is a link to what its program may not have seen", path)
    return [path for path in found if is_of_child(path, own)]
