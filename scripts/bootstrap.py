"""Put an installer into a virtual environment that has none, with the standard library alone.

Usage: VENV/bin/python scripts/bootstrap.py uv LOCK    the uv of LOCK (a requirements file with hashes), as VENV/bin/uv
       VENV/bin/python scripts/bootstrap.py pip        the newest pip, where Python has no ensurepip (Debian, Ubuntu)

A wheel is taken from the package index (PIP_INDEX_URL, or PyPI). Its SHA-256 is held against the lock for uv, and
against the index for pip. Exits with a sentence and 1 where that cannot be done.
"""

import hashlib
import io
import os
import platform
import re
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path
from typing import NamedTuple

_LINK = re.compile(
    r'href="([^"#]*/([A-Za-z0-9_.]+-(\d+(?:\.\d+)*)-py3-none-([A-Za-z0-9_.]+)\.whl))#sha256=([0-9a-f]{64})"'
)
_PINNED = re.compile(r"^uv==(\S+)", re.MULTILINE)
_HASH = re.compile(r"sha256:([0-9a-f]{64})")
_WAIT_SECONDS = 15  # a network that lets nothing through should not hold the fall-back up for long


class Wheel(NamedTuple):
    """A final release on a simple-index page: ``tags`` are its platforms."""

    address: str
    name: str
    version: str
    tags: str
    digest: str


def wheels(page: str, page_url: str) -> list[Wheel]:
    """Every wheel that needs no certain Python, by the links of a page."""
    return [Wheel(urllib.parse.urljoin(page_url, href), *rest) for href, *rest in _LINK.findall(page)]


def newest(found: list[Wheel]) -> Wheel:
    """The highest version among pip's wheels."""
    pure = [wheel for wheel in found if wheel.tags == "any"]
    if not pure:
        raise SystemExit("error: the index lists no pip wheel. Install your system's python3-venv package instead.")
    return max(pure, key=lambda wheel: [int(part) for part in wheel.version.split(".")])


def fitting(found: list[Wheel], lock: str, machine: str, libc: tuple[str, str], system: str) -> Wheel:
    """The wheel of the version and with a hash of the lock, that runs on this machine."""
    pinned, allowed = _PINNED.search(lock), set(_HASH.findall(lock))
    for wheel in found:
        is_locked = pinned is not None and wheel.version == pinned[1] and wheel.digest in allowed
        if is_locked and any(_runs(tag, machine, libc, system) for tag in wheel.tags.split(".")):
            return wheel
    raise SystemExit(f"error: the index has no uv {pinned[1] if pinned else ''} for {system} on {machine}")


def _runs(tag: str, machine: str, libc: tuple[str, str], system: str) -> bool:
    """Whether a platform tag (``manylinux_2_17_x86_64``: at least glibc 2.17) fits a machine."""
    match = re.fullmatch(r"(manylinux|musllinux|macosx)_(\d+)_(\d+)_(\w+)", tag)
    if match is None or match[4] != machine:
        return False
    if match[1] == "macosx":
        return system == "Darwin"
    if match[1] == "musllinux":
        return system == "Linux" and libc[0] != "glibc"
    version = [int(part) for part in re.findall(r"\d+", libc[1])[:2]]
    return system == "Linux" and libc[0] == "glibc" and version >= [int(match[2]), int(match[3])]


def program(content: bytes) -> bytes:
    """The executable inside uv's wheel."""
    with zipfile.ZipFile(io.BytesIO(content)) as wheel:
        return wheel.read(next(name for name in wheel.namelist() if name.endswith(".data/scripts/uv")))


def page_of(package: str) -> tuple[str, str]:
    """A package's page on the index, and its address."""
    address = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/") + f"/{package}/"
    return fetched(address).decode(), address


def fetched(address: str) -> bytes:
    if urllib.parse.urlsplit(address).scheme not in ("https", "http"):
        raise SystemExit(f"error: {address} is no web address")
    try:
        with urllib.request.urlopen(address, timeout=_WAIT_SECONDS) as response:
            return bytes(response.read())
    except OSError as error:
        raise SystemExit(f"error: {address} cannot be had: {error}") from error


def checked(wheel: Wheel) -> bytes:
    """The wheel's bytes, which have the hash that they should."""
    content = fetched(wheel.address)
    if hashlib.sha256(content).hexdigest() != wheel.digest:
        raise SystemExit(f"error: {wheel.address} has not the SHA-256 that was expected. Try again.")
    return content


def install_pip() -> None:
    """Let the newest pip install itself."""
    wheel = newest(wheels(*page_of("pip")))
    content = checked(wheel)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, wheel.name)
        file.write_bytes(content)
        subprocess.run([sys.executable, f"{file}/pip", "install", "--quiet", "--no-index", str(file)], check=True)


def install_uv(lock: Path) -> None:
    """Put the program beside this Python, unless that very version is there."""
    text = lock.read_text()
    target = Path(sys.executable).with_name("uv")
    pinned = _PINNED.search(text)
    if pinned is not None and target.exists():
        told = subprocess.run([target, "--version"], capture_output=True, text=True, check=False).stdout
        if told.split()[1:2] == [pinned[1]]:
            return
    wheel = fitting(wheels(*page_of("uv")), text, platform.machine(), platform.libc_ver(), platform.system())
    part = target.with_name(f"uv.{os.getpid()}")
    part.write_bytes(program(checked(wheel)))
    part.chmod(0o755)
    part.replace(target)


if __name__ == "__main__":
    if sys.argv[1:] == ["pip"]:
        install_pip()
    elif sys.argv[1:2] == ["uv"] and len(sys.argv) == 3:
        install_uv(Path(sys.argv[2]))
    else:
        raise SystemExit(__doc__)
