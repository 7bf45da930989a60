from pathlib import Path

from rehearsal.reference import conformance

PAGE = Path(__file__).parents[3] / "docs" / "conformance.md"


def test_the_page_counts_what_the_tables_have():
    fresh = conformance.rewritten(PAGE.read_text())
    assert PAGE.read_text() == fresh, "run python -m rehearsal.reference.conformance"
    assert "| Step Functions |" in fresh
