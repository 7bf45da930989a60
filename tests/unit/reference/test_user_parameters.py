"""The reference page is what the schemas say, and the schemas say everything that a reader needs."""

from pathlib import Path

import pytest

from pipeline_job import schema
from pipeline_job.functions import FUNCTIONS
from rehearsal.reference import user_parameters

ROOT = Path(__file__).parents[3]


def test_the_page_is_fresh() -> None:
    page = (ROOT / "docs" / "user-parameters.md").read_text("utf-8")
    assert page == user_parameters.render(), "run python -m rehearsal.reference.user_parameters docs/user-parameters.md"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_key_has_title_description_and_a_fitting_example(function: str) -> None:
    for key, member in schema.load(function)["properties"].items():
        assert member["title"], key
        assert member["description"].endswith("."), key
        examples = member["examples"]
        for example in examples:
            assert list(schema.validate(example, member, unresolved=True)) == [], key
        if "default" in member:
            assert list(schema.validate(member["default"], member)) == [], key
