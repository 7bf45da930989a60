"""Thirty attendees side by side in one account, as an instructor tries it on her laptop the evening before."""

from pathlib import Path

from tests.end_to_end.conftest import Kept

SUFFIXES = [f"a{number:02}" for number in range(1, 31)]


def test_thirty_workshops_run_side_by_side(kept: Kept, tmp_path: Path) -> None:
    file = tmp_path / "attendees.txt"
    file.write_text("\n".join(SUFFIXES))
    launched = kept.rehearse("class", "launch", "--suffixes", str(file), "--json", timeout=900)
    assert launched.exit_code == 0, launched.err
    attendees = launched.document["attendees"]
    assert [each["suffix"] for each in attendees] == SUFFIXES
    assert {each["status"] for each in attendees} == {"Succeeded"}
    assert len({each["metrics"] for each in attendees}) == 1, "the same data and parameters give the same model"
