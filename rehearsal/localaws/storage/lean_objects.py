"""Records of S3 objects without what most of them do not have: three quarters of the memory of a small object were
empty members and what stands round its content.

A member as most have it stands in the class; an object has a dictionary with its own members alone, which is small
enough for Python's own pools: larger ones lie in the C library's heap, and each would keep a page of it. Objects that
nobody gave another ACL share one.
"""

import sys
import threading
from collections.abc import Mapping
from functools import cache, wraps
from typing import Any

import moto.s3.models as moto_s3
from moto.s3.models import FakeKey, get_s3_default_key_buffer_size
from moto.utilities.utils import LowercaseDict

from rehearsal.localaws.moto_bridge.replacing import add, around, replace

_USUAL: Mapping[str, Any] = {
    "_etag": None,
    "_expiry": None,
    "_is_versioned": False,
    "_max_buffer_size": get_s3_default_key_buffer_size(),
    "_status": None,
    "_storage_class": "STANDARD",
    "_tick": 0,
    "_transitions": [(None, "IN_PROGRESS"), ("IN_PROGRESS", "RESTORED")],
    "bucket_key_enabled": None,
    "checksum_algorithm": None,
    "checksum_parts": None,
    "checksum_type": None,
    "checksum_value": None,
    "disposed": False,
    "encryption": None,
    "kms_key_id": None,
    "lock_legal_status": None,
    "lock_mode": None,
    "lock_until": None,
    "lock": threading.Lock(),
    "model_name": "s3::keyrestore",
    "multipart": None,
    "partition": "aws",
    "website_redirect_location": None,
}


def install() -> None:
    """Have moto make them so."""
    for name, value in _USUAL.items():
        add(FakeKey, name, value)
    replace(moto_s3, "get_canned_acl", _shared(moto_s3.get_canned_acl))
    around(FakeKey, "__init__", _leaner)
    replace(FakeKey, "__getstate__", _state)
    replace(LowercaseDict, "_keytransform", _shared_name)


def _shared(get_canned_acl: Any) -> Any:
    """moto sets another ACL in place of one; it does not change it."""
    return cache(get_canned_acl)


def _state(key: FakeKey) -> dict[str, Any]:
    """What a copy is made from; moto's own takes the lock out of each object."""
    state = {name: value for name, value in vars(key).items() if name not in ("_value_buffer", "lock")}
    return {**state, "value": b"" if key._value_buffer.closed else key.value}


def _shared_name(_headers: LowercaseDict, name: str) -> str:
    """The names of headers are the same few of all objects."""
    return sys.intern(name.lower())


def _leaner(make: Any) -> Any:
    @wraps(make)
    def made(key: Any, *args: Any, **named: Any) -> None:
        make(key, *args, **named)
        own = key.__dict__
        own["lock"] = _USUAL["lock"]  # held while a buffer is read: one for all is never waited for
        for name in ("account_id", "region_name", "bucket_name"):
            own[name] = own[name] and sys.intern(own[name])
        unusual = [(name, value) for name, value in own.items() if name not in _USUAL or value != _USUAL[name]]
        key.__dict__ = dict(unusual)

    return made
