"""An embedded AWS of a user who is not root, with AWS settings of their own: root reads everything, so nothing can be
shown as root."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from rehearsal.localaws.ground.announcement import Announcement
from tests.conftest import ROOT, EmbeddedAws, stop_embedded_aws

_ID = 61_234
"""A user of no name: the kernel asks for none."""
SETTINGS = {"AWS_ACCESS_KEY_ID": "REALKEY", "AWS_SECRET_ACCESS_KEY": "REALSECRET", "AWS_PROFILE": "work"}


@dataclass(frozen=True)
class User:
    """Who runs programs: ``python`` can import the project, ``home`` has a ``.aws`` folder with real keys."""

    id: int
    home: Path
    python: Path

    @property
    def environment(self) -> dict[str, str]:
        return {"HOME": str(self.home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", **SETTINGS}

    def popen(self, *command: str, stderr: int | None = None) -> "subprocess.Popen[str]":
        identity = {"user": self.id, "group": self.id, "extra_groups": ()} if os.geteuid() == 0 else {}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": stderr, "text": True}
        return subprocess.Popen(
            [str(self.python), *command],
            cwd=self.home,
            env=self.environment,
            **pipes,  # type: ignore[call-overload]
            **identity,
        )

    def run(self, program: str) -> str:
        """What a program in Python prints, errors by their type."""
        guarded = f"try:\n    {program}\nexcept OSError as error:\n    print(type(error).__name__)"
        return self.popen("-c", guarded).communicate(timeout=60)[0].strip()


@contextmanager
def ordinary_user() -> Iterator[User]:
    """One made for the test where it runs as root, else who runs it."""
    home = Path(tempfile.mkdtemp(prefix="ordinary-user-", dir="/var/tmp"))
    user_id = _ID if os.geteuid() == 0 else os.geteuid()
    try:
        (home / ".aws").mkdir()
        (home / ".aws/credentials").write_text("[work]\naws_access_key_id=REALKEY\naws_secret_access_key=REALSECRET\n")
        yield User(user_id, home, _python(home / "python", user_id))
    finally:
        shutil.rmtree(home)


def _python(folder: Path, user_id: int) -> Path:
    """An environment with this one's packages, of a Python that the user may run: it may lie in root's home."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/local/bin/{version}", f"/usr/bin/{version}"):
        if not Path(python).exists():
            continue
        subprocess.run([python, "-m", "venv", "--clear", "--without-pip", str(folder)], check=True)
        packages = folder / "lib" / version / "site-packages"
        imported = [entry for entry in sys.path if entry.endswith("site-packages")]
        (packages / "project.pth").write_text("\n".join([*imported, str(ROOT), str(ROOT / "PipelineLambdaFunctions")]))
        for path in (folder.parent, *folder.parent.rglob("*")):
            os.chown(path, user_id, -1, follow_symlinks=False)
        user = User(user_id, folder.parent, folder / "bin/python")
        try:
            if user.run("import moto, rehearsal; print('imported')") == "imported":
                return user.python
        except PermissionError:
            continue
    pytest.skip(f"no {version} that a user other than root may run, with the project's packages, is on this machine")


@contextmanager
def embedded_aws_of(user: User) -> Iterator[EmbeddedAws]:
    """An embedded AWS that the user runs, found by its announcement."""
    process = user.popen("-m", "rehearsal.localaws.server", "--port", "0", "--with-parent")
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("ready "), f"it did not start: {line!r}"
    embedded = EmbeddedAws(Announcement(**json.loads(announcement_file(user, line).read_text())), process)
    try:
        yield embedded
    finally:
        stop_embedded_aws(embedded)


def announcement_file(user: User, url: str) -> Path:
    return Path(f"/var/tmp/rehearsal-{user.id}", f"{url.strip().rpartition(':')[2]}.json")
