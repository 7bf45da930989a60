"""Records as they are while a snapshot is read: shells, which have members but no methods, until all of it has been
read.

Only then is each given its class. So nothing of a record's class runs while the bytes are read, whatever they say.
"""

from collections import OrderedDict, defaultdict
from functools import cache
from typing import Any, Generic, TypeVar

from rehearsal.localaws.state.record_classes import NotKept

T = TypeVar("T")


class Shell:
    """A record that is no dictionary and no list."""


class GenericShell(Generic[T]):
    """The same of a class with a type parameter, whose members lie elsewhere."""


class DictShell(dict[Any, Any]):
    """One that is a dictionary."""


class OrderedDictShell(OrderedDict[Any, Any]):
    """One that is an ordered dictionary."""


class DefaultDictShell(defaultdict[Any, Any]):
    """One that is a dictionary with a default."""


class ListShell(list[Any]):
    """One that is a list."""


class SetShell(set[Any]):
    """One that is a set."""


_SHELLS: tuple[tuple[type, type], ...] = (
    (OrderedDict, OrderedDictShell),
    (defaultdict, DefaultDictShell),
    (dict, DictShell),
    (list, ListShell),
    (set, SetShell),
)
_CALLED_WHILE_READING = ("append", "extend", "add", "__setitem__", "__setstate__", "__call__")
"""Methods that the bytes could have called on what is a record from the beginning."""
_HARMLESS = {
    "moto.dynamodb.models.dynamo_type:DynamoType": {"__setitem__"},
    "moto.dynamodb_v20111205.models:DynamoType": {"add"},
}
"""Those of them that change a member of the record itself and nothing else."""


@cache
def shell_of(kind: type) -> type | None:
    """The class of the shell; None for a record that has its class from the beginning.

    That is one whose hash depends on its members: it may be a key of a dictionary that is read before the end.

    Raises:
        NotKept: the class can be treated neither way.
    """
    shell = next((shell for base, shell in _SHELLS if issubclass(kind, base)), None) or _plain_shell(kind)
    if not issubclass(shell, dict | list | set) and _has_hash_of_its_own(kind):
        _check_made_at_once(kind)
        return None
    try:
        probe = shell()
        probe.__class__ = kind
        probe.__class__ = shell  # what a record's class does at its end it does not do for this one
    except TypeError as error:
        raise NotKept(f"a record of {kind.__module__}:{kind.__qualname__} cannot be made again ({error})") from error
    return shell


def _has_hash_of_its_own(kind: Any) -> bool:
    return kind.__hash__ not in (None, object.__hash__)


def _plain_shell(kind: type) -> type:
    """Members must lie in the same place: below a base that has none (``Generic``, ``MutableMapping``), if there is
    one."""
    while kind.__base__ is not None and kind.__base__.__dictoffset__:
        kind = kind.__base__
    known = {object: Shell, Generic: GenericShell}
    return known.get(kind.__base__) or _shell_below(kind.__base__)


@cache
def _shell_below(base: type) -> type:
    made: Any = type(base)("ShellBelow", (base,), {})
    made.__abstractmethods__ = frozenset()
    found: type = made
    return found


def _check_made_at_once(kind: type) -> None:
    harmless = _HARMLESS.get(f"{kind.__module__}:{kind.__qualname__}", set())
    methods = [name for name in _CALLED_WHILE_READING if name not in harmless]
    known = [name for name in methods if any(name in vars(each) for each in kind.__mro__)]
    known += [name for name in dir(kind) if getattr(getattr(kind, name, None), "fset", None)]
    if known or not hasattr(object.__new__(kind), "__dict__"):
        raise NotKept(
            f"{kind.__module__}:{kind.__qualname__} has a hash of its own beside {', '.join(known) or 'slots'}"
        )
