"""Differences are told by call and field."""

from pathlib import Path
from typing import Any

import pytest

from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.parity import comparison, paid, script, transcript
from rehearsal.toolkit.parity.calls import Call, Names
from rehearsal.toolkit.parity.comparison import Difference
from rehearsal.toolkit.parity.transcript import Entry, Transcript

NAMES = Names("r1", "210987654321", "eu-west-1", "aws", "1.dkr.ecr.eu-west-1.amazonaws.com/x:1")
EVERY = (*script.free("eu-west-1"), *paid.paid())


def of(*entries: Entry) -> Transcript:
    return Transcript("aws", "1", entries)


def entry(name: str, answer: Any, status: int = 200, error: str = "") -> Entry:
    return Entry(name, "s3", "op", status, error, answer)


def test_what_is_alike_differs_in_nothing() -> None:
    one = of(entry("a", {"B": [{"C": 1}]}), entry("e", {}))
    assert comparison.differences(one, one) == []


def test_a_field_an_error_and_a_call_that_was_not_made_are_named() -> None:
    recorded = of(
        entry("a", {"B": [{"C": 1}], "D": "x"}), entry("refused", {"Message": "no"}, 400, "Bad"), entry("gone", {})
    )
    here = of(entry("a", {"B": [{"C": 2}], "E": "y"}), entry("refused", {"Location": "/"}))
    assert comparison.differences(recorded, here) == [
        Difference("a", "B[0].C", 1, 2),
        Difference("a", "D", "x", comparison.ABSENT),
        Difference("a", "E", comparison.ABSENT, "y"),
        Difference("refused", "status", 400, 200),
        Difference("refused", "error", "Bad", ""),
        Difference("refused", "Message", "no", comparison.ABSENT),
        Difference("refused", "Location", comparison.ABSENT, "/"),
        Difference("gone", "call", "made", comparison.ABSENT),
    ]


@pytest.mark.parametrize("text", ["", "{}", '{"format": 99}', '{"format": 1, "entries": [{}]}'])
def test_what_is_no_transcript_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.json").write_text(text)
    with pytest.raises(BadInput):
        transcript.read(tmp_path / "t.json")


def test_every_name_of_a_call_is_its_own() -> None:
    names = [call.name for call in EVERY]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("call", EVERY, ids=lambda call: call.name)
def test_what_a_call_makes_carries_the_run_and_is_removed_by_its_name(call: Call) -> None:
    """Nothing that is not the run's own is ever made or deleted."""
    if not call.operation.startswith(("create_", "put_rule", "run_")):
        return
    assert call.removal is not None or call.name.endswith(
        ("-again", "-parameters", "-configuration", "-too-early", "-parameter")
    )
    if call.removal is not None:
        removal = {
            **NAMES.fill(call.removal.params),
            **NAMES.fill(call.removal.found_by[1] if call.removal.found_by else {}),
        }
        assert all(NAMES.prefix in str(value) for value in removal.values()), removal


def test_only_what_is_charged_is_marked_and_the_free_script_has_none() -> None:
    assert not any(call.is_paid for call in script.free("us-east-1"))
    assert all(call.is_paid for call in paid.paid())
    free = {call.operation for call in script.free("us-east-1") if call.service == "sagemaker"}
    assert "create_training_job" not in free
