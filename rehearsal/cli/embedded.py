"""The embedded AWS as a process: started, found, stopped. The only part of the command line that knows it exists."""

import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from rehearsal.localaws.ground import announcement, scratch, user_settings
from rehearsal.localaws.ground.announcement import DEFAULT_PORT, Announcement
from rehearsal.toolkit.aws.errors import BadInput, NotThere, RehearsalError

_START_SECONDS = 60
_STOP_SECONDS = 15
__all__ = ["DEFAULT_PORT", "Announcement", "Launch", "find", "running", "serve_in_foreground", "stop"]


@dataclass(frozen=True)
class Launch:
    """How to start it. Port 0 takes a free one; the delay is CodePipeline's before it calls a function again, in
    seconds."""

    port: int = 0
    region: str = "us-east-1"
    continuation_delay_seconds: float = 0.5
    keep: bool = False
    state: Path | None = None
    new_keys: bool = False
    reset_clock: bool = False
    quotas: str = ""
    allow_retired_runtimes: bool = False
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    build_network: bool = True
    test_credentials: bool = False
    confirm_subscriptions: bool = True
    """Of a run or a lab nobody reads the mailbox: its subscriptions by e-mail are taken as confirmed."""

    def arguments(self, scratch: Path) -> list[str]:
        """The server's command line."""
        return [
            *_server_command(self.port, self.region, self.continuation_delay_seconds),
            "--scratch",  # which it removes when it stops, so that nothing is left even if this process is killed
            str(scratch),
            *([] if self.keep else ["--with-parent"]),
            *(["--confirm-subscriptions"] if self.confirm_subscriptions else []),
        ]


def _server_command(port: int, region: str, continuation_delay_seconds: float) -> list[str]:
    return [
        sys.executable,
        "-m",
        "rehearsal.localaws.server",
        "--port",
        str(port),
        "--region",
        region,
        "--continuation-delay",
        str(continuation_delay_seconds),
    ]


@dataclass
class Running:
    """An embedded AWS that was started, and its scratch folder, which goes when it stops; ``stays`` after the block."""

    announced: Announcement
    scratch: Path
    stays: bool = False


@contextmanager
def running(launch: Launch) -> Iterator[Running]:
    """Have it while the block runs; with ``keep`` it stays, unless the block is interrupted.

    It runs in a session of its own, so that Ctrl-C reaches the command line alone, which then stops it in order.

    Raises:
        RehearsalError: it did not start (the port is taken, say).
    """
    from rehearsal.localaws.isolation import kernel  # costs milliseconds, and most commands start none

    # this process has the user's credentials, and is the parent of the server whose children run any code
    kernel.hide_memory()
    _sweep()
    folder = scratch.make()
    process: subprocess.Popen[bytes] | None = None
    announced: Announcement | None = None
    kept = False
    try:
        with (folder / "embedded-aws.log").open("w+b") as log:
            process = _spawn(launch, folder, log)
            announced = _ready(process, log)
        started = Running(announced, folder, launch.keep)
        yield started
        kept = started.stays
        if kept:
            _let_go(process)
    except Exception:
        kept = launch.keep and process is not None and process.poll() is None
        raise
    finally:
        if not kept:
            with _undisturbed():
                _end(process)
                shutil.rmtree(folder, ignore_errors=True)
                if announced is not None:
                    announcement.withdraw(announced)


def _let_go(process: subprocess.Popen[bytes]) -> None:
    """Tell one that would end with this process not to."""
    if process.stdin is not None:
        process.stdin.write(b"stay\n")
        process.stdin.close()


def _sweep() -> None:
    """Remove what embedded AWS left that were killed: scratch folders and announcements."""
    scratch.sweep(user_settings.temporary_folder())
    announcement.sweep()


def _spawn(launch: Launch, folder: Path, log: BinaryIO) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        launch.arguments(folder),
        env=user_settings.without(os.environ),
        stdin=subprocess.DEVNULL if launch.keep else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        start_new_session=True,
    )


def _ready(process: subprocess.Popen[bytes], log: BinaryIO) -> Announcement:
    """Wait for ``ready <url>``."""
    assert process.stdout is not None
    readable, _, _ = select.select([process.stdout], [], [], _START_SECONDS)
    line = process.stdout.readline().decode() if readable else ""
    found = announcement.read(int(line.rsplit(":", 1)[1])) if line.startswith("ready ") else None
    if found is None:
        raise _start_failure(log)
    return found


