"""What one running embedded AWS knows of itself: its address, account, scratch folder and administrator.

moto keeps its state in module globals, so a process holds exactly one embedded AWS; ``current()`` is that one.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rehearsal.localaws.ground import clock, persistence

log = logging.getLogger("rehearsal.localaws")

_AFTER_FAILURE_SECONDS = 1.0


@dataclass(frozen=True)
class Credentials:
    """An access key, with a session token where it belongs to an assumed role."""

    access_key_id: str
    secret_access_key: str
    session_token: str | None = None


class CannotServe(Exception):
    """The embedded AWS cannot start as it was told to; the text says why and what to do."""


@dataclass(frozen=True)
class Settings:
    """What the user chose at start. Times are seconds."""

    port: int
    scratch: Path
    region: str = "us-east-1"
    account_id: str = "123456789012"
    continuation_delay_seconds: float = 30.0
    allow_retired_runtimes: bool = False
    confirm_subscriptions: bool = False
    """Whether subscriptions by e-mail are taken as confirmed."""
    quotas: str = ""
    allowed_hosts: tuple[str, ...] = ()
    """Names of this machine, beyond those of loopback, by which it may be addressed."""
    allowed_origins: tuple[str, ...] = ()
    """Web pages' origins (``http://name:port``) that may send requests."""
    build_network: bool = True


@dataclass(frozen=True)
class Host:
    """The embedded AWS of this process."""

    settings: Settings
    admin: Credentials

    @property
    def endpoint_url(self) -> str:
        return f"http://127.0.0.1:{self.settings.port}"

    @property
    def account_id(self) -> str:
        return self.settings.account_id

    def scratch(self, *parts: str) -> Path:
        """A folder under the scratch folder, made when missing. It is removed when the embedded AWS stops."""
        folder = self.settings.scratch.joinpath(*parts)
        folder.mkdir(parents=True, exist_ok=True)
        return folder


_current: Host | None = None
_exits: list[Callable[[], None]] = []
_complete = threading.Event()


def start(host: Host) -> None:
    """Make ``host`` the embedded AWS of this process."""
    global _current
    _current = host


def current() -> Host:
    """The embedded AWS of this process; an error before it has started."""
    if _current is None:
        raise RuntimeError("the embedded AWS has not been started in this process")
    return _current


def records_are_complete() -> None:
    """What an earlier server kept is there again, or there was nothing: what looks after records may begin."""
    _complete.set()


def look_after(work: Callable[..., Any], *args: Any, name: str) -> threading.Thread:
    """:func:`in_background`, but not before :func:`records_are_complete`: half the records are none to act on.

    An endpoint started between the records of roles and those of their sessions would have a session that is then lost.
    """

    def begin() -> None:
        _complete.wait()
        work(*args)

    return in_background(begin, name=name)


def look_after_every(seconds: float, look: Callable[[], None], *, name: str) -> threading.Thread:
    """Call ``look`` after each ``seconds`` of the embedded clock from now on, as :func:`look_after` does: one that
    fails is logged, and the next ones come all the same."""
    return look_after(clock.every, seconds, partial(attempt, look, name=name), clock.timestamp(), name=name)


def attempt(work: Callable[..., Any], *args: Any, name: str) -> bool:
    """Call ``work(*args)`` and give whether it succeeded: for one round of a loop without end, which must go on.

    What fails is logged, and takes a second: a round that is due at once again must not take the machine.
    """
    try:
        work(*args)
    except Exception:  # the outermost edge of a round
        log.exception("in the background: %s", name)
        time.sleep(_AFTER_FAILURE_SECONDS)
        return False
    return True


def on_exit(stop: Callable[[], None]) -> None:
    """Call ``stop`` when the embedded AWS goes down: rooms end their child processes here."""
    _exits.append(stop)


def run_exits() -> None:
    """Call what ``on_exit`` was given, last first; one that fails is logged and does not keep the others."""
    while _exits:
        stop = _exits.pop()
        try:
            stop()
        except Exception:  # the outermost edge: the rest must still be stopped
            log.exception("while stopping the embedded AWS")


def in_background(work: Callable[..., Any], *args: Any, name: str) -> threading.Thread:
    """Run ``work(*args)`` in a daemon thread; an exception that escapes it is logged, never lost."""

    def guarded() -> None:
        try:
            work(*args)
        except Exception:  # the outermost edge of a thread
            log.exception("in the background: %s", name)
        finally:
            persistence.changed()

    thread = threading.Thread(target=guarded, name=name, daemon=True)
    if _held is None:
        thread.start()
    else:
        _held.append(thread)
    return thread


_held: list[threading.Thread] | None = None


def hold_threads() -> None:
    """Start none of :func:`in_background` yet: this process forks first, and threads are not copied."""
    global _held
    _held = []


def release_threads() -> None:
    """Start those that were held, in their order, and from now on each at once."""
    global _held
    held, _held = _held or [], None
    for thread in held:
        thread.start()
