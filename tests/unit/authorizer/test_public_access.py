"""Which bucket policies are public."""

from typing import Any

import pytest

from rehearsal.localaws.authorizer.public_access import is_public


@pytest.mark.parametrize(
    ("statement", "public"),
    [
        ({"Principal": "*"}, True),
        ({"Principal": {"AWS": "*"}}, True),
        ({"Principal": {"AWS": ["123456789012", "*"]}}, True),
        ({"Principal": {"AWS": "123456789012"}}, False),
        ({"Principal": {"Service": "logging.s3.amazonaws.com"}}, False),
        ({"Principal": "*", "Effect": "Deny"}, False),
        ({"NotPrincipal": {"AWS": "123456789012"}}, True),
        ({"Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}, True),
        ({"Principal": "*", "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}}, False),
        ({"Principal": "*", "Condition": {"StringLike": {"aws:SourceAccount": "1234*"}}}, True),
        ({"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": ["o-1", "${aws:x}"]}}}, True),
        ({"Principal": "*", "Condition": {"StringNotEquals": {"aws:SourceAccount": "123456789012"}}}, True),
        ({"Principal": "*", "Condition": {"StringEqualsIfExists": {"aws:SourceAccount": "123456789012"}}}, True),
        (
            {
                "Principal": "*",
                "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:cloudfront::123456789012:distribution/*"}},
            },
            False,
        ),
        ({"Principal": "*", "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:topic"}}}, True),
        ({"Principal": "*", "Condition": {"IpAddress": {"aws:SourceIp": "10.1.0.0/16"}}}, False),
        ({"Principal": "*", "Condition": {"IpAddress": {"aws:SourceIp": "0.0.0.0/1"}}}, True),
        ({"Principal": "*", "Condition": {"IpAddress": {"aws:SourceIp": ["10.1.0.0/16", "::/0"]}}}, True),
    ],
)
def test_a_statement_for_everybody_is_public_unless_a_fixed_value_narrows_it(
    statement: dict[str, Any], public: bool
) -> None:
    assert is_public({"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", **statement}]}) is public


@pytest.mark.parametrize(
    "document",
    [None, [], {}, {"Statement": None}, {"Statement": [1]}, {"Statement": {"Effect": "Allow", "Principal": 3}}],
)
def test_what_is_no_policy_is_not_public(document: Any) -> None:
    assert is_public(document) is False
