"""The lists of operations in the documentation say what the code offers."""

from pathlib import Path

import pytest

from rehearsal.reference import operations

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize("service", operations.SERVICES)
def test_the_list_in_the_documentation_is_fresh(service: str) -> None:
    page = (DOCS / operations.SERVICES[service].page).read_text()
    assert f"<!-- operations: begin {service} -->\n{operations.listing(service)}<!-- operations: end -->" in page, (
        "run: python -m rehearsal.reference.operations"
    )


def test_an_operation_without_a_method_is_listed_as_refused() -> None:
    real, refused = operations.listing("codepipeline").split("**Refused")
    assert "CreatePipeline" in real
    assert "PutWebhook" in refused
