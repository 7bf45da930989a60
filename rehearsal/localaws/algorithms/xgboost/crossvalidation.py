"""k-fold cross validation: the folds, and the predictions on the rows that each fold held back. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

PREDICTIONS_FILE = "predictions.csv"

Rows = NDArray[np.int64]


def folds(
    labels: NDArray[Any], fold_count: int, *, rounds: int, stratified: bool, seed: int
) -> Iterator[tuple[Rows, Rows]]:
    """Training and held-back rows, ``fold_count`` times a round; stratified folds share each class evenly."""
    random = np.random.default_rng(seed)
    for _ in range(rounds):
        assigned = _assigned(labels, fold_count, stratified, random)
        for fold in range(fold_count):
            yield np.flatnonzero(assigned != fold), np.flatnonzero(assigned == fold)


def _assigned(labels: NDArray[Any], fold_count: int, stratified: bool, random: np.random.Generator) -> Rows:
    """The fold of each row: rows in random order (by class, where stratified) are dealt out like cards."""
    order = random.permutation(len(labels))
    if stratified:
        order = order[np.argsort(labels[order], kind="stable")]
    assigned = np.empty(len(labels), dtype=np.int64)
    assigned[order] = np.arange(len(labels)) % fold_count
    return assigned


@dataclass
class HeldBackPredictions:
    """What each row was predicted while it was held back, once a round."""

    labels: NDArray[Any]
    classification: bool
    _answers: list[list[float]] = field(init=False)
    _classes: list[list[float]] = field(init=False)

    def __post_init__(self) -> None:
        self._answers = [[] for _ in self.labels]
        self._classes = [[] for _ in self.labels]

    def record(self, rows: Rows, predictions: NDArray[Any]) -> None:
        """Keep the predictions of a fold's held-back rows."""
        likeliest, classes = predictions, predictions > 0.5
        if predictions.ndim > 1:
            classes = predictions.argmax(axis=1)
            likeliest = predictions.max(axis=1)
        for row, answer, name in zip(rows, likeliest, classes, strict=True):
            self._answers[row].append(float(answer))
            self._classes[row].append(float(name))

    def save(self, folder: Path) -> None:
        """Write a line for each row: label, mean prediction, and for classes the one that most rounds gave."""
        folder.mkdir(parents=True, exist_ok=True)
        columns = [self.labels, np.array([np.mean(answers) for answers in self._answers])]
        if self.classification:
            columns.append(np.array([max(sorted(set(names)), key=names.count) for names in self._classes]))
        np.savetxt(folder / PREDICTIONS_FILE, np.column_stack(columns), delimiter=",", fmt="%f")
