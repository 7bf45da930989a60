"""Trust policies, as services ask them."""

from typing import Any

import pytest

from rehearsal.localaws.authorizer import trust

LAMBDA = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}


@pytest.mark.parametrize(
    ("statement", "service", "may"),
    [
        (LAMBDA, "lambda.amazonaws.com", True),
        (LAMBDA, "sagemaker.amazonaws.com", False),
        ({**LAMBDA, "Effect": "Deny"}, "lambda.amazonaws.com", False),
        ({**LAMBDA, "Action": "sts:*"}, "lambda.amazonaws.com", True),
        ({**LAMBDA, "Action": "sts:TagSession"}, "lambda.amazonaws.com", False),
        ({**LAMBDA, "Principal": {"AWS": "123456789012"}}, "lambda.amazonaws.com", False),
        (
            {**LAMBDA, "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}},
            "lambda.amazonaws.com",
            True,
        ),
        ({**LAMBDA, "Condition": {"StringEquals": {"aws:SourceAccount": "1"}}}, "lambda.amazonaws.com", False),
        (
            {**LAMBDA, "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:lambda:*:*:function:f"}}},
            "lambda.amazonaws.com",
            True,
        ),
        (
            {**LAMBDA, "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:lambda:*:*:function:g"}}},
            "lambda.amazonaws.com",
            False,
        ),
    ],
)
def test_a_service_may_assume_what_trusts_it(statement: dict[str, Any], service: str, may: bool) -> None:
    found = trust.service_may_assume(
        {"Version": "2012-10-17", "Statement": statement},
        service,
        account_id="123456789012",
        source_arn="arn:aws:lambda:us-east-1:123456789012:function:f",
    )
    assert found is may
