"""Metrics of a problem with several classes: answers are the class (multi:softmax) or the classes' probabilities
(multi:softprob)."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline_job.evaluation.binary import share
from pipeline_job.failure import ConfigurationError

GROUP = "multiclass_classification_metrics"
_SMALLEST = 2.220446049250313e-16


class Multiclass:
    """Counts of actual and predicted classes, and the log loss where there are probabilities."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[int, int]] = Counter()
        self._loss = 0.0
        self._has_probabilities = False

    @classmethod
    def begin(cls, _values: Mapping[str, Any]) -> "Multiclass":
        """Nothing measured yet."""
        return cls()

    @property
    def rows(self) -> int:
        """How many rows were accounted for."""
        return self._counts.total()

    def add(self, labels: Sequence[float], answers: Sequence[bytes]) -> None:
        """Account for rows and their answers."""
        classes = list(map(_class, labels))
        if b"," not in answers[0]:
            self._counts.update(zip(classes, (int(float(answer)) for answer in answers), strict=True))
            return
        self._has_probabilities = True
        table = [list(map(float, answer.split(b","))) for answer in answers]
        self._counts.update((actual, row.index(max(row))) for actual, row in zip(classes, table, strict=True))
        self._loss -= math.fsum(math.log(_probability(row, actual)) for actual, row in zip(classes, table, strict=True))

    def metrics(self) -> dict[str, float]:
        """accuracy and that of always choosing the most frequent class; precision, recall and f1 averaged over the
        classes (macro) and over the rows (weighted); logloss."""
        per_class = self._per_class()
        found = {
            "accuracy": sum(count for (actual, chosen), count in self._counts.items() if actual == chosen) / self.rows
        }
        for name in ("precision", "recall", "f1"):
            found[f"{name}_macro"] = math.fsum(each[name] for each in per_class.values()) / len(per_class)
            found[f"{name}_weighted"] = math.fsum(each[name] * each["rows"] for each in per_class.values()) / self.rows
        found["accuracy_of_majority"] = max(each["rows"] for each in per_class.values()) / self.rows
        return {**found, "logloss": self._loss / self.rows} if self._has_probabilities else found

    def _per_class(self) -> dict[int, dict[str, float]]:
        actual, chosen = Counter[int](), Counter[int]()
        for (one, other), count in self._counts.items():
            actual[one] += count
            chosen[other] += count
        return {
            each: {
                "precision": share(self._counts[each, each], chosen[each]),
                "recall": share(self._counts[each, each], actual[each]),
                "f1": share(2 * self._counts[each, each], chosen[each] + actual[each]),
                "rows": actual[each],
            }
            for each in sorted(actual.keys() | chosen.keys())
        }

    def report(self) -> dict[str, Any]:
        """The confusion matrix (actual, then predicted) and the metrics of each class."""
        per_class = self._per_class()
        matrix = {str(one): {str(other): self._counts[one, other] for other in per_class} for one in per_class}
        return {"confusion_matrix": matrix, "per_class": {str(each): found for each, found in per_class.items()}}

    def state(self) -> dict[str, Any]:
        """For a later call."""
        counts = [[actual, chosen, count] for (actual, chosen), count in self._counts.items()]
        return {"counts": counts, "loss": self._loss, "has_probabilities": self._has_probabilities}

    @classmethod
    def restored(cls, state: dict[str, Any]) -> "Multiclass":
        """As :meth:`state` left it."""
        multiclass = cls()
        multiclass._counts = Counter({(actual, chosen): count for actual, chosen, count in state["counts"]})
        multiclass._loss, multiclass._has_probabilities = state["loss"], state["has_probabilities"]
        return multiclass


def _class(label: float) -> int:
    if not label.is_integer() or label < 0:
        raise ConfigurationError(f"'problem-type' multiclass needs labels 0, 1, 2...; there is a label {label:g}")
    return int(label)


def _probability(row: Sequence[float], actual: int) -> float:
    """Of the actual class, with the row scaled to sum 1 as scikit-learn does; a class that the model does not know is
    impossible."""
    value = row[actual] / sum(row) if actual < len(row) else 0.0
    return min(max(value, _SMALLEST), 1 - _SMALLEST)
