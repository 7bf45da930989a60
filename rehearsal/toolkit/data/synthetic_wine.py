"""The sample data: synthetic red wines with the published statistics of the wine-quality data set.

No row is a real wine. Each column follows the minimum, maximum, mean and standard deviation that are published for the
1,599 red wines of P. Cortez, A. Cerdeira, F. Almeida, T. Matos and J. Reis, "Modeling wine preferences by data mining
from physicochemical properties", Decision Support Systems 47 (2009), table 1. Columns are tied where chemistry ties
them (density to alcohol, sugar and acidity; pH to acidity; total to free sulfur dioxide), and the quality score follows
alcohol, sulphates, volatile acidity and total sulfur dioxide with a saturating shape and noise, so that boosted trees
learn something a mean cannot. The rows depend on the seed alone.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]

ROWS = {"train": 1279, "validation": 160, "test": 160}
SEED = 20090601


@dataclass(frozen=True)
class Statistics:
    """What is published of one column, in the column's own unit, and to how many decimals it is measured."""

    name: str
    minimum: float
    maximum: float
    mean: float
    standard_deviation: float
    decimals: int
    skewed: bool = True


FEATURES = (
    Statistics("fixed acidity", 4.6, 15.9, 8.32, 1.74, 1),
    Statistics("volatile acidity", 0.12, 1.58, 0.528, 0.179, 2),
    Statistics("citric acid", 0.0, 1.0, 0.271, 0.195, 2, skewed=False),
    Statistics("residual sugar", 0.9, 15.5, 2.54, 1.41, 1),
    Statistics("chlorides", 0.012, 0.611, 0.0875, 0.0471, 3),
    Statistics("free sulfur dioxide", 1.0, 72.0, 15.87, 10.46, 0),
    Statistics("total sulfur dioxide", 6.0, 289.0, 46.47, 32.90, 0),
    Statistics("density", 0.99007, 1.00369, 0.99675, 0.00189, 5, skewed=False),
    Statistics("pH", 2.74, 4.01, 3.311, 0.154, 2, skewed=False),
    Statistics("sulphates", 0.33, 2.0, 0.658, 0.170, 2),
    Statistics("alcohol", 8.4, 14.9, 10.42, 1.066, 1),
)
QUALITY = Statistics("quality", 3, 8, 5.636, 0.808, 0, skewed=False)
_NOISE = 0.50
"""Standard deviation of what the features do not explain, in points of quality."""


def make(rows: int = sum(ROWS.values()), seed: int = SEED) -> NDArray[np.float64]:
    """``rows`` wines as a table of shape (rows, 12): the quality score first, then the features in ``FEATURES``'
    order."""
    random = np.random.default_rng(seed)
    z = _tied_normals(random.standard_normal((rows, len(FEATURES))))
    features = [_column(statistics, z[:, i]) for i, statistics in enumerate(FEATURES)]
    quality = _quality(z, random.standard_normal(rows))
    return np.column_stack([quality, *features])


def _tied_normals(independent: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard normal columns, tied as the chemistry ties them."""
    z = independent.copy()
    fixed, citric, sugar, free, total, density, ph, alcohol = 0, 2, 3, 5, 6, 7, 8, 10
    z[:, citric] = _mix(z[:, citric], (z[:, fixed], 0.67))
    z[:, total] = _mix(z[:, total], (z[:, free], 0.67))
    z[:, ph] = _mix(z[:, ph], (z[:, fixed], -0.68))
    z[:, density] = _mix(z[:, density], (z[:, fixed], 0.62), (z[:, alcohol], -0.48), (z[:, sugar], 0.35))
    return z


def _mix(own: Column, *others: tuple[Column, float]) -> Column:
    """A standard normal column with the given correlations to other, independent ones."""
    explained = sum(weight**2 for _, weight in others)
    tied: Column = np.sqrt(1 - explained) * own
    for column, weight in others:
        tied = tied + weight * column
    return tied


def _column(statistics: Statistics, z: Column) -> Column:
    """Standard normals bent to a column's mean, deviation and range; a skewed column is log-normal above its
    minimum."""
    if statistics.skewed:
        above = statistics.mean - statistics.minimum
        variance = np.log1p((statistics.standard_deviation / above) ** 2)
        values = statistics.minimum + above * np.exp(np.sqrt(variance) * z - variance / 2)
    else:
        values = statistics.mean + statistics.standard_deviation * z
    return _measured(values, statistics)


def _quality(z: NDArray[np.float64], noise: Column) -> Column:
    """The score: effects that saturate, an interaction, and noise; whole points from 3 to 8."""
    volatile, total, sulphates, alcohol = z[:, 1], z[:, 6], z[:, 9], z[:, 10]
    effect = 0.42 * np.tanh(alcohol) + 0.34 * np.tanh(1.5 * sulphates) - 0.30 * volatile - 0.14 * np.maximum(total, 0)
    effect = effect + 0.12 * alcohol * (sulphates > 0) + 0.07
    return _measured(QUALITY.mean + effect + _NOISE * noise, QUALITY)


def _measured(values: Column, statistics: Statistics) -> Column:
    """Values as they would be measured: within the range, to the column's decimals."""
    return np.clip(values, statistics.minimum, statistics.maximum).round(statistics.decimals)


def write(folder: Path, seed: int = SEED) -> list[Path]:
    """Write ``train/train.csv``, ``validation/validation.csv`` and ``test/test.csv``: label first, no header."""
    table = make(seed=seed)
    written, start = [], 0
    for name, rows in ROWS.items():
        file = folder / name / f"{name}.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        _write_csv(file, table[start : start + rows])
        written.append(file)
        start += rows
    return written


def _write_csv(file: Path, table: NDArray[np.float64]) -> None:
    decimals = [QUALITY.decimals, *(statistics.decimals for statistics in FEATURES)]
    with open(file, "w", newline="") as opened:
        csv.writer(opened, lineterminator="\n").writerows(
            [f"{value:.{places}f}" for value, places in zip(row, decimals, strict=True)] for row in table
        )
