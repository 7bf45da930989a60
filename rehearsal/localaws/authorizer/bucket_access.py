"""Buckets as S3 has made them since April 2023: without ACLs (BucketOwnerEnforced), and with Block Public Access on.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html
"""

import json
from collections.abc import Mapping
from typing import Any

from rehearsal.localaws.authorizer import public_access
from rehearsal.localaws.authorizer.denials import Denial
from rehearsal.localaws.moto_bridge import moto_records

ENFORCED = "BucketOwnerEnforced"
POSTED = "rehearsal.posted"
"""WSGI key of a PutObject that came as an HTML form."""
_OWNERS_OWN = "bucket-owner-full-control"
_GRANTS = ("GrantFullControl", "GrantRead", "GrantReadACP", "GrantWrite", "GrantWriteACP")
_WRITING = frozenset({"PutObject", "CopyObject", "CreateMultipartUpload"})
_NO_ACLS = Denial(400, "AccessControlListNotSupported", "The bucket does not allow ACLs")
_NO_ACL_AT_CREATION = Denial(
    400,
    "InvalidBucketAclWithObjectOwnership",
    "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
)
_BY_POLICY = "public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access."
_BY_ACL = "public access control lists (ACLs) are prevented by the BlockPublicAcls setting in S3 Block Public Access."


def refusal(operation: str, params: Mapping[str, Any], caller_arn: str) -> Denial | None:
    """The answer to a request for an ACL or a policy that the bucket does not take; None for all others."""
    if operation == "CreateBucket":
        is_enforced = params.get("ObjectOwnership") in (None, ENFORCED)
        return _NO_ACL_AT_CREATION if is_enforced and _sets_acl(params, {"private", _OWNERS_OWN}) else None
    bucket = moto_records.bucket(params.get("Bucket"))
    if bucket is None:
        return None
    if operation == "PutBucketPolicy":
        blocks = _blocks(bucket, "block_public_policy")
        return _prevented(operation, bucket, caller_arn, _BY_POLICY) if blocks and _is_public(params) else None
    if operation in _WRITING or operation in ("PutObjectAcl", "PutBucketAcl"):
        return _of_acl(operation, params, bucket, caller_arn)
    return None


def _of_acl(operation: str, params: Mapping[str, Any], bucket: Any, caller_arn: str) -> Denial | None:
    sets = _sets_acl(params, {_OWNERS_OWN}) or (operation not in _WRITING and params.get("ACL") is None)
    if bucket.ownership_rule == ENFORCED:
        return _NO_ACLS if sets else None
    if _blocks(bucket, "block_public_acls") and _is_public_acl(params):
        return _prevented(operation, bucket, caller_arn, _BY_ACL)
    return None


def _sets_acl(params: Mapping[str, Any], harmless: set[str]) -> bool:
    return params.get("ACL", _OWNERS_OWN) not in harmless or any(params.get(name) for name in _GRANTS)


def _is_public_acl(params: Mapping[str, Any]) -> bool:
    grants = json.dumps([params.get(name) for name in (*_GRANTS, "AccessControlPolicy")], default=str)
    return params.get("ACL") in public_access.PUBLIC_ACLS or any(
        each in grants for each in public_access.PUBLIC_GRANTEES
    )


def _is_public(params: Mapping[str, Any]) -> bool:
    policy = params.get("Policy") or "{}"
    try:
        return public_access.is_public(json.loads(policy))
    except ValueError:
        return False  # what is no policy is refused as such


def _blocks(bucket: Any, setting: str) -> bool:
    return bucket.public_access_block is not None and bool(getattr(bucket.public_access_block, setting))


def is_closed_to_everybody(bucket: Any) -> bool:
    """Whether the bucket's policy counts for nobody outside the account (RestrictPublicBuckets)."""
    return _blocks(bucket, "restrict_public_buckets")


def _prevented(operation: str, bucket: Any, caller_arn: str, why: str) -> Denial:
    told = f'User: {caller_arn} is not authorized to perform: s3:{operation} on resource: "{bucket.arn}" because {why}'
    return Denial(403, "AccessDenied", told)
