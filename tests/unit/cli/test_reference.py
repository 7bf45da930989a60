"""The committed pages are those that the commands make, and every command explains itself."""

from pathlib import Path

import pytest

from rehearsal.cli import reference

FOLDER = Path(__file__).parents[3] / "docs" / "cli"


def test_the_pages_are_fresh() -> None:
    committed = {path.name: path.read_text() for path in FOLDER.glob("*.md")}
    assert committed == reference.pages(), "run python -m rehearsal.cli.reference docs/cli"


@pytest.mark.parametrize("name", [name for name in reference.pages() if name != "README.md"])
def test_every_command_has_a_sentence_an_example_and_words_for_each_option(name: str) -> None:
    page = reference.pages()[name]
    assert "Example:" in page
    assert page.splitlines()[2].endswith((".", ";", ":")) or "serves" in page.splitlines()[2]
    bare = [line for line in page.splitlines() if line.startswith("| `") and line.endswith("|  |")]
    assert bare == []
