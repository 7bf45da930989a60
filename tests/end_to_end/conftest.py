"""A workshop that was run once and is kept for the tests of a module, and the means to see what a command leaves
behind."""

import os
import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.end_to_end.rehearse import Answer, rehearse
from tests.localaws.waiting import wait_until


@dataclass
class Kept:
    """A kept embedded AWS with one workshop on it."""

    port: str
    variables: dict[str, str]
    clients: dict[str, Any] = field(default_factory=dict)

    def rehearse(self, *arguments: str, **options: Any) -> Answer:
        """A command against it."""
        env = {**self.variables, **options.pop("env", {})}
        return rehearse(*arguments, env=env, **options)

    def client(self, service: str) -> Any:
        """A boto3 client of it, as administrator."""
        if service not in self.clients:
            self.clients[service] = boto3.session.Session().client(
                service,
                region_name=self.variables["AWS_REGION"],
                endpoint_url=self.variables["AWS_ENDPOINT_URL"],
                aws_access_key_id=self.variables["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=self.variables["AWS_SECRET_ACCESS_KEY"],
            )
        return self.clients[service]


@pytest.fixture(scope="module")
def kept() -> Iterator[Kept]:
    """``rehearse run --keep``, stopped by ``rehearse down`` after the module's tests."""
    with tempfile.TemporaryDirectory(prefix="rt-") as folder:
        yield from _kept_in(Path(folder))


def _kept_in(folder: Path) -> Iterator[Kept]:
    done = rehearse("run", "--keep", "--port", "0", "--suffix", "sde", env={"TMPDIR": str(folder)})
    assert done.exit_code == 0, done.err
    found = re.search(r"rehearse down --port (\d+)", done.err)
    assert found is not None, done.err
    port = found.group(1)
    yield Kept(port, rehearse("env", "--port", port, "--json", env={"TMPDIR": str(folder)}).document)
    stopped = rehearse("down", "--port", port, env={"TMPDIR": str(folder)})
    assert stopped.exit_code == 0, stopped.err
    hold_nothing_left(folder)


def hold_nothing_left(folder: Path) -> None:
    """A killed process takes a moment to go, the files that it cleans up after others too; none stays."""
    wait_until(lambda: not left_behind(folder), lambda: f"nothing is left behind: {left_behind(folder)}")


def left_behind(folder: Path) -> list[str]:
    """Files under the temporary folder of a command, and processes that know of it."""
    files = [str(path) for path in folder.rglob("*")]
    return files + [f"process {pid}: {line}" for pid, line in processes_that_know(str(folder))]


def processes_that_know(text: str) -> Iterator[tuple[int, str]]:
    """Processes with ``text`` in their environment or command line: a run's children have its temporary folder
    there."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            if text in line or text in _environment(entry):
                yield int(entry.name), line
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue


def _environment(entry: Path) -> str:
    """Empty where it is hidden, as the server's is from all but root; its command line names the folder."""
    try:
        return (entry / "environ").read_bytes().decode(errors="replace")
    except PermissionError:
        return ""


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A folder for a command's ``TMPDIR``; the test fails when anything of the command outlives it."""
    with tempfile.TemporaryDirectory(prefix="rt-") as folder:
        yield Path(folder)
        hold_nothing_left(Path(folder))


Rehearse = Callable[..., Answer]
