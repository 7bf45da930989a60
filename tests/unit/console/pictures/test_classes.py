"""Curves of two classes are scikit-learn's; matrix, bars, dots, trials and the graph of steps say what they show."""

from xml.etree import ElementTree

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from rehearsal.console.pictures import classes, confusion, parallel, rows, steps
from rehearsal.console.pictures.parallel import Line
from rehearsal.console.pictures.steps import Node

PAIRS = st.lists(
    st.tuples(st.sampled_from([0.0, 1.0]), st.integers(0, 20).map(lambda value: value / 20)), min_size=2, max_size=60
).filter(lambda pairs: len({label for label, _ in pairs}) == 2)


@given(PAIRS)
def test_the_areas_are_those_of_scikit_learn(pairs: list[tuple[float, float]]) -> None:
    labels, scores = map(numpy.array, zip(*pairs, strict=True))
    found = classes.cuts(pairs)
    total = found[-1]
    roc = [(each.false_positives / total.false_positives, each.true_positives / total.true_positives) for each in found]
    assert classes.area(roc) == pytest.approx(metrics.roc_auc_score(labels, scores))
    recalls = [
        (each.true_positives / total.true_positives, each.true_positives / (each.true_positives + each.false_positives))
        for each in found[1:]
    ]
    assert classes.average_precision(recalls) == pytest.approx(metrics.average_precision_score(labels, scores))
    for drawn in (classes.roc(pairs), classes.precision_recall(pairs), classes.calibration(pairs)):
        assert drawn is not None
        assert ElementTree.fromstring(drawn.svg).get("aria-label") == drawn.words


def test_with_one_class_or_scores_that_are_no_probabilities_there_is_no_picture() -> None:
    one = [(1.0, 0.3), (1.0, 0.9)]
    assert (classes.roc(one), classes.precision_recall(one), classes.calibration(one)) == (None, None, None)
    margins = [(0.0, -2.5), (1.0, 3.1)]
    assert classes.calibration(margins) is None
    assert classes.roc(margins) is not None


def test_bins_hold_mean_score_share_and_rows() -> None:
    (low, high) = classes.bins([(0.0, 0.11), (1.0, 0.13), (1.0, 1.0)])
    assert (round(low.score, 6), low.share, low.rows) == (0.12, 0.5, 2)
    assert (high.score, high.share, high.rows) == (1.0, 1.0, 1)


def test_the_matrix_counts_and_names_the_most_common_mistake() -> None:
    drawn = confusion.matrix({"0": {"0": 90, "1": 10}, "1": {"0": 3, "1": 7}})
    assert drawn is not None
    assert drawn.words == "97 of 110 rows are right; the most common mistake: 10 rows of class 0 are taken for 1"
    texts = [each.text for each in ElementTree.fromstring(drawn.svg).findall("text")]
    assert {"90", "90%", "10", "10%", "30%", "70%"} <= set(texts)
    assert confusion.matrix({}) is None
    assert confusion.matrix({str(name): {} for name in range(confusion.MOST_CLASSES + 1)}) is None


def test_bars_have_the_largest_first_and_dots_the_part_that_is_farthest() -> None:
    bars = rows.bars([("f1", 1.0), ("f0", 3.0)], "gain")
    assert bars is not None
    assert bars.words == "f0 has 75.0% of the gain; 2 features were used"
    assert rows.bars([], "gain") is None
    dots = rows.dots([("red", 40, 0.7), ("<white>", 120, 0.61)], "rmse", 0.64)
    assert dots is not None
    assert dots.words == "rmse is 0.64 over all rows; red with 40 rows is farthest from it: 0.7"
    assert "<white>" not in dots.svg


@pytest.mark.parametrize(("is_maximized", "best"), [(True, "0.9"), (False, "0.2")])
def test_trials_are_lines_over_numbers_and_words_and_the_best_is_strong(is_maximized: bool, best: str) -> None:
    lines = [
        Line("a", {"eta": "0.1", "booster": "dart"}, 0.2),
        Line("b", {"eta": "0.3", "booster": "gbtree"}, 0.9),
        Line("c", {"eta": "0.2", "booster": "gbtree"}, 0.5),
    ]
    drawn = parallel.trials(lines, "auc", is_maximized=is_maximized)
    assert drawn is not None
    assert f"the best auc is {best}" in drawn.words
    shown = ElementTree.fromstring(drawn.svg).findall("polyline")
    assert [each.get("class") for each in shown] == ["trial", "trial", "trial best-trial"]
    assert parallel.trials(lines[:1], "auc", is_maximized=True) is None


def test_the_graph_has_a_box_for_each_step_an_arrow_for_each_wait_and_none_when_there_are_too_many() -> None:
    nodes = [
        Node("Process", "Processing", "Succeeded", 0, ()),
        Node("<b>Train", "Training", "Executing", 1, ("Process",)),
        Node("Register", "RegisterModel", "NotStarted", 2, ("<b>Train", "gone"), "yes"),
    ]
    drawn = steps.graph(nodes)
    assert drawn is not None
    root = ElementTree.fromstring(drawn.svg)
    assert [each.get("class") for each in root.findall("g")] == ["step good", "step running", "step none"]
    assert len([each for each in root.findall("path") if each.get("class") == "arrow"]) == 2
    texts = [each.text for each in root.findall("g/text")]
    assert ("Processing · Succeeded" in texts, "RegisterModel, if yes" in texts) == (True, True)
    assert drawn.words == "3 steps: 1 Succeeded, 1 Executing, 1 Not started"
    assert steps.graph(nodes * steps.MOST_STEPS) is None
