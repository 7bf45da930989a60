"""Values of Python's own classes in a snapshot: by name and plain arguments, made again by the functions of this file
alone."""

import datetime
import itertools
import re
import threading
import uuid
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import Path, PosixPath
from typing import Any
from weakref import WeakValueDictionary
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from dateutil.tz import tzutc

Arguments = Callable[[Any], tuple[Any, ...]]


def _by_reduction(thing: Any) -> tuple[Any, ...]:
    arguments: tuple[Any, ...] = thing.__reduce_ex__(2)[1]
    return arguments


def _as_text(thing: Any) -> tuple[Any, ...]:
    return (str(thing),)


def _nothing(_thing: Any) -> tuple[Any, ...]:
    return ()


def _event(is_set: bool) -> threading.Event:
    event = threading.Event()
    if is_set:
        event.set()
    return event


def _der(key: Any) -> tuple[Any, ...]:
    form = serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return (key.private_bytes(*form),)


def _private_key(der: bytes) -> Any:
    return serialization.load_der_private_key(der, password=None)


_KINDS: dict[type, tuple[Arguments, Callable[..., Any]]] = {
    datetime.datetime: (_by_reduction, datetime.datetime),
    datetime.date: (_by_reduction, datetime.date),
    datetime.time: (_by_reduction, datetime.time),
    datetime.timedelta: (_by_reduction, datetime.timedelta),
    datetime.timezone: (_by_reduction, datetime.timezone),
    tzutc: (_nothing, tzutc),
    ZoneInfo: (lambda zone: (zone.key,), ZoneInfo),
    Decimal: (_as_text, Decimal),
    uuid.UUID: (_as_text, uuid.UUID),
    PosixPath: (_as_text, Path),
    IPv4Address: (_as_text, IPv4Address),
    IPv6Address: (_as_text, IPv6Address),
    IPv4Network: (_as_text, IPv4Network),
    IPv6Network: (_as_text, IPv6Network),
    complex: (lambda number: (number.real, number.imag), complex),
    range: (lambda found: (found.start, found.stop, found.step), range),
    slice: (lambda found: (found.start, found.stop, found.step), slice),
    re.Pattern: (lambda found: (found.pattern, found.flags), re.compile),
    itertools.count: (_by_reduction, itertools.count),
    deque: (lambda found: ([*found], found.maxlen), deque),
    type(threading.Lock()): (_nothing, threading.Lock),
    type(threading.RLock()): (_nothing, threading.RLock),
    threading.Condition: (lambda found: (found._lock,), threading.Condition),
    threading.Event: (lambda found: (found.is_set(),), _event),
}
_KEYS = (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey, ed25519.Ed25519PrivateKey)
_PRIVATE_KEY = "private key"
_TABLES: tuple[type, ...] = (OrderedDict, defaultdict, Counter, WeakValueDictionary)
_CLASSES: tuple[type, ...] = (dict, list, set, int, float, str, bool, bytes, OrderedDict, Counter)

_MAKERS = {kind.__qualname__: make for kind, (_, make) in _KINDS.items()} | {_PRIVATE_KEY: _private_key}
_TABLE_BY_NAME = {kind.__qualname__: kind for kind in _TABLES}
_CLASS_BY_NAME = {kind.__qualname__: kind for kind in _CLASSES}


def value(name: str, *arguments: Any) -> Any:
    """A value again."""
    return _MAKERS[name](*arguments)


def table(name: str) -> Any:
    """An empty dictionary of one of Python's own kinds."""
    return _TABLE_BY_NAME[name]()


def plain_class(name: str) -> Any:
    """A class that itself is kept: what a dictionary makes for a key that it lacks."""
    return _CLASS_BY_NAME[name]


def as_value(thing: Any) -> tuple[Any, ...] | None:
    """The name and the arguments of :func:`value`; None for what is none."""
    kind = type(thing)
    known = _KINDS.get(kind)
    if known is not None:
        return kind.__qualname__, *known[0](thing)
    return (_PRIVATE_KEY, *_der(thing)) if isinstance(thing, _KEYS) else None


def is_table(kind: type) -> bool:
    """Whether :func:`table` makes one."""
    return kind in _TABLES


def is_plain_class(kind: type) -> bool:
    """Whether :func:`plain_class` gives it."""
    return kind in _CLASSES
