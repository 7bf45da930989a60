"""The metrics equal scikit-learn's, however the rows are cut into batches and calls."""

import json
import math
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from pipeline_job.evaluation.binary import Binary
from pipeline_job.evaluation.multiclass import Multiclass
from pipeline_job.evaluation.ranking import Ranking
from pipeline_job.evaluation.regression import Regression
from pipeline_job.failure import ActionFailed, ConfigurationError

numbers = st.floats(-1e6, 1e6, allow_nan=False, width=32)


def measured(
    begin: Callable[[], Any], restore: Callable[[Any], Any], labels: list[float], answers: list[str], cuts: int
) -> Any:
    """The rows in ``cuts`` batches, each in a call of its own, the state kept as JSON between."""
    metrics, size = begin(), max(1, -(-len(labels) // cuts))
    for start in range(0, len(labels), size):
        metrics.add(labels[start : start + size], [answer.encode() for answer in answers[start : start + size]])
        metrics = restore(json.loads(json.dumps(metrics.state())))
    return metrics


def binary(
    labels: list[float], answers: list[str], cuts: int = 1, objective: str = "binary:logistic", cutoff: float = 0.5
) -> Binary:
    begin = lambda: Binary.begin({"cutoff": cutoff, "objective": objective})  # noqa: E731
    return measured(begin, Binary.restored, labels, answers, cuts)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(numbers, numbers), min_size=2, max_size=60), st.integers(1, 7))
def test_regression_equals_scikit_learn(pairs: list[tuple[float, float]], cuts: int) -> None:
    labels, answers = map(list, zip(*pairs, strict=True))
    found = measured(Regression, Regression.restored, labels, [repr(each) for each in answers], cuts).metrics()
    assert found["rmse"] == pytest.approx(reference.root_mean_squared_error(labels, answers), rel=1e-9, abs=1e-9)
    assert found["mae"] == pytest.approx(reference.mean_absolute_error(labels, answers), rel=1e-9, abs=1e-9)
    assert found["max_error"] == reference.max_error(labels, answers)
    if len(set(labels)) > 1 and found["r2"] > -1e6:
        assert found["r2"] == pytest.approx(reference.r2_score(labels, answers), rel=1e-9, abs=1e-9)


def test_r2_survives_labels_far_from_zero() -> None:
    draw = random.Random(1)
    labels = [1e9 + draw.random() for _ in range(5000)]
    answers = [label + draw.gauss(0, 0.1) for label in labels]
    found = measured(Regression, Regression.restored, labels, list(map(repr, answers)), 9).metrics()
    assert found["r2"] == pytest.approx(reference.r2_score(labels, answers), abs=1e-9)


def test_r2_of_constant_labels_is_undefined() -> None:
    assert math.isnan(measured(Regression, Regression.restored, [3.0, 3.0], ["2", "4"], 1).metrics()["r2"])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 1), st.sampled_from([i / 16 for i in range(17)])), min_size=4, max_size=80),
    st.integers(1, 5),
    st.sampled_from([0.25, 0.5, 0.9]),
)
def test_binary_equals_scikit_learn(pairs: list[tuple[int, float]], cuts: int, cutoff: float) -> None:
    labels, scores = [label for label, _ in pairs], [score for _, score in pairs]
    found = binary([*map(float, labels)], list(map(repr, scores)), cuts, cutoff=cutoff).metrics()
    chosen = [score >= cutoff for score in scores]
    assert found["accuracy"] == pytest.approx(reference.accuracy_score(labels, chosen), abs=1e-12)
    assert found["accuracy_of_majority"] == max(labels.count(0), labels.count(1)) / len(labels)
    assert found["precision"] == pytest.approx(reference.precision_score(labels, chosen, zero_division=0), abs=1e-12)
    assert found["recall"] == pytest.approx(reference.recall_score(labels, chosen, zero_division=0), abs=1e-12)
    assert found["f1"] == pytest.approx(reference.f1_score(labels, chosen, zero_division=0), abs=1e-12)
    assert found["logloss"] == pytest.approx(reference.log_loss(labels, scores, labels=[0, 1]), rel=1e-9, abs=1e-9)
    if len(set(labels)) == 2:
        assert found["auc"] == pytest.approx(reference.roc_auc_score(labels, scores), abs=1e-9)
    else:
        assert math.isnan(found["auc"])


