"""Start the child processes of the embedded AWS: functions, training jobs, build commands."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from rehearsal.localaws.ground import host
from rehearsal.localaws.ground.host import Credentials
from rehearsal.localaws.isolation import child, landlock, lifeline, loopback_only, orphans, view

_CHILD = str(Path(child.__file__))
LOOPBACK_ONLY = Path(loopback_only.__file__)
"""The guard of connections, as a hook for interpreters below a child (:mod:`rehearsal.at_start`)."""
_INHERITED = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")
Process = subprocess.Popen[bytes]


def child_environment(credentials: Credentials, region: str, home: Path) -> dict[str, str]:
    """The environment that every child gets: this server's address and its role's credentials, nothing of the user's.

    No ``AWS_*`` variable, profile or ``~/.aws`` of the user is seen, and no instance metadata is asked.
    """
    environment = {
        **clean_environment(),
        "HOME": str(home),
        "TMPDIR": str(home),
        "AWS_ENDPOINT_URL": host.current().endpoint_url,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": credentials.access_key_id,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    if credentials.session_token:
        environment["AWS_SESSION_TOKEN"] = credentials.session_token
    return environment


def clean_environment() -> dict[str, str]:
    """What every child's interpreter starts with.

    OpenMP waits passively: spinning threads on a machine shared with other jobs slow training tenfold.
    """
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return inherited | {
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_WAIT_POLICY": "PASSIVE",
    }


def spawn(
    program: Sequence[str],
    *,
    environment: Mapping[str, str],
    cwd: Path,
    own: Sequence[Path],
    readable: Sequence[Path] = (),
    stdout: int | IO[Any] | None = subprocess.DEVNULL,
    stderr: int | IO[Any] | None = subprocess.STDOUT,
    pass_fds: Sequence[int] = (),
    measured: bool = False,
    spares: bool = False,
    off_network: bool = False,
) -> Process:
    """Start ``python program...`` (``["-m", "module", ...]`` or ``["file.py", ...]``) behind the guards.

    Of the user's files it sees the folders ``own``, which it may write, and ``readable``, with the program's own
    (:mod:`view`), where the kernel has Landlock. It leads its own process group (end it with ``os.killpg``); whatever
    it leaves behind ends with it, unless ``spares`` is set, and all of it with this server. ``measured``: the server
    will look up what it uses (``sagemaker.usage``). ``off_network``: the ports below 1024, those of the network's
    services, are closed to it where the kernel can.
    """
    children = orphans.children()
    children.look_after()
    living = server_lifeline()
    marks = {lifeline.VARIABLE: str(living), **({child.MEASURED_VARIABLE: "1"} if measured else {})}

    def start() -> Process:
        with children.starting() as note:
            process = subprocess.Popen(
                [sys.executable, _CHILD, *program],
                env={**environment, **marks},
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                pass_fds=(*pass_fds, living),
                start_new_session=True,
            )
            note(process.pid, spares)
        return process

    if not landlock.version():
        return start()
    of_program = () if program[0] == "-m" else (Path(program[0]).parent,)
    return _in_a_thread(lambda: _start_restricted(start, (*readable, *of_program), own, off_network=off_network))


def _start_restricted(
    start: Callable[[], Process], readable: Sequence[Path], own: Sequence[Path], *, off_network: bool
) -> Process:
    landlock.restrict_this_thread(
        readable=(*view.readable(), *readable), listable=view.listable(), writable=(*view.writable(), *own)
    )
    if off_network:
        landlock.keep_this_thread_off_services(except_port=host.current().settings.port)
    return start()


def _in_a_thread(work: Callable[[], Process]) -> Process:
    """In a thread of its own, which what the kernel restricts for good ends with."""
    done: Future[Process] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as error:  # noqa: BLE001 - the caller gets it
            done.set_exception(error)

    threading.Thread(target=run, name="starting a child process").start()
    return done.result()


@lru_cache(maxsize=1)
def server_lifeline() -> int:
    """The reading end of a pipe whose writing end only this process holds, open for as long as it lives."""
    reading, _writing = os.pipe()
    return reading
