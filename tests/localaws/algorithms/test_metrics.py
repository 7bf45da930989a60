"""The metrics that we compute, held against scikit-learn."""

from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics

from rehearsal.localaws.algorithms.xgboost.metrics import evaluation

REFERENCES = {
    "accuracy": sklearn_metrics.accuracy_score,
    "f1": lambda y, p: sklearn_metrics.f1_score(y, p, average="macro", zero_division=0),
    "f1_macro": lambda y, p: sklearn_metrics.f1_score(y, p, average="macro", zero_division=0),
    "f1_binary": lambda y, p: sklearn_metrics.f1_score(y, p, zero_division=0),
    "precision": lambda y, p: sklearn_metrics.precision_score(y, p, zero_division=0),
    "precision_macro": lambda y, p: sklearn_metrics.precision_score(y, p, average="macro", zero_division=0),
    "precision_micro": lambda y, p: sklearn_metrics.precision_score(y, p, average="micro", zero_division=0),
    "recall": lambda y, p: sklearn_metrics.recall_score(y, p, zero_division=0),
    "recall_macro": lambda y, p: sklearn_metrics.recall_score(y, p, average="macro", zero_division=0),
    "recall_micro": lambda y, p: sklearn_metrics.recall_score(y, p, average="micro", zero_division=0),
}


def values(names: list[str], labels: Sequence[float], predictions: np.ndarray, objective: str) -> dict[str, float]:
    matrix = SimpleNamespace(get_label=lambda: np.array(labels, dtype=np.float32))
    return dict(evaluation(names, objective)(predictions, matrix))


@given(st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1, width=32)), min_size=1, max_size=20))
def test_binary_metrics_take_the_side_of_one_half(rows: list[tuple[int, float]]) -> None:
    labels, probabilities = [label for label, _ in rows], np.array([p for _, p in rows], dtype=np.float32)
    found = values([*REFERENCES], labels, probabilities, "binary:logistic")
    classes = (probabilities > 0.5).astype(int)
    for name, reference in REFERENCES.items():
        assert found[name] == pytest.approx(reference(labels, classes)), name


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=20))
def test_multiclass_metrics_take_the_likeliest_class(rows: list[tuple[int, int]]) -> None:
    labels, classes = [label for label, _ in rows], [name for _, name in rows]
    names = ["accuracy", "f1_macro", "precision_macro", "recall_macro", "precision_micro"]
    found = values(names, labels, np.eye(3)[classes], "multi:softprob")
    for name in names:
        assert found[name] == pytest.approx(REFERENCES[name](labels, classes)), name


def test_balanced_accuracy_mse_and_r2() -> None:
    labels, predictions = [0, 0, 1, 1, 1], np.array([0.1, 0.6, 0.7, 0.8, 0.2])
    found = values(["balanced_accuracy", "mse", "r2"], labels, predictions, "binary:logistic")
    assert found["balanced_accuracy"] == pytest.approx(
        sklearn_metrics.balanced_accuracy_score(labels, predictions > 0.5)
    )
    assert found["mse"] == pytest.approx(sklearn_metrics.mean_squared_error(labels, predictions))
    assert found["r2"] == pytest.approx(sklearn_metrics.r2_score(labels, predictions))


def test_binary_metrics_of_many_classes_are_refused() -> None:
    with pytest.raises(ValueError, match="Target is multiclass but average='binary'"):
        values(["f1_binary"], [0, 1, 2], np.array([0.0, 1.0, 2.0]), "multi:softmax")
