"""Metrics of a regression. Pure."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehearsal.localaws.checkers.container import CheckFailed
from rehearsal.localaws.checkers.monitor.attributes import Labelled, numbers
from rehearsal.localaws.checkers.monitor.problem import Problem


@dataclass(frozen=True)
class Pairs:
    """Labels and predictions: 16 bytes a row."""

    labels: NDArray[np.float64]
    predictions: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.labels)

    def taken(self, chosen: NDArray[np.intp]) -> "Pairs":
        """Some of them."""
        return Pairs(self.labels[chosen], self.predictions[chosen])


def read(parts: Iterable[Labelled], _threshold: float) -> Pairs:
    """The rows of all parts."""
    labels, predictions = array("d"), array("d")
    for part in parts:
        if part.predictions is None:
            raise CheckFailed("A Regression needs inference_attribute.")
        labels.extend(numbers(part.labels, "a label of a Regression"))
        predictions.extend(numbers(part.predictions, "a prediction of a Regression"))
    return Pairs(np.frombuffer(labels or b"", np.float64), np.frombuffer(predictions or b"", np.float64))


def metrics(rows: Pairs) -> dict[str, float]:
    """mae, mse, rmse, r2 (nan where all labels are equal)."""
    errors = rows.labels - rows.predictions
    mse = float(np.mean(errors**2))
    spread = float(np.sum((rows.labels - np.mean(rows.labels)) ** 2))
    r2 = 1 - float(np.sum(errors**2)) / spread if spread else np.nan
    return {"mae": float(np.mean(np.abs(errors))), "mse": mse, "rmse": float(np.sqrt(mse)), "r2": r2}


PROBLEM = Problem(
    group="regression_metrics",
    constraints_group="regression_constraints",
    read=read,
    metrics=metrics,
    beside=lambda _rows: {},
    constrained=("mae", "mse", "rmse", "r2"),
    lower_is_better=frozenset({"mae", "mse", "rmse"}),
)
