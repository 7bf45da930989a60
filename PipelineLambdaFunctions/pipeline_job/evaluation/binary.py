"""Metrics of a two-class problem, added up batch by batch; labels are 0 and 1, answers the score of class 1."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline_job.evaluation.ranking import Ranking
from pipeline_job.failure import ActionFailed, ConfigurationError

GROUP = "binary_classification_metrics"
_SMALLEST = 2.220446049250313e-16
"""Probabilities are kept this far from 0 and 1 in logloss, as scikit-learn does."""


class Binary:
    """Counts at the cutoff, the log loss, and the ranking of the scores."""

    def __init__(self, cutoff: float, is_raw: bool, ranking: Ranking | None = None) -> None:
        self._cutoff = cutoff
        self._is_raw = is_raw
        self._ranking = ranking or Ranking()
        self._true_positives = self._false_positives = self._true_negatives = self._false_negatives = 0
        self._loss = 0.0

    @classmethod
    def begin(cls, values: Mapping[str, Any]) -> "Binary":
        """Nothing measured yet."""
        return cls(values["cutoff"], values.get("objective") == "binary:logitraw")

    @property
    def rows(self) -> int:
        """How many rows were accounted for."""
        return self._true_positives + self._false_positives + self._true_negatives + self._false_negatives

    def add(self, labels: Sequence[float], answers: Sequence[bytes]) -> None:
        """Account for rows and their scores."""
        scores = self._scores(answers)
        positives = [score for label, score in zip(labels, scores, strict=True) if label == 1]
        negatives = [score for label, score in zip(labels, scores, strict=True) if label == 0]
        if len(positives) + len(negatives) != len(labels):
            odd = next(label for label in labels if label not in (0, 1))
            raise ConfigurationError(f"'problem-type' binary needs labels 0 and 1; there is a label {odd:g}")
        found = sum(score >= self._cutoff for score in positives)
        alarms = sum(score >= self._cutoff for score in negatives)
        self._true_positives += found
        self._false_negatives += len(positives) - found
        self._false_positives += alarms
        self._true_negatives += len(negatives) - alarms
        self._loss -= math.fsum(map(math.log, map(_inside, positives)))
        self._loss -= math.fsum(map(math.log, (1 - _inside(score) for score in negatives)))
        self._ranking.add(positives, negatives)

    def _scores(self, answers: Sequence[bytes]) -> list[float]:
        scores = list(map(float, answers))
        if self._is_raw:
            scores = list(map(_probability, scores))
        if min(scores) < 0 or max(scores) > 1:
            raise ActionFailed(
                f"a score of {max(scores, key=abs):g} is no probability: is 'problem-type' binary right?"
            )
        return scores

    def metrics(self) -> dict[str, float]:
        """auc (nan with one class only), logloss, accuracy and that of always choosing the more frequent class,
        precision, recall, f1; 0 where a share of nothing is asked."""
        found, missed, alarms = self._true_positives, self._false_negatives, self._false_positives
        return {
            "auc": self._ranking.auc()[0],
            "logloss": self._loss / self.rows,
            "accuracy": (found + self._true_negatives) / self.rows,
            "precision": share(found, found + alarms),
            "recall": share(found, found + missed),
            "f1": share(2 * found, 2 * found + missed + alarms),
            "accuracy_of_majority": max(found + missed, self._true_negatives + alarms) / self.rows,
        }

    def report(self) -> dict[str, Any]:
        """The confusion matrix (actual, then predicted), the cutoff, and how far the auc may be off."""
        matrix = {
            "0": {"0": self._true_negatives, "1": self._false_positives},
            "1": {"0": self._false_negatives, "1": self._true_positives},
        }
        return {"confusion_matrix": matrix, "cutoff": self._cutoff, "auc_error_bound": self._ranking.auc()[1]}

    def state(self) -> dict[str, Any]:
        """For a later call."""
        counts = [self._true_positives, self._false_positives, self._true_negatives, self._false_negatives]
        return {
            "cutoff": self._cutoff,
            "is_raw": self._is_raw,
            "counts": counts,
            "loss": self._loss,
            "ranking": self._ranking.state(),
        }

    @classmethod
    def restored(cls, state: dict[str, Any]) -> "Binary":
        """As :meth:`state` left it."""
        binary = cls(state["cutoff"], state["is_raw"], Ranking.restored(state["ranking"]))
        binary._true_positives, binary._false_positives, binary._true_negatives, binary._false_negatives = state[
            "counts"
        ]
        binary._loss = state["loss"]
        return binary


def share(part: float, whole: float) -> float:
    """0 of nothing, as scikit-learn has it."""
    return part / whole if whole else 0.0


def _inside(score: float) -> float:
    return min(max(score, _SMALLEST), 1 - _SMALLEST)


def _probability(margin: float) -> float:
    return 1 / (1 + math.exp(-margin)) if margin >= 0 else math.exp(margin) / (1 + math.exp(margin))
