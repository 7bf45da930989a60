"""Thirty attendees side by side in one account, as an instructor tries it on her laptop the evening before."""

from pathlib import Path

import pytest

from tests.end_to_end.conftest import Kept


@pytest.mark.parametrize("attendance", [5, pytest.param(30, marks=pytest.mark.full("class"))])
def test_workshops_run_side_by_side(kept: Kept, tmp_path: Path, attendance: int) -> None:
    suffixes = [f"a{number:02}" for number in range(1, attendance + 1)]
    file = tmp_path / "attendees.txt"
    file.write_text("\n".join(suffixes))
    launched = kept.rehearse("class", "launch", "--suffixes", str(file), "--json", timeout=900)
    assert launched.exit_code == 0, launched.err
    attendees = launched.document["attendees"]
    assert [each["suffix"] for each in attendees] == suffixes
    assert {each["status"] for each in attendees} == {"Succeeded"}
    assert len({each["metrics"] for each in attendees}) == 1, "the same data and parameters give the same model"
