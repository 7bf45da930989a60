"""Names that no bucket gets."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.localaws.storage.bucket_names import may_be_named


@pytest.mark.parametrize(
    "name",
    [
        *("ab", "a" * 64, "Upper", "under_score", "-begins", "ends-", "two..dots", "192.168.5.4"),
        *("xn--abc", "sthree-abc", "amzn-s3-demo-abc"),
        *("abc-s3alias", "abc--ol-s3", "abc.mrap", "abc--x-s3", "abc--table-s3", "abc-an"),
    ],
)
def test_names_that_break_or_meet_a_rule_of_s3(name: str) -> None:
    assert not may_be_named(name)


@pytest.mark.parametrize("name", ["abc", "a" * 63, "with.dot", "1-2-3", "mlops-builtinalgo-data-sde", "my-xn--abc"])
def test_names_that_a_bucket_may_have(name: str) -> None:
    assert may_be_named(name)


def test_a_name_of_an_accounts_own_namespace_may_end_so() -> None:
    assert may_be_named("abc-123456789012-us-east-1-an", has_own_namespace=True)


@pytest.mark.parametrize(("name", "code"), [("xn--abc", "InvalidBucketName"), ("test", "BucketAlreadyExists")])
def test_s3_refuses_them(aws: Any, name: str, code: str) -> None:
    with pytest.raises(ClientError) as raised:
        aws.client("s3").create_bucket(Bucket=name)
    assert raised.value.response["Error"]["Code"] == code
