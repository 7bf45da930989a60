"""Metrics of a problem with several classes, by their names. Pure.

Averages are weighted by the rows of each class. AWS does not say what its constant classifier answers; in its example
it is the class that comes last, and so it is here.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehearsal.localaws.checkers.container import CheckFailed
from rehearsal.localaws.checkers.monitor.attributes import Labelled
from rehearsal.localaws.checkers.monitor.problem import Problem
from rehearsal.localaws.checkers.monitor.shares import BETAS, f_measure, share

_CONSTANT = "best_constant_classifier"
_MOST_CLASSES = 1_000


@dataclass(frozen=True)
class Classes:
    """Labels and predictions as numbers of names: 8 bytes a row."""

    names: tuple[str, ...]
    labels: NDArray[np.int32]
    predictions: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.labels)

    def taken(self, chosen: NDArray[np.intp]) -> "Classes":
        """Some of them."""
        return Classes(self.names, self.labels[chosen], self.predictions[chosen])

    def matrix(self) -> NDArray[np.int64]:
        """Counts by actual, then predicted class."""
        size = len(self.names)
        counts = np.bincount(self.labels.astype(np.int64) * size + self.predictions, minlength=size * size)
        return counts.reshape(size, size)


def read(parts: Iterable[Labelled], _threshold: float) -> Classes:
    """The rows of all parts. Numbers are one class however they are written: ``1`` and ``1.0``."""
    numbers: dict[str, int] = {}
    labels, predictions = array("i"), array("i")
    for part in parts:
        if part.predictions is None:
            raise CheckFailed("MulticlassClassification needs inference_attribute.")
        for cells, taken in ((part.labels, labels), (part.predictions, predictions)):
            taken.extend(numbers.setdefault(_name(cell), len(numbers)) for cell in cells)
        if len(numbers) > _MOST_CLASSES:
            raise CheckFailed(f"More than {_MOST_CLASSES} classes: is this MulticlassClassification?")
    names = sorted(numbers, key=_in_order)
    order = np.empty(len(names), np.int32)
    for place, name in enumerate(names):
        order[numbers[name]] = place
    return Classes(tuple(names), *(order[np.frombuffer(each or b"", np.int32)] for each in (labels, predictions)))


def _name(cell: str) -> str:
    whole, point, rest = cell.partition(".")
    return whole if point and whole.isdigit() and not rest.strip("0") else cell


def _in_order(name: str) -> tuple[int, float, str]:
    return (0, float(name), "") if name.isdigit() else (1, 0.0, name)


def metrics(rows: Classes) -> dict[str, float]:
    """accuracy and the weighted averages, also of a constant answer."""
    matrix = rows.matrix()
    constant = np.zeros_like(matrix)
    constant[:, -1] = matrix.sum(axis=1)
    return {**_of(matrix), **{f"{name}_{_CONSTANT}": value for name, value in _of(constant).items()}}


def _of(matrix: NDArray[np.int64]) -> dict[str, float]:
    found, actual, chosen = matrix.diagonal().tolist(), matrix.sum(axis=1).tolist(), matrix.sum(axis=0).tolist()
    size = sum(actual)

    def weighted(values: Sequence[float]) -> float:
        return float(np.dot(values, actual)) / size

    return {
        "accuracy": sum(found) / size,
        "weighted_recall": weighted(list(map(share, found, actual))),
        "weighted_precision": weighted(list(map(share, found, chosen))),
        **{
            f"weighted_{name}": weighted(
                [f_measure(beta, *counts) for counts in zip(found, chosen, actual, strict=True)]
            )
            for name, beta in BETAS.items()
        },
    }


def beside(rows: Classes) -> dict[str, Any]:
    """The confusion matrix."""
    matrix = rows.matrix().tolist()
    return {
        "confusion_matrix": {
            one: dict(zip(rows.names, counts, strict=True)) for one, counts in zip(rows.names, matrix, strict=True)
        }
    }


PROBLEM = Problem(
    group="multiclass_classification_metrics",
    constraints_group="multiclass_classification_constraints",
    read=read,
    metrics=metrics,
    beside=beside,
    constrained=("accuracy", "weighted_recall", "weighted_precision", *(f"weighted_{name}" for name in BETAS)),
)
