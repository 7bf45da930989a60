"""Records of S3 objects without what most of them do not have: two thirds of the memory of a small object were empty members.

A member that is None stands in the class; an object has a dictionary with its own members alone. Objects that nobody gave another
ACL share one.
"""

from functools import cache, wraps
from typing import Any

import moto.s3.models as moto_s3
from moto.s3.models import FakeKey

from rehearsal.localaws.moto_bridge.replacing import add, around, replace

_OFTEN_NONE = (
    "_expiry",
    "bucket_key_enabled",
    "checksum_algorithm",
    "checksum_parts",
    "checksum_type",
    "checksum_value",
    "encryption",
    "kms_key_id",
    "lock_legal_status",
    "lock_mode",
    "lock_until",
    "multipart",
    "website_redirect_location",
)


def install() -> None:
    """Have moto make them so."""
    for name in _OFTEN_NONE:
        add(FakeKey, name, None)
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
        key.__dict__ = {name: own[name] for name in own if own[name] is not None or name not in _OFTEN_NONE}

    return made
