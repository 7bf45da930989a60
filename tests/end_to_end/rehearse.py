"""The command line as a user types it: a process of its own, with its output and exit code."""

import array
import functools
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[2]
_OF_PYTHONS_START = ("PYTHON", "LC_", "LANG")


@dataclass(frozen=True)
class Answer:
    """What a command left: exit code and the two streams."""

    exit_code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as the one JSON document that it must be."""
        return json.loads(self.out)


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The tests' clean environment, with this checkout importable from any folder."""
    path = os.pathsep.join(str(ROOT / part) for part in ("", "PipelineLambdaFunctions"))
    return {**os.environ, "PYTHONPATH": path, "COLUMNS": "140", **(extra or {})}


def command(*arguments: str) -> list[str]:
    """The process's arguments."""
    return [sys.executable, "-m", "rehearsal.cli.main", *arguments]


def rehearse(
    *arguments: str, env: Mapping[str, str] | None = None, cwd: Path = ROOT, stdin: str = "", timeout: float = 300
) -> Answer:
    """Run ``rehearse`` with these arguments to its end."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(stdin.encode())
        given.seek(0)
        run = _started if any(name.startswith(_OF_PYTHONS_START) for name in env or {}) else _forked
        code = run(arguments, environment(env), cwd, (given, out, err), timeout)
        return Answer(code, _text(out), _text(err))


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode()


def _started(
    arguments: tuple[str, ...],
    variables: Mapping[str, str],
    folder: Path,
    streams: tuple[IO[bytes], IO[bytes], IO[bytes]],
    timeout: float,
) -> int:
    """The exit code of Python started for the command."""
    stdin, stdout, stderr = streams
    done = subprocess.run(
        command(*arguments),
        env=variables,
        cwd=folder,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        timeout=timeout,
        check=False,
    )
    return done.returncode


def _forked(
    arguments: tuple[str, ...],
    variables: Mapping[str, str],
    folder: Path,
    streams: tuple[IO[bytes], IO[bytes], IO[bytes]],
    timeout: float,
) -> int:
    """The exit code of a fork of the host, which has read the modules already."""
    request = {"arguments": arguments, "environment": dict(variables), "folder": str(folder)}
    numbers = array.array("i", [stream.fileno() for stream in streams])
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(_host())
        text = json.dumps(request).encode() + b"\n"
        sent = connection.sendmsg([text], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, numbers)])
        connection.sendall(text[sent:])
        answer = connection.makefile()
        process = int(answer.readline())
        connection.settimeout(timeout)
        try:
            return int(answer.readline())
        except TimeoutError:
            os.kill(process, 9)
            raise subprocess.TimeoutExpired(command(*arguments), timeout) from None


@functools.cache
def _host() -> str:
    """The socket of this worker's host of commands, which ends when its standard input does."""
    folder = tempfile.TemporaryDirectory(prefix="rehearse-")
    path = str(Path(folder.name) / "commands")
    host = subprocess.Popen(
        [sys.executable, str(Path(__file__).parent / "command_host.py"), path],
        env=environment(),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert host.stdout is not None
    assert host.stdout.readline() == "ready\n", f"the host of commands did not start: exit code {host.wait(10)}"
    _HOSTS.append((host, folder))
    return path


_HOSTS: list[tuple[subprocess.Popen[str], tempfile.TemporaryDirectory[str]]] = []
"""Kept until the worker ends: forgotten ones would be closed and removed."""
