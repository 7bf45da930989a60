"""The workshop's data, as samples that have drifted or have not."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from rehearsal.localaws.checkers.data.batches import Batch, numbered
from rehearsal.localaws.checkers.monitor.data_quality import Result, check

_DATA = Path(__file__).parents[3] / "Data"
NAMES = (
    *("quality", "fixed_acidity", "volatile_acidity", "citric_acid", "residual_sugar", "chlorides", "free_sulfur"),
    *("total_sulfur", "density", "ph", "sulphates", "alcohol"),
)


def all_rows() -> list[list[str]]:
    """Label first, as texts."""
    files = (_DATA / part / f"{part}.csv" for part in ("train", "validation", "test"))
    return [row for file in files for row in csv.reader(io.StringIO(file.read_text()))]


def split(rows: Sequence[list[str]], seed: int, size: int) -> tuple[list[list[str]], list[list[str]]]:
    """A random sample of ``size`` rows, and the others."""
    order = np.random.default_rng(seed).permutation(len(rows))
    return [rows[each] for each in order[:size]], [rows[each] for each in order[size:]]


def batch(rows: Sequence[Sequence[str]]) -> Iterator[Batch]:
    """As the checker reads a file with a header."""
    yield numbered(rows, NAMES)


def baseline(rows: Sequence[Sequence[str]]) -> Result:
    """Of a data set."""
    return check(batch(rows), None, None)


def violations(rows: Sequence[Sequence[str]], of: Result) -> list[dict[str, str]]:
    """Of rows against a baseline."""
    found = check(batch(rows), of.constraints, of.statistics).violations
    assert found is not None
    return found


def false_alarms(seeds: range, size: int) -> int:
    """In how many of the draws a sample violates what is suggested from the other rows."""
    rows, alarms = all_rows(), 0
    for seed in seeds:
        sample, others = split(rows, seed, size)
        alarms += bool(violations(sample, baseline(others)))
    return alarms
