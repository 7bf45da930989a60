"""What leaves the machine tells nothing of who and where."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.toolkit.aws.errors import RehearsalError
from rehearsal.toolkit.parity import redaction, transcript
from rehearsal.toolkit.parity.redaction import Known
from rehearsal.toolkit.parity.transcript import Entry, Transcript

ACCOUNT, KEY, SECRET = "210987654321", "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
KNOWN = Known.of({ACCOUNT: "<account>", KEY: "<secret>", SECRET: "<secret>", "jane": "<caller>", "parity-r1": "<run>"})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (f"arn:aws:iam::{ACCOUNT}:user/jane", "arn:aws:iam::<account>:user/<caller>"),
        ("arn:aws:iam::333322221111:role/theirs", "arn:aws:iam::<account>:role/theirs"),
        ("write to jane.doe@example.com", "write to <e-mail>"),
        ("https://sqs.eu-west-1.amazonaws.com/parity-r1-queue", "<host>/<run>-queue"),
        ("db-1.internal.eu-west-1.amazonaws.com:5432", "<host>"),
        ("lambda.amazonaws.com", "lambda.amazonaws.com"),
        ("AROAEXAMPLEEXAMPLE123 since 2026-11-21T10:00:00Z", "<unique-id> since <time>"),
        ("from 10.1.2.3", "from <address>"),
        (datetime(2026, 11, 21, tzinfo=UTC), "<time>"),
        (b"bytes", "<5 bytes>"),
        ({"SecretAccessKey": SECRET, "NextToken": "abc"}, {"SecretAccessKey": "<secret>", "NextToken": "<secret>"}),
        ({"ResponseMetadata": {"RequestId": "1"}, "Count": 2}, {"Count": 2}),
        ([{"Key": "b"}, {"Key": "a"}], [{"Key": "a"}, {"Key": "b"}]),
    ],
)
def test_who_where_and_when_are_replaced(value: Any, expected: Any) -> None:
    assert redaction.redacted(value, KNOWN) == expected


@given(st.text(alphabet="ab/:.-@ ", max_size=20), st.sampled_from([ACCOUNT, KEY, SECRET]), st.text(max_size=20))
def test_what_is_known_never_passes_wherever_it_stands(before: str, secret: str, after: str) -> None:
    words = redaction.redacted({"Message": before + secret + after}, KNOWN)
    assert secret not in json.dumps(words, ensure_ascii=False)


def one(answer: Any) -> Transcript:
    return Transcript("aws", "1", (Entry("c", "s3", "get_object", 200, "", answer),))


@pytest.mark.parametrize("slip", [f"x{ACCOUNT}", "444455556666", KEY, "someone@example.com", "zz-hidden-word"])
def test_a_transcript_in_which_anything_slipped_through_is_not_written(tmp_path: Path, slip: str) -> None:
    file = tmp_path / "t.json"
    with pytest.raises(RehearsalError, match="was not written"):
        transcript.write(one({"A": slip}), file, [ACCOUNT, "zz-hidden-word"])
    assert not file.exists()


def test_a_transcript_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = one({"A": ["<account>", {"B": 1}], "C": None})
    transcript.write(written, tmp_path / "t.json", [ACCOUNT])
    assert transcript.read(tmp_path / "t.json") == written
