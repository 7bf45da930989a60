"""Records of S3 objects without what most of them do not have: two thirds of the memory of a small object were empty
members.

A member as most have it stands in the class; an object has a dictionary with its own members alone, which is small
enough for Python's own pools: larger ones lie in the C library's heap, and each would keep a page of it. Objects that
nobody gave another ACL share one.
"""

from collections.abc import Mapping
from functools import cache, wraps
from typing import Any

import moto.s3.models as moto_s3
from moto.s3.models import FakeKey

from rehearsal.localaws.moto_bridge.replacing import add, around, replace

_USUAL: Mapping[str, Any] = {
    "_etag": None,
    "_expiry": None,
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


def _shared(get_canned_acl: Any) -> Any:
    """moto sets another ACL in place of one; it does not change it."""
    return cache(get_canned_acl)


def _leaner(make: Any) -> Any:
    @wraps(make)
    def made(key: Any, *args: Any, **named: Any) -> None:
        make(key, *args, **named)
        own = key.__dict__
        unusual = [(name, value) for name, value in own.items() if name not in _USUAL or value != _USUAL[name]]
        key.__dict__ = dict(unusual)

    return made
