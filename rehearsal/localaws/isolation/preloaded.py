"""Child processes that are forks of one that has loaded their program already (:mod:`forking`): they start in a few
milliseconds."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from rehearsal.localaws.ground import host
from rehearsal.localaws.isolation import forking, lifeline, orphans, view
from rehearsal.localaws.isolation.launch import clean_environment, server_lifeline

_FORKING = str(Path(forking.__file__))


class ChildProcess(Protocol):
    """What is asked of a child process, started or forked."""

    pid: int

    def poll(self) -> int | None:
        """Its exit code, negative for a signal's number, or None while it lives."""
        ...

    def wait(self) -> int:
        """The same, when it has ended."""
        ...


class Forked:
    """A fork, as this server's child."""

    def __init__(self, process_id: int) -> None:
        self.pid = process_id
        self._code: int | None = None
        self._guard = threading.Lock()

    def poll(self) -> int | None:
        with self._guard:
            if self._code is None:
                ended, status = os.waitpid(self.pid, os.WNOHANG)
                if ended:
                    self._code = os.waitstatus_to_exitcode(status)
            return self._code

    def wait(self) -> int:
        while (code := self.poll()) is None:
            with suppress(ChildProcessError):  # another thread has taken note
                os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        return code


class Preloaded:
    """A process that has loaded the program in ``file``, and is forked for each run of it.

    Needs a kernel that gives orphans to this server: see :func:`can_fork`.
    """

    def __init__(self, file: Path) -> None:
        self.environment = clean_environment()
        self._guard = threading.Lock()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with orphans.children().starting() as note:
            self._process = subprocess.Popen(
                [sys.executable, _FORKING, str(file), str(theirs.fileno())],
                env=self.environment,
                cwd="/",
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
            note(self._process.pid, False)
        theirs.close()
        self._control = ours
        self.modules: frozenset[str] = frozenset(json.loads(ours.recv(forking.LONGEST_ORDER) or b"[]"))

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def fork(
        self,
        *,
        environment: Mapping[str, str],
        cwd: Path,
        own: Iterable[Path],
        readable: Iterable[Path],
        output: int,
        output_variable: str,
    ) -> Forked | None:
        """Start a run of the program; None when the process has ended.

        ``output`` is the descriptor that it writes to; ``output_variable`` names it in its environment. The rest is as
        in
        :func:`rehearsal.localaws.isolation.spawn`.
        """
        order = {
            "environment": dict(environment),
            "output_variable": output_variable,
            "lifeline_variable": lifeline.VARIABLE,
            "cwd": str(cwd),
            "view": {
                "readable": [*map(str, (*view.readable(), *readable))],
                "listable": [*map(str, view.listable())],
                "writable": [*map(str, (*view.writable(), *own))],
            },
        }
        answer = b""
        with self._guard, orphans.children().starting() as note:
            with suppress(BrokenPipeError, ConnectionResetError):
                socket.send_fds(self._control, [json.dumps(order).encode()], [output, server_lifeline()])
                answer = self._control.recv(8)
            if len(answer) < 8:
                return None
            process_id = int.from_bytes(answer, "big")
            note(process_id, False)
        return Forked(process_id)

    def stop(self) -> None:
        """End it; the forks end with the server's lifeline."""
        self._control.close()
        self._process.wait(5)


def can_fork() -> bool:
    """Whether forks become this server's children here: Linux, from 5.3."""
    children = orphans.children()
    children.look_after()
    return children.adopts


def preload(file: Path) -> Preloaded:
    """One that ends with this server."""
    made = Preloaded(file)
    host.on_exit(made.stop)
    return made
