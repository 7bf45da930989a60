"""Who keeps what. Rooms register when they are imported or installed; the keeper reads."""

import itertools
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Kept:
    """A part of the state. ``export`` runs in a frozen copy of the process and may return the live objects
    themselves."""

    name: str
    export: Callable[[], Any]
    restore: Callable[[Any], None]


Holder = Callable[[], AbstractContextManager[Any]]

_parts: dict[str, Kept] = {}
_resumers: list[Callable[[], None]] = []
_holders: list[Holder] = []
_early_holders: list[Holder] = []
_changes = itertools.count(1)
_last_change = 0


def keep(name: str, export: Callable[[], Any], restore: Callable[[Any], None]) -> None:
    """Have what ``export`` returns in every snapshot, and given to ``restore`` at a start, before the first request."""
    _parts[name] = Kept(name, export, restore)


def keep_dict(name: str, live: dict[Any, Any]) -> None:
    """Keep the content of a module's dictionary."""
    keep(name, lambda: live, live.update)


def on_resume(resume: Callable[[], None]) -> None:
    """Call ``resume`` after a restart, once requests are answered: in the order of registration."""
    _resumers.append(resume)


def hold_still(holder: Holder, *, before_requests: bool = False) -> None:
    """Enter ``holder()`` for the moment of a snapshot: a lock under which the room changes several records at once.

    ``before_requests``: before requests are held up, because who has the lock makes some.
    """
    (_early_holders if before_requests else _holders).append(holder)


def changed() -> None:
    """Something happened that a snapshot should have."""
    global _last_change
    _last_change = next(_changes)


def last_change() -> int:
    """The number of the newest change."""
    return _last_change


def parts() -> dict[str, Kept]:
    """What is kept, by name."""
    return _parts


def resumers() -> list[Callable[[], None]]:
    """What is to be set going."""
    return _resumers


def holders(*, before_requests: bool = False) -> list[Holder]:
    """What holds records still."""
    return _early_holders if before_requests else _holders
