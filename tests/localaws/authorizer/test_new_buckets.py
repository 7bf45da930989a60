"""Buckets as AWS makes them: no ACLs, no public policies, until their owner says otherwise."""

import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from tests.localaws.authorizer.support import allow, document, refusal

Unique = Callable[[str], str]
ALL = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


@pytest.fixture
def bucket(aws: Any, unique: Unique) -> str:
    name = unique("bucket")
    aws.client("s3").create_bucket(Bucket=name)
    return name


def everybody(bucket: str) -> str:
    return document(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal="*"))


def test_a_new_bucket_is_its_owners_alone(aws: Any, bucket: str) -> None:
    s3 = aws.client("s3")
    owner = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    assert owner == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert block == dict.fromkeys(ALL, True)


@pytest.mark.parametrize(
    "more",
    [
        {"ACL": "public-read"},
        {"ACL": "log-delivery-write"},
        {"GrantRead": 'uri="http://acs.amazonaws.com/groups/global/AllUsers"'},
    ],
)
def test_a_bucket_with_an_acl_needs_another_ownership(aws: Any, unique: Unique, more: dict[str, str]) -> None:
    s3, name = aws.client("s3"), unique("bucket")
    found = refusal(lambda: s3.create_bucket(Bucket=name, **more))
    told = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
    assert found == ("InvalidBucketAclWithObjectOwnership", told, 400)
    s3.create_bucket(Bucket=name, ACL="private")


def test_acls_are_refused_where_the_owner_is_enforced(aws: Any, bucket: str) -> None:
    s3 = aws.client("s3")
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", ACL="bucket-owner-full-control")
    refused = ("AccessControlListNotSupported", "The bucket does not allow ACLs", 400)
    assert refusal(lambda: s3.put_object(Bucket=bucket, Key="k", Body=b"x", ACL="public-read")) == refused
    assert refusal(lambda: s3.put_object_acl(Bucket=bucket, Key="k", ACL="private")) == refused
    assert refusal(lambda: s3.put_bucket_acl(Bucket=bucket, ACL="private")) == refused
    assert refusal(lambda: s3.create_multipart_upload(Bucket=bucket, Key="k", ACL="public-read")) == refused
    assert (
        refusal(lambda: s3.copy_object(Bucket=bucket, Key="l", CopySource=f"{bucket}/k", ACL="public-read")) == refused
    )


def test_public_acls_are_blocked_apart_from_that(aws: Any, bucket: str) -> None:
    s3 = aws.client("s3")
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})
    s3.put_bucket_acl(Bucket=bucket, ACL="private")
    code, message, status = refusal(lambda: s3.put_bucket_acl(Bucket=bucket, ACL="public-read"))
    assert (code, status) == ("AccessDenied", 403)
    assert message.endswith(
        "because public access control lists (ACLs) are prevented by the BlockPublicAcls setting in S3 Block Public "
        "Access."
    )


def test_a_public_policy_needs_the_block_to_be_taken_away(aws: Any, bucket: str) -> None:
    s3 = aws.client("s3")
    s3.put_object(Bucket=bucket, Key="k", Body=b"content")
    code, message, status = refusal(lambda: s3.put_bucket_policy(Bucket=bucket, Policy=everybody(bucket)))
    assert (code, status) == ("AccessDenied", 403)
    assert message == (
        "User: arn:aws:iam::123456789012:user/admin is not authorized to perform: s3:PutBucketPolicy on resource: "
        f'"arn:aws:s3:::{bucket}" '
        "because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access."
    )
    only_restricted = dict.fromkeys(ALL, False) | {"RestrictPublicBuckets": True}
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=only_restricted)
    s3.put_bucket_policy(Bucket=bucket, Policy=everybody(bucket))
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"{aws.url}/{bucket}/k")
    s3.delete_public_access_block(Bucket=bucket)
    with urllib.request.urlopen(f"{aws.url}/{bucket}/k") as response:
        assert response.read() == b"content"


def test_a_policy_that_denies_everybody_is_not_public(aws: Any, bucket: str) -> None:
    only_tls = allow(
        "s3:*",
        [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        Principal="*",
        Condition={"Bool": {"aws:SecureTransport": "false"}},
    )
    aws.client("s3").put_bucket_policy(Bucket=bucket, Policy=document({**only_tls, "Effect": "Deny"}))
