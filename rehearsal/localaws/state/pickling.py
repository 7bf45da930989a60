"""Records to bytes and back. Locks are made anew, threads and processes are left out, objects' contents go to a store
of their own.

The bytes are pickle's, for its speed, but they name nothing except the ten functions of :data:`_BUILDERS`: values of
Python's own classes are made from their names and plain arguments, records from the names of their classes, without
calling anything of these. Whatever else they may say, a snapshot is data, not a program.
"""

import gc
import io
import pickle
import queue
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from types import FunctionType
from typing import Any, NamedTuple

from moto.s3.models import FakeKey

from rehearsal.localaws.state import factories, values
from rehearsal.localaws.state.record_classes import RECORD_CLASSES, NotKept, class_named, name_of
from rehearsal.localaws.state.shells import shell_of
from rehearsal.localaws.storage.body import IN_MEMORY_BYTES, FileBody

KEPT_AS = "kept_as"
"""The method of a record that says what is kept in its place: one of a record class."""
KEPT_NAME, OF_KEPT_NAME = "kept_name", "of_kept_name"
"""The name by which a thing is kept that the code itself makes, and the class's function that finds it by this name."""


class Blob(NamedTuple):
    """A content in the store."""

    sha256: str
    size: int


Save = Callable[[bytes | FileBody], Blob]
Locate = Callable[[Blob], Path]
Reduced = tuple[Any, ...]

_LEFT_OUT = (threading.Thread, threading.local, queue.SimpleQueue)
"""What a process has and a record has not: None afterwards."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


# ---------------------------------------------------------------------------------- the functions that a snapshot names


def nothing() -> None:
    """What stands for a thread."""


def record(_name: str) -> Any:
    """A record of the class, without members."""
    raise NotImplementedError  # the reader has its own


def stored_object(_members: dict[str, Any], _content: Any) -> Any:
    """An object of S3, with the content itself or what its file is named and how large it is."""
    raise NotImplementedError  # the reader has its own


def member(class_name: str, name: str) -> Any:
    """A member of an enumeration."""
    return _class(class_name, Enum).__members__[name]


def named_tuple(class_name: str, members: tuple[Any, ...]) -> Any:
    """A tuple of a class of its own."""
    return tuple.__new__(_class(class_name, tuple), members)


def fill(table: dict[Any, Any], state: tuple[dict[str, Any], Any, list[tuple[Any, Any]]]) -> None:
    """What a dictionary of a class of its own holds: its class may show less (an object's last version)."""
    members, factory, items = state
    if members:
        vars(table).update(members)
    if factory is not None:
        table.default_factory = factory  # type: ignore[attr-defined]
    for key, content in items:
        dict.__setitem__(table, key, content)


def found_by_name(class_name: str, name: str) -> Any:
    """What the code itself makes."""
    if class_name.partition(":")[0] not in RECORD_CLASSES:
        raise NotKept(f"{class_name} finds nothing by name")
    return getattr(class_named(class_name), OF_KEPT_NAME)(name)


def _class(name: str, base: type) -> Any:
    found = class_named(name)
    if not issubclass(found, base):
        raise NotKept(f"{name} is no {base.__name__}")
    return found


_BUILDERS: dict[str, Callable[..., Any]] = {
    each.__name__: each
    for each in (
        nothing,
        record,
        stored_object,
        member,
        named_tuple,
        found_by_name,
        fill,
        values.value,
        values.table,
        values.plain_class,
    )
}
"""All that a snapshot may name."""


# ------------------------------------------------------------------------------------------------------------- writing


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO, save: Save) -> None:
        super().__init__(file, protocol=5)
        self._save = save

    def reducer_override(self, thing: Any) -> Any:
        kind = type(thing)
        if kind is FunctionType:
            return NotImplemented if _BUILDERS.get(thing.__name__) is thing else _reduced(factories.place_of(thing))
        if kind is FakeKey:
            return _reduced_object(thing, self._save)
        return (_ways.get(kind) or _way(kind))(thing)


Way = Callable[[Any], Reduced]
_ways: dict[type, Way] = {}
"""How the things of each class that has been met are kept."""


def _way(kind: type) -> Way:
    _ways[kind] = found = _find_way(kind)
    return found


def _find_way(kind: type) -> Way:
    if issubclass(kind, type):
        return _reduced_class
    if issubclass(kind, _LEFT_OUT):
        return lambda _thing: (nothing, ())
    if issubclass(kind, Enum):
        return _reduced_member
    if values.is_table(kind):
        return _reduced_default if kind is defaultdict else _reduced_table
    if hasattr(kind, OF_KEPT_NAME):
        return lambda thing: (found_by_name, (name_of(kind), getattr(thing, KEPT_NAME)))
    if hasattr(kind, KEPT_AS):
        return lambda thing: _reduced(getattr(thing, KEPT_AS)())
    if kind.__module__.partition(".")[0] in ("moto", "rehearsal", "requests"):
        return _reduced_tuple if issubclass(kind, tuple) else _reduced
    return _reduced_value


