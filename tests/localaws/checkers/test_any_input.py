"""Whatever a job is given: a check is made, or refused with a sentence."""

import json
import re
from contextlib import suppress
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rehearsal.localaws.checkers.clarify import config
from rehearsal.localaws.checkers.container import CheckFailed
from rehearsal.localaws.checkers.data.batches import numbered
from rehearsal.localaws.checkers.data.formats import parse
from rehearsal.localaws.checkers.monitor.cells import typed
from rehearsal.localaws.checkers.monitor.data_quality import check

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
ANALYSIS = {
    "dataset_type": "text/csv",
    "headers": ["label", "age"],
    "label": "label",
    "label_values_or_threshold": [1],
    "facet": [{"name_or_index": "age", "value_or_threshold": [40]}],
    "methods": {"pre_training_bias": {"methods": ["CI"]}, "shap": {"agg_method": "mean_abs"}},
    "predictor": {"model_name": "m", "label": 0, "initial_instance_count": 1},
}
BASELINE = check([numbered([["1", "a"], ["2", "b"]], ["x", "y"])], None, None)
FORMATS = ("csv", "json", "parquet", "sagemakerCaptureJson", "sagemakerMergeJson", "orc")


def changed(whole: Any, draw: Any) -> Any:
    """A document with one of its values, at any depth, replaced."""
    if isinstance(whole, dict) and whole and draw(st.booleans()):
        name = draw(st.sampled_from(sorted(whole)))
        return {**whole, name: changed(whole[name], draw)}
    if isinstance(whole, list) and whole and draw(st.booleans()):
        return [changed(whole[0], draw), *whole[1:]]
    return draw(JSON)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_an_analysis_is_read_or_refused(data) -> None:
    with suppress(CheckFailed):
        config.parse(changed(ANALYSIS, data.draw), None)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_files_of_a_baseline_are_used_or_refused(data) -> None:
    constraints, statistics = (
        changed(json.loads(json.dumps(each)), data.draw) for each in (BASELINE.constraints, BASELINE.statistics)
    )
    with suppress(CheckFailed):
        check([numbered([["1", "a"]], ["x", "y"])], constraints, statistics)


@given(st.sampled_from(FORMATS), JSON)
def test_a_format_is_read_or_refused(name, options) -> None:
    with suppress(CheckFailed):
        parse(json.dumps({name: options}))


@given(
    st.lists(
        st.sampled_from(["1", "-2", "+3", "0.5", ".5", "5.", "1e3", "", "x", "1 ", "1\n2", "-", "."])
        | st.text(max_size=4)
    )
)
def test_cells_are_typed_together_as_one_by_one(cells) -> None:
    present = [cell for cell in cells if cell]
    whole = [cell for cell in present if re.fullmatch(r"[-+]?[0-9]+", cell)]
    numbers = [cell for cell in present if re.fullmatch(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?", cell)]
    found = typed(cells)
    assert (found.integral, found.fractional) == (len(whole), len(numbers) - len(whole))
    assert list(found.present) == present
    assert found.numbers.tolist() == [float(cell) for cell in numbers if np.isfinite(float(cell))]
