"""Objects encrypted with a KMS key: who reads or writes them needs the key, too."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.localaws.authorizer.support import Role, allow, refusal


@dataclass(frozen=True)
class Encrypted:
    """A bucket whose objects are encrypted with a key, and one object."""

    bucket: str
    key_arn: str


@pytest.fixture
def encrypted(aws: Any, unique: Callable[[str], str]) -> Encrypted:
    bucket, s3 = unique("encrypted"), aws.client("s3")
    arn = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    s3.create_bucket(Bucket=bucket)
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": arn}
    s3.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": default}]},
    )
    s3.put_object(Bucket=bucket, Key="k", Body=b"content")
    return Encrypted(bucket, arn)


def denied(action: str, encrypted: Encrypted, call: Callable[[], Any]) -> None:
    code, message, status = refusal(call)
    assert (code, status) == ("AccessDenied", 403)
    assert f'perform: {action} on resource: "{encrypted.key_arn}" because no identity-based policy' in message


def test_reading_needs_decrypt(role: Callable[..., Role], encrypted: Encrypted) -> None:
    s3 = role(allow("s3:*")).client("s3")
    denied("kms:Decrypt", encrypted, lambda: s3.get_object(Bucket=encrypted.bucket, Key="k"))
    assert s3.head_object(Bucket=encrypted.bucket, Key="k")["ServerSideEncryption"] == "aws:kms"
    s3 = role(allow("s3:*"), allow("kms:Decrypt", encrypted.key_arn)).client("s3")
    assert s3.get_object(Bucket=encrypted.bucket, Key="k")["Body"].read() == b"content"


def test_writing_needs_a_data_key(role: Callable[..., Role], encrypted: Encrypted) -> None:
    s3 = role(allow("s3:*")).client("s3")
    denied("kms:GenerateDataKey", encrypted, lambda: s3.put_object(Bucket=encrypted.bucket, Key="new", Body=b"x"))
    s3 = role(allow("s3:*"), allow("kms:GenerateDataKey", encrypted.key_arn)).client("s3")
    s3.put_object(Bucket=encrypted.bucket, Key="new", Body=b"x")


def test_what_the_request_says_goes_before_the_bucket(role: Callable[..., Role], encrypted: Encrypted) -> None:
    s3 = role(allow("s3:*")).client("s3")
    s3.put_object(Bucket=encrypted.bucket, Key="plain", Body=b"x", ServerSideEncryption="AES256")
    assert s3.get_object(Bucket=encrypted.bucket, Key="plain")["Body"].read() == b"x"


def test_a_copy_needs_the_key_on_both_sides(role: Callable[..., Role], encrypted: Encrypted) -> None:
    s3 = role(allow("s3:*"), allow("kms:GenerateDataKey")).client("s3")
    source = {"Bucket": encrypted.bucket, "Key": "k"}
    denied("kms:Decrypt", encrypted, lambda: s3.copy_object(Bucket=encrypted.bucket, Key="c", CopySource=source))


def test_a_multipart_upload_needs_both(role: Callable[..., Role], encrypted: Encrypted) -> None:
    s3 = role(allow("s3:*"), allow("kms:GenerateDataKey")).client("s3")
    denied("kms:Decrypt", encrypted, lambda: s3.create_multipart_upload(Bucket=encrypted.bucket, Key="m"))


def test_the_key_can_be_bound_to_s3(role: Callable[..., Role], encrypted: Encrypted) -> None:
    via = {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}
    bound = role(allow("s3:*"), allow("kms:Decrypt", encrypted.key_arn, Condition=via))
    assert bound.client("s3").get_object(Bucket=encrypted.bucket, Key="k")["Body"].read() == b"content"
    blob = bytes(200)
    assert refusal(lambda: bound.client("kms").decrypt(CiphertextBlob=blob, KeyId=encrypted.key_arn))[0] == (
        "AccessDeniedException"
    )


def test_deleting_versions_is_a_permission_of_its_own(
    role: Callable[..., Role], aws: Any, unique: Callable[[str], str]
) -> None:
    bucket, s3 = unique("versions"), aws.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket=bucket, Key="k", Body=b"1")["VersionId"]
    named = {"Objects": [{"Key": "k", "VersionId": version}]}
    found = role(allow("s3:DeleteObject")).client("s3").delete_objects(Bucket=bucket, Delete=named)
    assert [(each["Key"], each["Code"]) for each in found["Errors"]] == [("k", "AccessDenied")]
    found = role(allow("s3:DeleteObjectVersion")).client("s3").delete_objects(Bucket=bucket, Delete=named)
    assert [each["VersionId"] for each in found["Deleted"]] == [version]
