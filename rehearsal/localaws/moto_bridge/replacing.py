"""The only writer into classes and modules of moto and of what it is made of: :func:`replace`, which fails when what it
replaces is gone.

A plain assignment to a name that moto has renamed would make a new attribute, and switch our feature off in silence.
"""

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple


class Replaced(NamedTuple):
    """One name of moto's that is ours now."""

    owner: Any
    name: str
    original: Any
    ours: Any


class CannotReplace(RuntimeError):
    """moto has changed: what we replace is gone, or is called in another way."""


replaced: list[Replaced] = []
"""Everything that has been replaced in this process, in order."""


def replace(owner: Any, name: str, ours: Any) -> Any:
    """Put ``ours`` in the place of ``owner.name``; returns moto's own, for those who call it within theirs.

    ``owner`` is a class or module of moto's.

    Raises:
        CannotReplace: when ``owner`` has no such name, or ours cannot be called as moto's is.
    """
    original = inspect.getattr_static(owner, name, None)
    if original is None:
        raise CannotReplace(f"moto's {_named(owner)} has no {name} any more: find where its work is done now")
    if _is_called(original) and _is_called(ours):
        _check_signature(owner, name, _function(original), _function(ours))
    replaced.append(Replaced(owner, name, original, ours))
    setattr(owner, name, ours)
    return _function(original)


def around(owner: Any, name: str, wrap: Callable[[Any], Any]) -> None:
    """Put what ``wrap`` makes of moto's own in its place."""
    original = getattr(owner, name, None)
    if original is None:
        raise CannotReplace(f"moto's {_named(owner)} has no {name} any more: find where its work is done now")
    replace(owner, name, wrap(original))


def add(owner: Any, name: str, ours: Any) -> None:
    """Give ``owner`` what moto does not have yet.

    Raises:
        CannotReplace: when moto has it by now, which may be better than ours.
    """
    if hasattr(owner, name):
        raise CannotReplace(
            f"moto's {_named(owner)} has a {name} of its own now: compare it with ours, then replace it"
        )
    replaced.append(Replaced(owner, name, None, ours))
    setattr(owner, name, ours)


def _check_signature(owner: Any, name: str, original: Callable[..., Any], ours: Callable[..., Any]) -> None:
    theirs = inspect.signature(original).parameters.values()
    positional = [each for each in theirs if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]
    named = {each.name: None for each in theirs if each.kind is each.KEYWORD_ONLY}
    try:
        inspect.signature(ours).bind(*positional, **named)
    except TypeError as error:
        raise CannotReplace(f"moto calls {_named(owner)}.{name}{inspect.signature(original)}; ours: {error}") from error


def _is_called(value: Any) -> bool:
    return inspect.isfunction(_function(value))


def _function(value: Any) -> Any:
    return value.__func__ if isinstance(value, classmethod | staticmethod) else value


def _named(owner: Any) -> str:
    return f"{getattr(owner, '__module__', '')}.{getattr(owner, '__qualname__', owner.__name__)}".strip(".")
