"""Metrics of a problem with two classes. Pure.

Labels and predictions are 0 and 1. Where there is no prediction, a probability from the threshold on is a 1; the curves
and the area need probabilities. The constant classifier of AWS's examples answers 1.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehearsal.localaws.checkers.container import CheckFailed
from rehearsal.localaws.checkers.monitor.attributes import Labelled, numbers
from rehearsal.localaws.checkers.monitor.problem import Problem
from rehearsal.localaws.checkers.monitor.shares import BETAS, f_measure, share

_CONSTANT = "best_constant_classifier"
_CURVE_POINTS = 200


@dataclass(frozen=True)
class Answers:
    """Labels and predictions as 0 and 1, and probabilities of 1 where there are any: 2 or 10 bytes a row."""

    labels: NDArray[np.int8]
    predictions: NDArray[np.int8]
    probabilities: NDArray[np.float64] | None

    def __len__(self) -> int:
        return len(self.labels)

    def taken(self, chosen: NDArray[np.intp]) -> "Answers":
        """Some of them."""
        scores = None if self.probabilities is None else self.probabilities[chosen]
        return Answers(self.labels[chosen], self.predictions[chosen], scores)


def read(parts: Iterable[Labelled], threshold: float) -> Answers:
    """The rows of all parts."""
    labels, predictions, probabilities, has_scores = array("b"), array("b"), array("d"), False
    for part in parts:
        labels.extend(_classes(part.labels, "label"))
        scores = None if part.probabilities is None else numbers(part.probabilities, "a probability")
        if scores is not None:
            has_scores = True
            probabilities.extend(scores)
        if part.predictions is not None:
            predictions.extend(_classes(part.predictions, "prediction"))
        elif scores is not None:
            predictions.extend(score >= threshold for score in scores)
    return Answers(
        np.frombuffer(labels or b"", np.int8),
        np.frombuffer(predictions or b"", np.int8),
        np.frombuffer(probabilities or b"", np.float64) if has_scores else None,
    )


def _classes(cells: Sequence[str], what: str) -> list[int]:
    found = numbers([{"true": "1", "false": "0"}.get(cell.lower(), cell) for cell in cells], f"a {what}")
    odd = next((number for number in found if number not in (0, 1)), None)
    if odd is not None:
        raise CheckFailed(f"BinaryClassification needs each {what} to be 0 or 1; there is {odd:g}.")
    return list(map(int, found))


def metrics(rows: Answers) -> dict[str, float]:
    """All metrics; auc (nan with one class only) where there are probabilities."""
    matrix = _matrix(rows)
    (rejected, alarms), (missed, found) = matrix
    size, positives, negatives = len(rows), missed + found, rejected + alarms
    told = {
        **_of(found, found + alarms, positives, (found + rejected) / size),
        **{f"{name}_{_CONSTANT}": value for name, value in _of(positives, size, positives, positives / size).items()},
        "true_positive_rate": share(found, positives),
        "true_negative_rate": share(rejected, negatives),
        "false_positive_rate": share(alarms, negatives),
        "false_negative_rate": share(missed, positives),
    }
    return told if rows.probabilities is None else {**told, "auc": area(rows.labels, rows.probabilities)}


def _of(found: int, chosen: int, actual: int, accuracy: float) -> dict[str, float]:
    plain = {"recall": share(found, actual), "precision": share(found, chosen), "accuracy": accuracy}
    return {**plain, **{name: f_measure(beta, found, chosen, actual) for name, beta in BETAS.items()}}


def _matrix(rows: Answers) -> list[list[int]]:
    """Counts by actual, then predicted class."""
    return [[int(np.sum((rows.labels == one) & (rows.predictions == other))) for other in (0, 1)] for one in (0, 1)]


def area(labels: NDArray[np.int8], scores: NDArray[np.float64]) -> float:
    """Under the ROC curve: the share of pairs in which the positive row has the higher score, ties being half."""
    positives, negatives = scores[labels == 1], np.sort(scores[labels == 0])
    if not len(positives) or not len(negatives):
        return float("nan")
    won = np.searchsorted(negatives, positives, "left") + np.searchsorted(negatives, positives, "right")
    return float(np.sum(won / 2) / (len(positives) * len(negatives)))


def beside(rows: Answers) -> dict[str, Any]:
    """The confusion matrix and, with probabilities, two curves of at most 200 points."""
    matrix = {str(one): {str(other): count for other, count in enumerate(row)} for one, row in enumerate(_matrix(rows))}
    told: dict[str, Any] = {"confusion_matrix": matrix}
    if rows.probabilities is not None and 0 < int(np.sum(rows.labels)) < len(rows):
        alarms, found = _counts_by_cutoff(rows)
        rates = {
            "false_positive_rates": (alarms / alarms[-1]).tolist(),
            "true_positive_rates": (found / found[-1]).tolist(),
        }
        chosen = np.maximum(found + alarms, 1)
        precisions = np.where(found + alarms > 0, found / chosen, 1.0)
        told["receiver_operating_characteristic_curve"] = rates
        told["precision_recall_curve"] = {
            "precisions": precisions.tolist(),
            "recalls": (found / found[-1]).tolist(),
        }
    return told


def _counts_by_cutoff(rows: Answers) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """False alarms and positives found at falling cutoffs, from none to all."""
    assert rows.probabilities is not None
    cutoffs = np.unique(rows.probabilities)[::-1]
    if len(cutoffs) > _CURVE_POINTS:
        cutoffs = cutoffs[np.linspace(0, len(cutoffs) - 1, _CURVE_POINTS).astype(np.intp)]
    sides = []
    for label in (0, 1):
        scores = np.sort(rows.probabilities[rows.labels == label])
        counts = len(scores) - np.searchsorted(scores, cutoffs, "left")
        sides.append(np.concatenate([[0.0], counts]))
    return sides[0], sides[1]


_CONSTRAINED = (
    *("recall", "precision", "accuracy", "true_positive_rate", "true_negative_rate"),
    *("false_positive_rate", "false_negative_rate", *BETAS),
)
PROBLEM = Problem(
    group="binary_classification_metrics",
    constraints_group="binary_classification_constraints",
    read=read,
    metrics=metrics,
    beside=beside,
    constrained=_CONSTRAINED,
    lower_is_better=frozenset({"false_positive_rate", "false_negative_rate"}),
)
