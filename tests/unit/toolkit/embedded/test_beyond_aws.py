"""Lengths of time, links of messages and the usage of permissions, as values."""

from datetime import timedelta

import pytest

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import BadInput, NotThere
from rehearsal.toolkit.embedded import beyond_aws
from rehearsal.toolkit.embedded.beyond_aws import Message


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7d", 604800), ("20m", 1200), ("1h30m", 5400), ("90", 90), ("0.5s", 0.5), ("2w", 1209600), ("1.5h", 5400)],
)
def test_lengths_of_time_are_read(text: str, seconds: float) -> None:
    assert beyond_aws.duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "7 d", "-1d", "d", "1x", "1d2", "one day"])
def test_what_is_no_length_of_time_is_refused_with_examples(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        beyond_aws.duration(text)
    assert "1h30m" in caught.value.next_step


def test_a_message_knows_the_pages_that_it_links_to() -> None:
    text = "Approve or reject: http://127.0.0.1:4566/_approvals/abc-_x\nURL for review: https://example.com/run\n"
    assert Message(1, "a@b.c", "s", "d", text, "f").links == ["http://127.0.0.1:4566/_approvals/abc-_x"]


def test_usage_tells_what_was_used_denied_and_never_used() -> None:
    principal = {
        "arn": "arn:aws:iam::123456789012:role/train",
        "calls": [
            {"action": "s3:GetObject", "resource": "a", "decision": "allowed", "times": 2},
            {"action": "s3:GetObject", "resource": "b", "decision": "allowed", "times": 1},
            {"action": "s3:PutObject", "resource": "b", "decision": "implicitDeny", "times": 1},
        ],
        "statements": [{"unusedActions": ["s3:List*"]}, {"unusedActions": ["s3:List*", "kms:Decrypt"]}],
    }
    found = beyond_aws.usage_of(principal)
    assert found.name == "role/train"
    assert (found.used, found.denied) == ({"s3:GetObject": 3}, {"s3:PutObject": 1})
    assert found.unused == ("s3:List*", "kms:Decrypt")


def test_a_real_account_does_not_offer_it() -> None:
    with pytest.raises(NotThere) as caught:
        beyond_aws.clock(Aws(None, "eu-west-1"))
    assert "only the embedded AWS" in caught.value.what
    assert "rehearse env" in caught.value.next_step
