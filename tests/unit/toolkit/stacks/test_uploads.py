"""What lies in a bucket with the same content is not put again, and its version counts."""

import base64
import hashlib
from typing import Any

from rehearsal.toolkit.stacks import uploads
from tests.unit.toolkit.fakes import Client, refused

BODY = b"rows"
SAME = base64.b64encode(hashlib.sha256(BODY).digest()).decode()


def put(head: Any) -> tuple[uploads._Put, list[str]]:
    s3 = Client(head_object=head, put_object={"VersionId": "new"})
    done = uploads._put_if_new(s3, "b", "k", BODY)
    return done, [operation for operation, _ in s3.requests]


def test_the_same_content_is_left() -> None:
    done, calls = put({"ChecksumSHA256": SAME, "VersionId": "old"})
    assert (done.version, done.is_new, calls) == ("old", False, ["head_object"])


def test_other_content_and_content_without_a_checksum_are_replaced() -> None:
    for head in ({"ChecksumSHA256": "x", "VersionId": "old"}, {"VersionId": "old", "ETag": '"e"'}):
        done, calls = put(head)
        assert (done.version, done.is_new, calls) == ("new", True, ["head_object", "put_object"])


def test_what_is_not_there_is_put_with_a_checksum() -> None:
    s3 = Client(head_object=refused("404", "HeadObject"), put_object={"VersionId": "new"})
    assert uploads._put_if_new(s3, "b", "k", BODY).is_new
    assert s3.requests[-1][1]["ChecksumAlgorithm"] == "SHA256"
