"""The AWS CLI from PyPI, in a virtual environment of its own: it pins a botocore that is not ours."""

import fcntl
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.conftest import EmbeddedAws

VERSION = "1.46.2"


@pytest.fixture(scope="session")
def aws_cli(request: pytest.FixtureRequest) -> Path:
    """The ``aws`` program; installed once and kept in pytest's cache."""
    assert request.config.cache is not None
    folder = Path(request.config.cache.mkdir(f"aws-cli-{VERSION}-{sys.version_info.major}{sys.version_info.minor}"))
    program = folder / "bin" / "aws"
    with folder.with_suffix(".lock").open("w") as lock:  # the workers of a run share the cache
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            venv.create(folder, with_pip=True, clear=True)
            install = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q", f"awscli=={VERSION}"]
            subprocess.run(install, check=True, capture_output=True)
            (folder / "complete").touch()
    return program


def run(program: Path, aws: EmbeddedAws, *arguments: str) -> str:
    """What a command prints; it must succeed."""
    environment = {**os.environ, **aws.environment, "AWS_PAGER": ""}
    python = program.with_name("python")  # the program's own first line does not bear a space in its path
    done = subprocess.run([python, program, *arguments], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
