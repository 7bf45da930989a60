"""Paths that are answered without moto: rooms add theirs, and see to the caller themselves."""

from collections.abc import Callable, Iterable
from typing import Any

from rehearsal.localaws.door import capabilities

StartResponse = Callable[..., Any]
Shortcut = Callable[[dict[str, Any], StartResponse], Iterable[bytes] | None]
"""Answers a request, having seen to its caller, or returns None to leave it (with its body unread) to moto."""

_shortcuts: list[tuple[tuple[str, ...], Shortcut]] = []


def add_shortcut(shortcut: Shortcut, *prefixes: str) -> None:
    """Ask ``shortcut`` before moto is asked, about paths that begin so."""
    _shortcuts.append((prefixes, shortcut))


def is_for_shortcut(path: str) -> bool:
    """Whether somebody answers this path who knows callers in a way of their own."""
    return any(path.startswith(prefixes) for prefixes, _ in _shortcuts)


def answer(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes] | None:
    """The answer of the first who has one; None when the request is none of theirs."""
    path = environ["PATH_INFO"]
    asked = (shortcut for prefixes, shortcut in _shortcuts if path.startswith(prefixes))
    return next((found for each in asked if (found := each(environ, start_response)) is not None), None)


add_shortcut(capabilities.handle, capabilities.PREFIX)
