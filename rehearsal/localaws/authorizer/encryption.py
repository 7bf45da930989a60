"""What S3 asks of a KMS key in the caller's name when an object is encrypted with it. Reads moto's state, changes
nothing.

The key aws/s3 needs no permission of the caller's: its own policy lets in whoever comes through S3.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from moto.kms.utils import RESERVED_ALIASE_TARGET_KEY_IDS

from rehearsal.localaws.authorizer import adaptations, resources
from rehearsal.localaws.authorizer.requests import Call, Need
from rehearsal.localaws.authorizer.resources import Place
from rehearsal.localaws.moto_bridge import moto_records

_BY_KMS = ("aws:kms", "aws:kms:dsse")
_OF_AWS = "alias/aws/s3"
_WRITING: Mapping[str, tuple[str, ...]] = {
    "PutObject": ("GenerateDataKey",),
    "CopyObject": ("GenerateDataKey",),
    "CreateMultipartUpload": ("GenerateDataKey", "Decrypt"),
}
"""A multipart upload's parts are read again when they are put together."""


def needs(call: Call) -> Iterator[Need]:
    """The permissions on keys that an S3 call needs beside its own."""
    if call.service != "s3":
        return
    if call.operation in _WRITING:
        for action in _WRITING[call.operation]:
            yield from _to_write(action, call)
    if call.operation == "GetObject":
        yield from _to_read(call.params.get("Bucket"), call.params.get("Key"), call)
    if call.operation in ("CopyObject", "UploadPartCopy"):
        source = adaptations.adapted("s3", call.operation, call.params).get("CopySource", "")
        bucket, _, key = source.partition("/")
        yield from _to_read(bucket, key, call)


def _to_write(action: str, call: Call) -> Iterator[Need]:
    bucket = moto_records.bucket(call.params.get("Bucket"))
    if bucket is not None:
        yield from _need(action, _key_for_writing(call.params, bucket), call, call.account_id, bucket.account_id)


def _to_read(bucket_name: str | None, key: str | None, call: Call) -> Iterator[Need]:
    bucket = moto_records.bucket(bucket_name)
    if bucket is not None:
        yield from _need("Decrypt", _key_of(bucket, key), call, bucket.account_id, bucket.account_id)


def _need(action: str, key_id: str | None, call: Call, account_id: str, owner: str) -> Iterator[Need]:
    """``account_id``: where a key is looked up that is not named by an ARN, the writer's or the bucket's. ``owner`` is
    the bucket's account, whose key aws/s3 is of no use to others."""
    key = resources.kms_key(key_id, Place(call.region, account_id)) if key_id not in (None, _OF_AWS) else None
    if key_id == _OF_AWS or (key is not None and key.id in RESERVED_ALIASE_TARGET_KEY_IDS.values()):
        if owner != call.account_id:
            yield Need(f"kms:{action}", f"arn:aws:kms:{call.region}:{owner}:{_OF_AWS}", {})
    elif key is not None:
        keys = {"kms:viaservice": (f"s3.{call.region}.amazonaws.com",), "kms:calleraccount": (call.account_id,)}
        yield Need(f"kms:{action}", key.arn, keys)


def _key_for_writing(params: Mapping[str, Any], bucket: Any) -> str | None:
    """The key that the request names, or else the bucket's."""
    asked = params.get("ServerSideEncryption")
    if asked:
        return (params.get("SSEKMSKeyId") or _OF_AWS) if asked in _BY_KMS else None
    rule = (bucket.encryption or {}).get("Rule")
    default = (rule or {}).get("ApplyServerSideEncryptionByDefault") or {}
    return (default.get("KMSMasterKeyID") or _OF_AWS) if default.get("SSEAlgorithm") in _BY_KMS else None


def _key_of(bucket: Any, key: str | None) -> str | None:
    found = bucket.keys.get(key)
    if getattr(found, "encryption", None) not in _BY_KMS:  # a delete marker has no encryption
        return None
    return getattr(found, "kms_key_id", None) or _OF_AWS
