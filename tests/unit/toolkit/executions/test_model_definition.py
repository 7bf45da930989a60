"""The steps of a SageMaker pipeline's definition: what waits for what, in branches too."""

import json
from pathlib import Path

import pytest

from rehearsal.localaws.sagemaker.pipelines import definition, graph
from rehearsal.toolkit.executions import model_definition
from rehearsal.toolkit.executions.model_definition import DeclaredStep

LABS = sorted((Path(__file__).parents[4] / "labs").glob("*/definition*.json"))


@pytest.mark.parametrize("file", LABS, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_every_lab_has_the_edges_by_which_the_embedded_aws_runs_it(file: Path) -> None:
    found = {step.name: frozenset(step.waits) for step in model_definition.steps_of(file.read_text())}
    assert found == graph.edges(definition.parse(file.read_text()))


def test_columns_follow_the_longest_way_and_arrows_that_others_imply_are_left_out() -> None:
    steps = [
        DeclaredStep("a", "Processing", ()),
        DeclaredStep("b", "Training", ("a",)),
        DeclaredStep("c", "Model", ("a", "b")),
    ]
    assert model_definition.columns_of(steps) == {"a": 0, "b": 1, "c": 2}
    assert model_definition.direct(steps) == {"a": (), "b": ("a",), "c": ("b",)}


def test_what_waits_in_a_circle_or_for_what_is_not_there_has_a_column_all_the_same() -> None:
    steps = [DeclaredStep("a", "", ("b",)), DeclaredStep("b", "", ("a",)), DeclaredStep("c", "", ("gone",))]
    assert model_definition.columns_of(steps) == {"a": 0, "b": 0, "c": 0}


def test_a_definition_that_is_none_is_refused() -> None:
    for text in ("no JSON", "{}"):
        with pytest.raises((ValueError, LookupError)):
            model_definition.steps_of(text)
    cached = {"Name": "a", "Type": "Training", "CacheConfig": {"Enabled": True, "ExpireAfter": "P1D"}}
    (step,) = model_definition.steps_of(json.dumps({"Steps": [cached]}))
    assert step.is_cached
