"""Records to bytes and back. Locks are made anew, threads and processes are left out, objects' contents go to a store of their own.

Only classes of the embedded AWS, of moto and a few of the standard library are loaded: a snapshot is data, not a program.
"""

import copyreg
import io
import os
import pickle
import queue
import threading
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from moto.s3.models import FakeKey

from rehearsal.localaws.state import local_functions
from rehearsal.localaws.storage.body import FileBody

INLINE_BYTES = 64 * 1024
"""Contents up to here are kept within the snapshot; larger ones are files named by their SHA-256."""


class Blob(NamedTuple):
    """A content in the store."""

    sha256: str
    size: int


Save = Callable[[bytes | FileBody], Blob]
Locate = Callable[[Blob], Path]

_LOCK, _RLOCK = type(threading.Lock()), type(threading.RLock())
_LEFT_OUT = (threading.Thread, threading.local, queue.SimpleQueue)
"""What a process has and a record has not: None afterwards."""
_PRIVATE_KEYS = (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey, ed25519.Ed25519PrivateKey)
_TRUSTED_PACKAGES = ("moto", "rehearsal", "dateutil", "werkzeug", "antlr4", "py_partiql_parser")
_TRUSTED_MODULES = frozenset(
    {
        "_thread",
        "threading",
        "collections",
        "copyreg",
        "datetime",
        "decimal",
        "enum",
        "functools",
        "ipaddress",
        "itertools",
        "pathlib",
        "random",
        "uuid",
        "weakref",
        "zoneinfo",
    }
)
_TRUSTED_BUILTINS = frozenset(
    {"set", "frozenset", "bytearray", "object", "getattr", "complex", "range", "slice", "dict", "list", "tuple"}
)


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO, save: Save) -> None:
        super().__init__(file, protocol=5)
        self._save = save

    def reducer_override(self, thing: Any) -> Any:
        kind = type(thing)
        if kind is FakeKey:
            return _reduced_key(thing, self._save)
        if local_functions.is_local(thing):
            return local_functions.reduced(thing)
        if kind is _LOCK:
            return threading.Lock, ()
        if kind is _RLOCK:
            return threading.RLock, ()
        if isinstance(thing, threading.Condition):
            return threading.Condition, (thing._lock,)  # type: ignore[attr-defined]
        if isinstance(thing, threading.Event):
            return _event, (thing.is_set(),)
        if isinstance(thing, _PRIVATE_KEYS):
            return _private_key, (_der(thing),)
        if isinstance(thing, dict) and _is_special(kind):
            return _reduced_dict(thing)
        if isinstance(thing, WeakValueDictionary):
            return WeakValueDictionary, (), None, None, iter(thing.items())
        return (_nothing, ()) if isinstance(thing, _LEFT_OUT) else NotImplemented


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, locate: Locate) -> None:
        super().__init__(file)
        self._locate = locate

    def find_class(self, module: str, name: str) -> Any:
        if not _is_trusted(module, name):
            raise pickle.UnpicklingError(f"a snapshot does not hold {module}.{name}")
        if name == _restored_key.__name__ and module == __name__:
            return lambda members, content: _restored_key(members, content, self._locate)
        return super().find_class(module, name)


def _is_trusted(module: str, name: str) -> bool:
    if (module, name) == ("re", "_compile"):
        return True
    if module == "builtins":
        return name in _TRUSTED_BUILTINS
    return module in _TRUSTED_MODULES or module.partition(".")[0] in _TRUSTED_PACKAGES


def dumps(state: Any, save: Save) -> bytes:
    """The records as bytes; contents of objects are given to ``save``. What could not be loaded again is an error here already."""
    file = io.BytesIO()
    _Pickler(file, save).dump(state)
    pickled = file.getvalue()
    loads(pickled, lambda content: Path(content.sha256))
    return pickled


def loads(pickled: bytes, locate: Locate) -> Any:
    """The records again; ``locate`` tells where a content is.

    Raises:
        pickle.UnpicklingError: when the bytes are no snapshot of this program.
    """
    return _Unpickler(io.BytesIO(pickled), locate).load()


def _nothing() -> None:
    """What stands for a thread."""


def _event(is_set: bool) -> threading.Event:
    event = threading.Event()
    if is_set:
        event.set()
    return event


def _is_special(kind: type) -> bool:
    """A dictionary of a class of its own, which does not say itself how it is kept."""
    return (
        kind not in (dict, defaultdict, Counter)
        and not issubclass(kind, OrderedDict)
        and "__reduce__" not in vars(kind)
    )


def _reduced_dict(table: dict[Any, Any]) -> tuple[Any, ...]:
    """What the dictionary itself holds: its class may show less (an object's last version) or want other arguments."""
    factory = getattr(table, "default_factory", None)
    state = (vars(table), factory, list(dict.items(table)))
    return copyreg.__newobj__, (type(table),), state, None, None, _fill_dict  # type: ignore[attr-defined]


def _fill_dict(table: dict[Any, Any], state: tuple[dict[str, Any], Any, list[tuple[Any, Any]]]) -> None:
    members, factory, items = state
    vars(table).update(members)
    if factory is not None:
        table.default_factory = factory  # type: ignore[attr-defined]
    for key, value in items:
        dict.__setitem__(table, key, value)


def _der(key: Any) -> bytes:
    encoded: bytes = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return encoded


def _private_key(der: bytes) -> Any:
    return serialization.load_der_private_key(der, password=None)


def _reduced_key(key: FakeKey, save: Save) -> tuple[Any, ...]:
    members = {name: value for name, value in key.__dict__.items() if name not in ("_value_buffer", "lock")}
    body = key._value_buffer
    content: bytes | Blob
    if isinstance(body, FileBody):
        content = save(body)
    else:
        content = _content_of(body)
        content = save(content) if len(content) > INLINE_BYTES else content
    return _restored_key, (members, content)


def _content_of(buffer: Any) -> bytes:
    """The buffer's bytes, without moving a file's position, which a forked process shares with its parent."""
    if buffer.closed:
        return b""
    inner = buffer._file
    if isinstance(inner, io.BytesIO):
        return inner.getvalue()
    inner.flush()
    return os.pread(inner.fileno(), os.fstat(inner.fileno()).st_size, 0)


def _restored_key(members: dict[str, Any], content: bytes | Blob, locate: Locate) -> FakeKey:
    key: FakeKey = FakeKey.__new__(FakeKey)
    FakeKey.__setstate__(key, {**members, "value": content if isinstance(content, bytes) else b""})
    key.__dict__.update(members)  # the size, which setting a value changes
    if isinstance(content, Blob):
        key._value_buffer = FileBody(locate(content), content.size, content.sha256, is_ours=False)
    return key
