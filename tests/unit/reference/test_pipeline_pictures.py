"""The pictures of the labs' pipelines are those of their definitions."""

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from rehearsal.localaws.sagemaker.pipelines import definition
from rehearsal.reference import pipeline_pictures
from rehearsal.reference.pipeline_pictures import Place

ROOT = Path(__file__).parents[3]
DEFINITIONS = sorted(ROOT.glob("labs/*/definition*.json"))
SVG = "{http://www.w3.org/2000/svg}"


def test_edges_that_others_imply_are_left_out() -> None:
    waits = {"a": frozenset(), "b": frozenset({"a"}), "c": frozenset({"a", "b"}), "d": frozenset({"a"})}
    assert pipeline_pictures.direct(waits) == {
        "a": frozenset(),
        "b": frozenset({"a"}),
        "c": frozenset({"b"}),
        "d": frozenset({"a"}),
    }


def test_a_step_stands_behind_all_that_it_waits_for() -> None:
    waits = {"a": frozenset(), "b": frozenset({"a"}), "c": frozenset({"b"}), "d": frozenset({"a"})}
    assert pipeline_pictures.placed(waits) == {"a": Place(0, 0), "b": Place(1, 0), "c": Place(2, 0), "d": Place(1, 1)}


@pytest.mark.parametrize("source", DEFINITIONS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_picture_is_fresh_and_has_every_step(source: Path) -> None:
    drawn = pipeline_pictures.file_of(source).read_text()
    assert drawn == pipeline_pictures.picture(source.read_text()), (
        f"run python -m rehearsal.reference.pipeline_pictures {source.relative_to(ROOT)}"
    )
    texts = {each.text for each in ElementTree.fromstring(drawn).iter(f"{SVG}text")}
    assert set(definition.parse(source.read_text()).steps) <= texts


@pytest.mark.parametrize("source", DEFINITIONS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_guide_shows_the_picture(source: Path) -> None:
    assert f"({pipeline_pictures.file_of(source).name})" in source.with_name("README.md").read_text()
