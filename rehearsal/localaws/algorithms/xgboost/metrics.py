"""The evaluation metrics: XGBoost's own by name, and those that the image adds to them, computed here. Pure.

The added ones get predictions as the model answers them (a probability, a class, a row of probabilities). Here we
differ from the image 3.x, whose ``accuracy`` and ``f1`` of a binary model compare a probability with 0 and so are
wrong.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[Any]
Metric = Callable[[Labels, Labels], float]


def split(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """The metrics that XGBoost computes, and those that we do, each in the order given."""
    return [name for name in names if name not in _CLASS_METRICS | _VALUE_METRICS], [
        name for name in names if name in _CLASS_METRICS | _VALUE_METRICS
    ]


def evaluation(names: Sequence[str], objective: str) -> Callable[[NDArray[Any], Any], list[tuple[str, float]]]:
    """The function that XGBoost's ``custom_metric`` takes, for these of our metrics."""

    def evaluate(predictions: NDArray[Any], matrix: Any) -> list[tuple[str, float]]:
        labels, predictions = matrix.get_label().astype(np.float64), predictions.astype(np.float64)
        classes = predicted_classes(predictions, objective)
        return [
            (
                name,
                _CLASS_METRICS[name](labels, classes)
                if name in _CLASS_METRICS
                else _VALUE_METRICS[name](labels, predictions),
            )
            for name in names
        ]

    return evaluate


def predicted_classes(predictions: NDArray[Any], objective: str) -> Labels:
    """The class that an answer of the model means: the likeliest, or the side of the threshold."""
    if predictions.ndim > 1 and predictions.shape[1] > 1:
        return predictions.argmax(axis=1)
    if objective == "binary:logitraw":
        return (predictions > 0).astype(np.float32)
    if objective.startswith(("binary:", "reg:logistic")):
        return (predictions > 0.5).astype(np.float32)
    return predictions


def _accuracy(labels: Labels, classes: Labels) -> float:
    return float(np.mean(labels == classes))


def _per_class(labels: Labels, classes: Labels) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """For each class that occurs: rows rightly given it, rows given it, rows that are of it."""
    names = np.union1d(labels, classes)
    right = np.array([np.sum((labels == name) & (classes == name)) for name in names], dtype=float)
    given = np.array([np.sum(classes == name) for name in names], dtype=float)
    true = np.array([np.sum(labels == name) for name in names], dtype=float)
    return right, given, true


def _ratio(part: NDArray[Any], whole: NDArray[Any]) -> NDArray[Any]:
    """0 where there is nothing to divide by."""
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _balanced_accuracy(labels: Labels, classes: Labels) -> float:
    right, _, true = _per_class(labels, classes)
    return float(np.mean(_ratio(right, true)[true > 0]))


def _precision_macro(labels: Labels, classes: Labels) -> float:
    right, given, _ = _per_class(labels, classes)
    return float(np.mean(_ratio(right, given)))


def _recall_macro(labels: Labels, classes: Labels) -> float:
    right, _, true = _per_class(labels, classes)
    return float(np.mean(_ratio(right, true)))


def _f1_macro(labels: Labels, classes: Labels) -> float:
    right, given, true = _per_class(labels, classes)
    return float(np.mean(_ratio(2 * right, given + true)))


def _binary(labels: Labels, classes: Labels) -> tuple[float, float, float]:
    """Of the class 1: rows rightly given it, rows given it, rows that are of it."""
    if np.any(labels > 1):
        raise ValueError(
            "Target is multiclass but average='binary'. Please choose another metric, f1_macro for instance."
        )
    return float(np.sum((labels == 1) & (classes == 1))), float(np.sum(classes == 1)), float(np.sum(labels == 1))


def _precision(labels: Labels, classes: Labels) -> float:
    right, given, _ = _binary(labels, classes)
    return right / given if given else 0.0


def _recall(labels: Labels, classes: Labels) -> float:
    right, _, true = _binary(labels, classes)
    return right / true if true else 0.0


def _f1_binary(labels: Labels, classes: Labels) -> float:
    right, given, true = _binary(labels, classes)
    return 2 * right / (given + true) if given + true else 0.0


def _mean_squared_error(labels: Labels, predictions: NDArray[Any]) -> float:
    return float(np.mean((labels - predictions) ** 2))


def _r2(labels: Labels, predictions: NDArray[Any]) -> float:
    scatter = float(np.sum((labels - labels.mean()) ** 2))
    residue = float(np.sum((labels - predictions) ** 2))
    return 1 - residue / scatter if scatter else float(residue == 0)


_CLASS_METRICS: dict[str, Metric] = {
    "accuracy": _accuracy,
    "balanced_accuracy": _balanced_accuracy,
    "f1": _f1_macro,
    "f1_binary": _f1_binary,
    "f1_macro": _f1_macro,
    "precision": _precision,
    "precision_macro": _precision_macro,
    "precision_micro": _accuracy,  # of single-label data, micro averages are the accuracy
    "recall": _recall,
    "recall_macro": _recall_macro,
    "recall_micro": _accuracy,
}
_VALUE_METRICS: dict[str, Metric] = {"mse": _mean_squared_error, "r2": _r2}
