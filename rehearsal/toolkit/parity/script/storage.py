"""Buckets and objects."""

import json
from typing import Any

from rehearsal.toolkit.parity.calls import Call, Removal
from rehearsal.toolkit.parity.script.common import BUCKET, TAGS


def calls(region: str) -> tuple[Call, ...]:
    """A bucket of the run; ``place`` is how a region other than the oldest is named."""
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": "{region}"}}
    there = {"Bucket": BUCKET}
    public = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": "*",
                    "Action": "s3:GetObject",
                    "Resource": "arn:{partition}:s3:::{prefix}-data/*",
                }
            ],
        }
    )
    elsewhere = public.replace("{prefix}-data", "{prefix}-other")
    return (
        Call(
            "s3-create-bucket", "s3", "create_bucket", {**there, **place}, Removal("delete_bucket", there, None, True)
        ),
        Call("s3-tag-bucket", "s3", "put_bucket_tagging", {**there, "Tagging": {"TagSet": TAGS}}),
        Call("s3-default-ownership", "s3", "get_bucket_ownership_controls", there),
        Call("s3-default-public-access", "s3", "get_public_access_block", there),
        Call("s3-default-encryption", "s3", "get_bucket_encryption", there),
        Call(
            "s3-version-it", "s3", "put_bucket_versioning", {**there, "VersioningConfiguration": {"Status": "Enabled"}}
        ),
        Call("s3-put", "s3", "put_object", {**there, "Key": "rows.csv", "Body": b"5,1,2\n6,2,3\n"}),
        Call("s3-head", "s3", "head_object", {**there, "Key": "rows.csv"}),
        Call("s3-get-range", "s3", "get_object", {**there, "Key": "rows.csv", "Range": "bytes=0-4"}),
        Call("s3-get-bad-range", "s3", "get_object", {**there, "Key": "rows.csv", "Range": "bytes=99-100"}),
        Call("s3-get-missing", "s3", "get_object", {**there, "Key": "nope"}),
        Call("s3-head-missing", "s3", "head_object", {**there, "Key": "nope"}),
        Call("s3-list", "s3", "list_objects_v2", {**there, "Prefix": "rows"}),
        Call("s3-acl-refused", "s3", "put_object", {**there, "Key": "p", "Body": b"x", "ACL": "public-read"}),
        Call("s3-public-policy-refused", "s3", "put_bucket_policy", {**there, "Policy": public}),
        Call("s3-policy-of-another-bucket", "s3", "put_bucket_policy", {**there, "Policy": elsewhere}),
        Call("s3-no-policy", "s3", "get_bucket_policy", there),
        Call("s3-delete-full-bucket", "s3", "delete_bucket", there),
        _refused("s3-reserved-name", "xn--{prefix}", place),
        _refused("s3-bad-name", "{prefix}..x", place),
        _refused("s3-capital-name", "{prefix}-Data", place),
        Call("s3-missing-bucket", "s3", "list_objects_v2", {"Bucket": "{prefix}-nowhere"}),
    )


def _refused(name: str, bucket: str, place: dict[str, Any]) -> Call:
    """A name that S3 refuses; an account that takes it must not keep the bucket."""
    return Call(name, "s3", "create_bucket", {"Bucket": bucket, **place}, Removal("delete_bucket", {"Bucket": bucket}))
