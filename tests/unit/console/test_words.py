"""How states, times and numbers read."""

from datetime import UTC, datetime

import pytest

from rehearsal.console import words
from rehearsal.toolkit.executions.executions import Status


@pytest.mark.parametrize(
    ("status", "mark"),
    [
        ("CREATE_COMPLETE", "good"), ("UPDATE_ROLLBACK_COMPLETE", "bad"), ("ROLLBACK_IN_PROGRESS", "running"),
        ("REVIEW_IN_PROGRESS", "waiting"), ("DELETE_COMPLETE", "ended"), ("CREATE_FAILED", "bad"),
        ("InService", "good"), ("PendingManualApproval", "waiting"), ("something new", "none"),
    ],
)  # fmt: skip
def test_every_state_has_a_shape(status: str, mark: str) -> None:
    assert words.mark(status) == mark


def test_every_state_of_an_execution_has_one_of_its_own() -> None:
    assert {status: words.mark(status) for status in Status if status is not Status.NOT_STARTED} == {
        Status.IN_PROGRESS: "running", Status.SUCCEEDED: "good", Status.FAILED: "bad", Status.ABANDONED: "ended",
        Status.STOPPING: "running", Status.STOPPED: "ended", Status.SUPERSEDED: "ended", Status.CANCELLED: "ended",
        Status.SKIPPED: "ended",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "text"), [(1.6, "1.6 s"), (59.94, "59.9 s"), (200, "3 min 20 s"), (7500, "2 h 5 min"), (None, "")]
)
def test_durations(seconds: float | None, text: str) -> None:
    assert words.duration(seconds) == text


@pytest.mark.parametrize(("value", "text"), [(0.642527, "0.643"), (1279, "1,279"), (1.797, "1.8"), (None, "")])
def test_numbers_have_three_digits(value: float | None, text: str) -> None:
    assert words.number(value) == text


def test_times_are_utc() -> None:
    at = datetime(2026, 11, 21, 12, 4, 31, tzinfo=UTC)
    assert (words.moment(at), words.clock(at), words.moment(None)) == ("2026-11-21 12:04:31 UTC", "12:04:31", "")


@pytest.mark.parametrize(
    ("count", "text"), [(698, "698 bytes"), (1234, "1.2 kB"), (5e7, "50.0 MB"), (3e12, "3000.0 GB")]
)
def test_sizes(count: float, text: str) -> None:
    assert words.size(count) == text