def _reduced_value(thing: Any) -> Reduced:
    arguments = values.as_value(thing)
    if arguments is None:
        raise NotKept(f"{type(thing).__module__}.{type(thing).__qualname__} is not among what a snapshot holds")
    return values.value, arguments


def _reduced_class(thing: type) -> Reduced:
    if not values.is_plain_class(thing):
        raise NotKept(f"the class {thing.__module__}.{thing.__qualname__} itself is not kept")
    return values.plain_class, (thing.__qualname__,)


def _reduced_member(thing: Enum) -> Reduced:
    return member, (name_of(type(thing)), thing.name)


def _reduced_tuple(thing: tuple[Any, ...]) -> Reduced:
    return named_tuple, (name_of(type(thing)), tuple(thing))


def _reduced_table(thing: Any) -> Reduced:
    return values.table, (type(thing).__qualname__,), None, None, iter([*thing.items()])


def _reduced_default(thing: Any) -> Reduced:
    return values.table, ("defaultdict",), (None, _factory(thing), [*thing.items()]), None, None, fill


def _factory(table: Any) -> Any:
    """What the table calls for a key that it lacks: for a record's class what stands for it."""
    factory = getattr(table, "default_factory", None)
    if not isinstance(factory, type) or values.is_plain_class(factory):
        return factory
    return factories.RecordFactory(name_of(factory))


def _reduced(thing: Any) -> Reduced:
    """Any record."""
    kind: Any = type(thing)
    name, _ = name_of(kind), shell_of(kind)
    if isinstance(thing, dict):
        return record, (name,), (vars(thing), _factory(thing), [*dict.items(thing)]), None, None, fill
    state = thing.__getstate__()
    if not isinstance(state, dict | None):
        raise NotKept(f"{name} keeps more than its members")
    return record, (name,), state, iter([*thing]) if isinstance(thing, list) else None


def _reduced_object(key: FakeKey, save: Save) -> Reduced:
    members = {name: member for name, member in key.__dict__.items() if name not in ("_value_buffer", "lock")}
    body = key._value_buffer
    content = body if isinstance(body, FileBody) else _content_of(body)
    is_inline = isinstance(content, bytes) and len(content) <= IN_MEMORY_BYTES
    return stored_object, (members, content if is_inline else tuple(save(content)))


def _content_of(buffer: io.BytesIO) -> bytes:
    return b"" if buffer.closed else buffer.getvalue()


def dumps(state: Any, save: Save) -> bytes:
    """The records as bytes; contents of objects are given to ``save``. What could not be loaded again is an error here
    already.

    Raises:
        NotKept: for something that no snapshot holds.
    """
    file = io.BytesIO()
    _Pickler(file, save).dump(state)
    pickled = file.getvalue()
    loads(pickled, lambda content: Path(content.sha256))
    return pickled


# ------------------------------------------------------------------------------------------------------------- reading


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, locate: Locate) -> None:
        super().__init__(file)
        self._locate = locate
        self._shells: list[tuple[Any, type]] = []
        self._own = {record.__name__: self._record, stored_object.__name__: self._stored_object}

    def load(self) -> Any:
        loaded = super().load()
        for shell, kind in self._shells:
            shell.__class__ = kind
        self._shells.clear()
        return loaded

    def find_class(self, module: str, name: str) -> Any:
        builder = self._own.get(name) or _BUILDERS.get(name)
        if builder is None or module != _BUILDERS[name].__module__:
            raise pickle.UnpicklingError(f"a snapshot does not name {module}.{name}")
        return builder

    def _record(self, name: str) -> Any:
        return self._made(class_named(name))

    def _made(self, kind: type) -> Any:
        shell = shell_of(kind)
        if shell is None:
            return object.__new__(kind)
        made = shell()
        self._shells.append((made, kind))
        return made

    def _stored_object(self, members: dict[str, Any], content: bytes | tuple[str, int]) -> Any:
        key = self._made(FakeKey)
        vars(key).update(members)
        key._value_buffer = io.BytesIO(content) if isinstance(content, bytes) else self._file(Blob(*content))
        return key

    def _file(self, content: Blob) -> FileBody:
        if not _SHA256.fullmatch(content.sha256):
            raise pickle.UnpicklingError("a content is named by its SHA-256")
        return FileBody(self._locate(content), int(content.size), content.sha256, is_ours=False)


def loads(pickled: bytes, locate: Locate) -> Any:
    """The records again; ``locate`` tells where a content is.

    Raises:
        pickle.UnpicklingError: when the bytes are no snapshot of this program.
        NotKept: when they name a class that is none of a record.
    """
    with _uncollected():
        return _Unpickler(io.BytesIO(pickled), locate).load()


@contextmanager
def _uncollected() -> Iterator[None]:
    """Nothing is garbage while so much is made: looking for it would take longer than the reading."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
