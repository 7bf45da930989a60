"""The Python of a build: an environment of its own, with what the Python of CodeBuild's images brings, and nothing of
the server's.

``pip install`` writes into the environment, which is removed with the build. What the images bring is shown through
links to the server's own packages, which pip takes for another installation's: it neither changes nor removes them.
https://github.com/aws/aws-codebuild-docker-images
"""

import importlib.metadata
import os
import subprocess
import sys
import tempfile
import threading
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rehearsal.localaws.ground import host

_PROVIDED = (
    "pip",
    "setuptools",
    "wheel",
    "boto3",
    "botocore",
    "s3transfer",
    "jmespath",
    "python-dateutil",
    "six",
    "urllib3",
    "PyYAML",
)
"""Distributions: boto3 with all that it needs, and the tools of packaging."""
_PIP = '#!/bin/sh\nexec "$(dirname "$0")/python" -m pip "$@"\n'
_WHO = "import sys; print('%d.%d' % sys.version_info[:2], sys.base_prefix)"
_making = threading.Lock()


@dataclass(frozen=True)
class PythonEnvironment:
    """The folder of its programs, and the installation below it, which they read."""

    programs: Path
    installation: Path


def make(folder: Path, interpreter: str | None = None) -> PythonEnvironment:
    """Make the environment in ``folder``, of the server's Python or of another interpreter."""
    if interpreter is None:
        venv.EnvBuilder(symlinks=True, with_pip=False).create(folder)
        version, installation = f"{sys.version_info.major}.{sys.version_info.minor}", sys.base_prefix
    else:
        version, installation = _made_by(interpreter, folder)
    programs = folder / "bin"
    site_packages = folder / "lib" / f"python{version}" / "site-packages"
    (site_packages / "image.pth").write_text(f"{image()}\n")
    for name in ("pip", "pip3", f"pip{version}"):
        (programs / name).write_text(_PIP)
        (programs / name).chmod(0o755)
    return PythonEnvironment(programs, Path(installation))


def _made_by(interpreter: str, folder: Path) -> tuple[str, str]:
    """Have another interpreter make the environment; gives its version and where it is installed.

    Raises:
        subprocess.CalledProcessError: it could not.
    """
    for command in (["-m", "venv", "--without-pip", "--symlinks", str(folder)], ["-c", _WHO]):
        told = subprocess.run([interpreter, "-I", *command], capture_output=True, text=True, check=True, timeout=120)
    version, _, installation = told.stdout.strip().partition(" ")
    return version, installation


def image() -> Path:
    """The folder with links to what is provided: one for all builds, made with the first."""
    folder = host.current().scratch("codebuild-image") / "packages"
    with _making:
        if not folder.is_dir():
            making = Path(tempfile.mkdtemp(dir=folder.parent))
            for target in _parts():
                (making / target.name).symlink_to(target)
            making.rename(folder)
    return folder


def _parts() -> Iterator[Path]:
    """The folders and modules of the provided distributions, as far as they are installed here."""
    for name in _PROVIDED:
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        parts = {file.parts[0] for file in distribution.files or ()} - {"..", "__pycache__"}
        yield from (Path(str(distribution.locate_file(part))) for part in sorted(parts))


def search_path(programs: Path, inherited: str) -> str:
    """``PATH`` of a build: its environment's programs first, and none of the server's environment. Pure."""
    servers = Path(sys.executable).parent
    others = [entry for entry in inherited.split(os.pathsep) if entry and Path(entry) != servers]
    return os.pathsep.join((str(programs), *others))
