"""SHAP values by XGBoost's own contributions: exact for trees, and a row's sum with the expected value is the model's
margin.

https://xgboost.readthedocs.io/en/stable/prediction.html; https://arxiv.org/abs/1802.03888
"""

import csv
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from rehearsal.localaws.checkers.clarify.config import Shap
from rehearsal.localaws.checkers.container import CheckFailed


class Contributions:
    """Rows are added; global values are asked. ``table``: where local values are written, if at all."""

    def __init__(self, model: Path, names: Sequence[str], shap: Shap, table: Path | None) -> None:
        self._booster = _booster(model)
        if self._booster.num_features() != len(names):
            raise CheckFailed(
                f"The model takes {self._booster.num_features()} features, and the data set has {len(names)} besides "
                f"the label: {', '.join(names)}."
            )
        self.names, self._shap = tuple(names), shap
        self._open = ExitStack()
        self._table: TextIO | None = None
        if table is not None:
            table.parent.mkdir(parents=True, exist_ok=True)
            self._table = self._open.enter_context(table.open("w", newline=""))
        self._rows, self._sums = 0, np.zeros(0)
        self._all: list[NDArray[np.float32]] = []
        self._expected = np.zeros(0)

    def add(self, columns: Sequence[Sequence[str]], answers: Sequence[Sequence[str]]) -> None:
        """More rows, with the model's answers for the table."""
        values = contributions(self._booster, as_floats(columns, self.names))
        local = values[:, :, :-1]
        self._expected = values[0, :, -1].astype(np.float64)
        if self._table is not None:
            self._write(local, answers)
        self._rows += len(local)
        if self._shap.aggregation == "median":
            self._all.append(local)
            return
        parts = np.abs(local) if self._shap.aggregation == "mean_abs" else np.square(local)
        total = parts.sum(axis=0, dtype=np.float64)
        self._sums = total if not self._sums.size else self._sums + total

    def _write(self, local: NDArray[np.float32], answers: Sequence[Sequence[str]]) -> None:
        assert self._table is not None
        writer = csv.writer(self._table, lineterminator="\n")
        if not self._rows:
            labels = range(local.shape[1])
            writer.writerow([*(f"{name}_label{label}" for label in labels for name in self.names), "predicted_label"])
        for row, answer in zip(local.reshape(len(local), -1).tolist(), answers, strict=True):
            writer.writerow([*row, ",".join(answer)])

    def explanations(self) -> dict[str, Any]:
        """The section of analysis.json, under the name that AWS's files have there."""
        self._open.close()
        if self._shap.aggregation == "median":
            found = np.median(np.concatenate(self._all), axis=0).astype(np.float64)
        else:
            found = self._sums / self._rows
        return {
            "kernel_shap": {
                f"label{label}": {
                    "global_shap_values": dict(zip(self.names, values.tolist(), strict=True)),
                    "expected_value": float(self._expected[label]),
                }
                for label, values in enumerate(found)
            }
        }


def _booster(folder: Path) -> Any:
    from rehearsal.localaws.algorithms.xgboost.serving import Ensemble, ModelError  # only where something is explained

    if not folder.is_dir():
        raise CheckFailed("The model has no artifact to explain: CreateModel got no ModelDataUrl.")
    try:
        boosters = Ensemble.load(folder).boosters
    except ModelError as error:
        raise CheckFailed(
            f"The embedded AWS explains models of XGBoost alone, by their own contributions, and this is none: {error}"
        ) from error
    if len(boosters) != 1:
        raise CheckFailed(
            f"The artifact holds {len(boosters)} models (of a cross-validation); one alone can be explained."
        )
    return boosters[0]


def contributions(booster: Any, rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """For each row, label and feature a share of the margin; the last one is the expected value."""
    import xgboost

    matrix = xgboost.DMatrix(rows, missing=np.nan)
    found: NDArray[np.float32] = booster.predict(matrix, pred_contribs=True, validate_features=False)
    return found if found.ndim == 3 else found[:, np.newaxis, :]


def as_floats(columns: Sequence[Sequence[str]], names: Sequence[str]) -> NDArray[np.float32]:
    """Cells as XGBoost takes them; an empty one is missing.

    Raises:
        CheckFailed: one is a text.
    """
    rows = np.empty((len(columns[0]), len(columns)), np.float32)
    for place, (name, cells) in enumerate(zip(names, columns, strict=True)):
        try:
            rows[:, place] = [float(cell) if cell else np.nan for cell in cells]
        except ValueError as error:
            raise CheckFailed(f"The feature {name} holds a text, which XGBoost does not take: {error}") from None
    return rows
