"""An embedded AWS that becomes new on request, in tens of milliseconds: ``python -m rehearsal.localaws.renewable``.

This process loads the services and makes the administrator, and serves nothing itself. It forks a child that serves.
For ``new`` on standard input it kills the child with all that it started (functions, endpoints, jobs: the child's end
is theirs) and forks the next, which knows nothing of the one before, at the same URL and with the same key.
``ready <url>`` on standard output answers the start and each ``new``. When standard input closes, everything ends.

Takes the options of :mod:`rehearsal.localaws.server` but for ``--state``.
"""

from rehearsal.localaws.ground import user_settings

if __name__ == "__main__":
    user_settings.start_anew_without()  # before anything else is imported: what is imported now would be twice

import argparse
import importlib
import os
import select
import shutil
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rehearsal.localaws import server
from rehearsal.localaws.ground import announcement, host, scratch
from rehearsal.localaws.ground.host import CannotServe, Host

_START_SECONDS = 60
_LOADED = "iam sts s3 logs awslambda events sns sqs ssm cloudformation codepipeline codebuild stepfunctions"
"""Services that are loaded before the first test asks for them, by moto's names: those that most pipelines use."""


@dataclass(frozen=True)
class Model:
    """What each child is a copy of: the embedded AWS before its first request, and its services as they are loaded."""

    running: Host
    services: Any


@dataclass
class Serving:
    """The child that serves now, and its scratch folder."""

    pid: int
    folder: Path
    lifeline: int
    """The writing end of a pipe: the child ends when it closes, whatever becomes of this process."""

    def end(self) -> None:
        """Kill it and see it gone; what it had started ends with it."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.lifeline)


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until standard input closes or a signal comes; returns the process's exit code."""
    options = server.parse(argv)
    server.prepare_process(options)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    try:
        with scratch.folder(options.scratch) as folder:
            _serve(options, folder)
    except CannotServe as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def _leave(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _serve(options: argparse.Namespace, folder: Path) -> None:
    server.check_region(options.region)
    host.hold_threads()
    running, _, _ = server.start_services(options, folder, port=_free_port(options.port))
    model = Model(running, _load())
    with announcement.announced(server.announcement_of(running)):
        generation = 0
        serving = _fork(model, folder / str(generation))
        try:
            print(f"ready {running.endpoint_url}", flush=True)
            while _next_line() == b"new":
                generation += 1
                before, serving = serving, _renewed(model, serving, folder / str(generation))
                print(f"ready {running.endpoint_url}", flush=True)
                shutil.rmtree(before.folder, ignore_errors=True)
        finally:
            serving.end()


def _renewed(model: Model, before: Serving, folder: Path) -> Serving:
    before.end()
    return _fork(model, folder)


def _free_port(wanted: int) -> int:
    """The port that the children take one after the other.

    Raises:
        CannotServe: something listens there.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError as error:
            raise server.PortTaken(wanted) from error
        return int(probe.getsockname()[1])


def _load() -> Any:
    """The services that every child would otherwise load again at the first request to each."""
    from rehearsal.localaws.entrance import dispatch, early, front  # noqa: F401
    from rehearsal.localaws.moto_bridge import wiring

    services = dispatch.Dispatcher()
    with server.loading():
        for service in _LOADED.split():
            importlib.import_module(f"moto.{service}.models")
            wiring.catch_up()
            services.load(service)
            wiring.catch_up()
    return services


def _fork(model: Model, folder: Path) -> Serving:
    """A child that serves, as soon as it does.

    Raises:
        CannotServe: it did not within a minute; its log says why.
    """
    ready, told = os.pipe()
    watched, lifeline = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(ready)
        os.close(lifeline)
        _be_child(model, folder, watched, told)
    os.close(told)
    os.close(watched)
    serving = Serving(pid, folder, lifeline)
    readable, _, _ = select.select([ready], [], [], _START_SECONDS)
    is_ready = bool(readable) and os.read(ready, 1) == b"r"
    os.close(ready)
    if not is_ready:
        serving.end()
        raise CannotServe("the embedded AWS did not start anew: the lines above say why.")
    return serving


def _be_child(model: Model, folder: Path, lifeline: int, told: int) -> None:
    """Serve until the end of the pipe or of this process; never returns to the parent's code."""
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN if number == signal.SIGINT else signal.SIG_DFL)
        _serve_alone(model, folder, told)
        with suppress(OSError):
            while os.read(lifeline, 1):
                pass
    except BaseException as error:  # noqa: BLE001 - the outermost edge of a process
        print(f"error: {type(error).__name__}: {error}", file=sys.stderr)
    finally:
        os._exit(1)


def _serve_alone(model: Model, folder: Path, told: int) -> None:
    from moto.moto_api._internal import mock_random

    mock_random.seed()  # which fork has copied: ids would repeat those of the child before
    folder.mkdir(mode=0o700)
    settings = model.running.settings
    host.start(Host(replace(settings, scratch=folder), model.running.admin))
    http = server.bound_server(settings.port)
    host.release_threads()
    server.answer(http, model.services)
    os.write(told, b"r")


def _next_line() -> bytes:
    """The next line of standard input; empty at its end."""
    line = b""
    while not line.endswith(b"\n"):
        if not (piece := os.read(0, 1)):
            return b""
        line += piece
    return line.strip()


if __name__ == "__main__":
    sys.exit(main())
