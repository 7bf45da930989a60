"""The committed pages are those that the commands make, and every command explains itself."""

import re
from pathlib import Path

import pytest

from rehearsal.reference import command_line

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "docs" / "cli"


def test_the_pages_are_fresh() -> None:
    committed = {path.name: path.read_text() for path in FOLDER.glob("*.md")}
    assert committed == command_line.pages(), "run python -m rehearsal.reference.command_line docs/cli"


@pytest.mark.parametrize("name", [name for name in command_line.pages() if name != "README.md"])
def test_every_command_has_a_sentence_an_example_and_words_for_each_option(name: str) -> None:
    page = command_line.pages()[name]
    assert "Example:" in page
    sentence = page.split("\n\n")[1]
    assert sentence.endswith((".", ";", ":")) or "serves" in sentence
    bare = [line for line in page.splitlines() if line.startswith("| `") and line.endswith("|  |")]
    assert bare == []


def test_the_examples_name_actions_that_the_pipeline_has() -> None:
    template = (ROOT / "cloudformation" / "builtin-algo-pipeline.yaml").read_text()
    examples = " ".join(page.partition("Example:")[2] for page in command_line.pages().values())
    named = re.findall(r"\b([A-Z]\w+)/([A-Z]\w+)", examples)
    assert ("Approve", "ApproveProd") in named
    for stage, action in named:
        assert f"- Name: {stage}\n" in template
        assert f"- Name: {action}\n" in template