def _start_failure(log: BinaryIO) -> RehearsalError:
    log.seek(0)  # the file itself is gone with the scratch folder
    words = log.read().decode(errors="replace").strip()
    last = words.splitlines()[-1].removeprefix("error: ") if words else f"it did not say why within {_START_SECONDS} s"
    return RehearsalError(
        f"the embedded AWS did not start: {last}",
        where="python -m rehearsal.localaws.server",
        next_step="rehearse up --debug shows its whole log; rehearse doctor checks port, memory and Python",
    )


def _end(process: subprocess.Popen[bytes] | None) -> None:
    """Ask it to stop; make it when it does not."""
    if process is None:
        return
    if process.stdin is not None:
        process.stdin.close()
    else:
        process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """A second Ctrl-C does not interrupt the cleaning up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def serve_in_foreground(launch: Launch, log_level: str) -> None:
    """Become the server: this process is replaced, Ctrl-C stops it."""
    command = _server_command(launch.port, launch.region, launch.continuation_delay_seconds)
    if launch.state is not None:
        command += ["--state", str(launch.state)]
    command += ["--new-keys"] * launch.new_keys + ["--reset-clock"] * launch.reset_clock
    if launch.quotas:
        command += ["--quotas", launch.quotas]
    if launch.allow_retired_runtimes:
        command.append("--allow-retired-runtimes")
    if launch.confirm_subscriptions:
        command.append("--confirm-subscriptions")
    for name in launch.allowed_hosts:
        command += ["--allow-host", name]
    for origin in launch.allowed_origins:
        command += ["--allow-origin", origin]
    if launch.test_credentials:
        command.append("--insecure-test-credentials")
    if not launch.build_network:
        command.append("--no-build-network")
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(sys.executable, [*command, "--log-level", log_level], user_settings.without(os.environ))


def start_console(port: int) -> None:
    """Start a console beside the server that this process will be; it ends with it, and waits until the server is
    there.

    Raises:
        BadInput: the server takes any free port, so that the console would not know it.
    """
    if port == 0:
        raise BadInput("the console needs to know the port", where="--port 0", next_step="name a port with --port")
    command = [sys.executable, "-m", "rehearsal.cli.main", "console", "--embedded", str(port)]
    subprocess.Popen(
        [*command, "--port", "0", "--with-process", str(os.getpid())],
        env=user_settings.without(os.environ),
        stdin=subprocess.DEVNULL,
    )


def announced(port: int) -> Announcement | None:
    """The embedded AWS that serves on ``port``; None while none does."""
    found = announcement.read(port)
    return found if found is not None and _answers(found) else None


def is_taken(port: int) -> bool:
    """Whether something listens there already; port 0 stands for any free one."""
    with socket.socket() as probe:
        return port != 0 and probe.connect_ex(("127.0.0.1", port)) == 0


def _elsewhere(port: int) -> str:
    """The port that this shell's own embedded AWS has, for who forgot to name it."""
    used = urlsplit(os.environ.get("AWS_ENDPOINT_URL", "")).port
    return f"this shell uses the one on port {used}: --port {used}; " if used not in (None, port) else ""


def find(port: int) -> Announcement:
    """The embedded AWS that runs on ``port``.

    Raises:
        NotThere: none does.
    """
    found = announced(port)
    if found is None:
        raise NotThere(
            f"no embedded AWS runs on port {port}",
            where=f"http://127.0.0.1:{port}",
            next_step=f"{_elsewhere(port)}rehearse up serves one; rehearse run --keep leaves one running; "
            "name another with --port",
        )
    return found


def _answers(found: Announcement) -> bool:
    try:
        with urllib.request.urlopen(f"{found.url}/_rehearsal/health", timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def _has_ended(pid: int) -> bool:
    """Whether the process is gone, or has ended and only waits for its parent to notice."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except ProcessLookupError:
        return True
    except FileNotFoundError:  # it went between the two looks; or the system has no /proc, then it is still there
        return Path("/proc/self").exists()


def stop(port: int) -> Announcement:
    """Stop the embedded AWS on ``port`` and wait until it is gone.

    Raises:
        NotThere: none runs there.
        BadInput: it belongs to another user.
    """
    _sweep()
    found = find(port)
    try:
        os.kill(found.pid, signal.SIGTERM)
    except PermissionError as error:
        raise BadInput(
            f"the embedded AWS on port {port} belongs to another user",
            where=f"process {found.pid}",
            next_step="ask them",
        ) from error
    give_up_at = time.monotonic() + _STOP_SECONDS
    while not _has_ended(found.pid):
        if time.monotonic() > give_up_at:
            raise RehearsalError(
                f"it did not stop within {_STOP_SECONDS} s",
                where=f"process {found.pid}",
                next_step=f"kill -9 {found.pid} ends it at once",
            )
        time.sleep(0.05)
    return found
