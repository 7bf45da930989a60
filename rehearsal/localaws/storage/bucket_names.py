"""Names that S3 gives no bucket: those that break its rules, those that it reserves, and those that somebody has.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
"""

import re
from functools import wraps
from typing import Any

from moto.s3.exceptions import InvalidBucketName, S3ClientError
from moto.s3.models import S3Backend

from rehearsal.localaws.moto_bridge.replacing import replace

_LEGAL = re.compile(r"[a-z0-9](?:[a-z0-9-]|\.(?!\.))*[a-z0-9]")
_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+")
_RESERVED_BEGINNINGS = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_ENDINGS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
_OF_ACCOUNTS_OWN_NAMESPACE = "-an"
TAKEN = frozenset({"test"})
"""Somebody else's for many years. Names are shared by all accounts of the world: of most, AWS alone can tell."""


class Taken(S3ClientError):
    """As moto's BucketAlreadyExists, after which it looks whether the bucket is the caller's: this one is nobody's
    here."""

    code = 409

    def __init__(self, name: str) -> None:
        super().__init__(
            "BucketAlreadyExists",
            "The requested bucket name is not available. The bucket namespace is shared by all users of the system. "
            f"Please select a different name and try again. ({name})",
        )


_moto_create_bucket = S3Backend.create_bucket


def install() -> None:
    """Refuse these names from now on."""
    replace(S3Backend, "create_bucket", _create_bucket)


@wraps(_moto_create_bucket)
def _create_bucket(backend: Any, bucket_name: str, region_name: str, bucket_namespace: str | None = None) -> Any:
    if not may_be_named(bucket_name, has_own_namespace=bucket_namespace is not None):
        raise InvalidBucketName()
    if bucket_name in TAKEN:
        raise Taken(bucket_name)
    return _moto_create_bucket(backend, bucket_name, region_name, bucket_namespace)


def may_be_named(name: str, *, has_own_namespace: bool = False) -> bool:
    """Whether a bucket may have the name. Pure."""
    if not 3 <= len(name) <= 63 or not _LEGAL.fullmatch(name) or _ADDRESS.fullmatch(name):
        return False
    if name.startswith(_RESERVED_BEGINNINGS) or name.endswith(_RESERVED_ENDINGS):
        return False
    return has_own_namespace or not name.endswith(_OF_ACCOUNTS_OWN_NAMESPACE)