def test_raw_margins_become_probabilities() -> None:
    found = binary([0, 1], ["-2.0", "1.0"], objective="binary:logitraw").metrics()
    assert found["logloss"] == pytest.approx(
        reference.log_loss([0, 1], [1 / (1 + math.exp(2)), 1 / (1 + math.exp(-1))])
    )


def test_labels_that_are_not_binary_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="a label 2"):
        binary([0, 2], ["0.1", "0.2"])


def test_scores_that_are_no_probabilities_are_refused() -> None:
    with pytest.raises(ActionFailed, match="no probability"):
        binary([0, 1], ["0.1", "7.0"])


def scored(count: int, seed: int) -> tuple[list[int], list[float]]:
    draw = random.Random(seed)
    labels = [int(draw.random() < 0.3) for _ in range(count)]
    return labels, [draw.betavariate(2 + label, 4 - label) if draw.random() < 0.9 else 0.25 for label in labels]


@pytest.mark.parametrize("exact_rows", [10**9, 4_000])
def test_auc_of_many_rows_exact_and_sketched(exact_rows: int) -> None:
    labels, scores = scored(20_000, seed=7)
    ranking = Ranking(exact_rows)
    for start in range(0, len(labels), 1_500):
        part = list(zip(labels[start : start + 1_500], scores[start : start + 1_500], strict=True))
        ranking.add([score for label, score in part if label], [score for label, score in part if not label])
        ranking = Ranking.restored(json.loads(json.dumps(ranking.state())))
    found, bound = ranking.auc()
    expected = reference.roc_auc_score(labels, scores)
    assert abs(found - expected) <= (bound + 1e-12 if bound else 1e-9)
    assert (bound == 0) == (exact_rows == 10**9)
    assert abs(found - expected) < 1e-4


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.lists(st.floats(0.01, 1), min_size=4, max_size=4)), min_size=2, max_size=40
    ),
    st.integers(1, 4),
)
def test_multiclass_equals_scikit_learn(pairs: list[tuple[int, list[float]]], cuts: int) -> None:
    labels = [float(label) for label, _ in pairs]
    table = [[value / math.fsum(row) for value in row] for _, row in pairs]
    answers = [",".join(map(repr, row)) for row in table]
    metrics = measured(lambda: Multiclass.begin({}), Multiclass.restored, labels, answers, cuts)
    found, chosen = metrics.metrics(), [row.index(max(row)) for row in table]
    actual = [int(label) for label in labels]
    assert found["accuracy"] == pytest.approx(reference.accuracy_score(actual, chosen))
    assert found["accuracy_of_majority"] == max(map(actual.count, actual)) / len(actual)
    for average in ("macro", "weighted"):
        for name in ("precision", "recall", "f1"):
            compute = getattr(reference, f"{name}_score")
            expected = compute(actual, chosen, average=average, zero_division=0)
            assert found[f"{name}_{average}"] == pytest.approx(expected, abs=1e-12)
    assert found["logloss"] == pytest.approx(reference.log_loss(actual, table, labels=[0, 1, 2, 3]), rel=1e-9)
    matrix = metrics.report()["confusion_matrix"]
    assert sum(sum(row.values()) for row in matrix.values()) == len(labels)


def test_classes_without_probabilities_have_no_logloss() -> None:
    found = measured(lambda: Multiclass.begin({}), Multiclass.restored, [0.0, 1.0], ["0.0", "0.0"], 1).metrics()
    assert found["accuracy"] == 0.5
    assert "logloss" not in found
