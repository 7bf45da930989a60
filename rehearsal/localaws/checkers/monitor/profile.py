"""What is learnt of each column while batches go by: in memory that does not grow with the rows."""

import math
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rehearsal.localaws.checkers.data.batches import Batch
from rehearsal.localaws.checkers.monitor.cells import FRACTIONAL, INTEGRAL, STRING, UNKNOWN, typed
from rehearsal.localaws.checkers.monitor.kll import Sketch

FEW_VALUES = 120
"""A column with no more values than this is told value by value (the limit of Deequ's column profiles)."""
_EXACT_VALUES = 10_000
_HASHES = 4_096


@dataclass
class Moments:
    """Sum, mean, squares about the mean (merged by Chan's formula) and the ends of numbers."""

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0
    low: float = math.inf
    high: float = -math.inf
    sums: list[float] = field(default_factory=list)

    def add(self, numbers: NDArray[np.float64]) -> None:
        """Account for more numbers, at least one."""
        count, mean = len(numbers), float(np.mean(numbers))
        apart, total = mean - self.mean, self.count + count
        self.squares += float(np.sum((numbers - mean) ** 2)) + apart * apart * self.count * count / total
        self.mean += apart * count / total
        self.sums.append(float(np.sum(numbers)))
        self.low, self.high = min(self.low, float(numbers.min())), max(self.high, float(numbers.max()))
        self.count = total

    @property
    def sum(self) -> float:
        return math.fsum(self.sums)

    @property
    def std_dev(self) -> float:
        """Of all numbers, not of a sample."""
        return math.sqrt(self.squares / self.count) if self.count else 0.0


class Values:
    """How often which text occurred; beyond ten thousand different ones, about how many there are."""

    def __init__(self) -> None:
        self._counts: Counter[str] | None = Counter()
        self._smallest: set[int] = set()

    def add(self, texts: Sequence[str]) -> None:
        """Account for more texts."""
        if self._counts is not None:
            self._counts.update(texts)
            if len(self._counts) <= _EXACT_VALUES:
                return
            texts, self._counts = [*self._counts], None
        self._smallest |= {zlib.crc32(text.encode()) for text in set(texts)}
        if len(self._smallest) > 4 * _HASHES:
            self._smallest = set(sorted(self._smallest)[:_HASHES])

    @property
    def distinct(self) -> int:
        """Exact up to ten thousand; beyond from the smallest hashes, about two in a hundred off."""
        if self._counts is not None:
            return len(self._counts)
        smallest = sorted(self._smallest)[:_HASHES]
        return round((len(smallest) - 1) * 2**32 / smallest[-1])

    def count(self, text: str) -> int:
        """How often a text occurred; 0 where too many different ones did to be counted."""
        return self._counts[text] if self._counts is not None else 0

    @property
    def few(self) -> Counter[str] | None:
        """The counts, where there are few different texts."""
        return self._counts if self._counts is not None and len(self._counts) <= FEW_VALUES else None


@dataclass
class Column:
    """One column."""

    present: int = 0
    integral: int = 0
    fractional: int = 0
    moments: Moments = field(default_factory=Moments)
    sketch: Sketch = field(default_factory=Sketch)
    values: Values = field(default_factory=Values)

    def add(self, cells: Sequence[str]) -> None:
        """Account for more cells."""
        found = typed(cells)
        self.present += len(found.present)
        self.integral += found.integral
        self.fractional += found.fractional
        self.values.add(found.present)
        if len(found.numbers) and self.kind != STRING:
            self.moments.add(found.numbers)
            self.sketch.add(found.numbers)

    @property
    def kind(self) -> str:
        """The inferred type: one text among numbers makes a column of texts."""
        if not self.present:
            return UNKNOWN
        if self.integral + self.fractional < self.present:
            return STRING
        return FRACTIONAL if self.fractional else INTEGRAL

    def share_of(self, kind: str) -> float:
        """The share of cells that can be of a type: a whole number is a fraction too, and any text a text."""
        fitting = {INTEGRAL: self.integral, FRACTIONAL: self.integral + self.fractional}.get(kind, self.present)
        return fitting / self.present if self.present else 1.0


@dataclass
class Profile:
    """All columns of a data set, in the order in which they were met."""

    rows: int = 0
    columns: dict[str, Column] = field(default_factory=dict)
    is_named: bool = True

    def add(self, batch: Batch) -> None:
        """Account for more rows."""
        self.rows += batch.rows
        self.is_named = batch.is_named
        for name, cells in zip(batch.names, batch.columns, strict=True):
            self.columns.setdefault(name, Column()).add(cells)

    def named_after(self, names: Sequence[str]) -> "Profile":
        """Columns that have no name of their own take those of the baseline, one after another."""
        if self.is_named:
            return self
        known = [*names[: len(self.columns)], *list(self.columns)[len(names) :]]
        return Profile(self.rows, dict(zip(known, self.columns.values(), strict=True)))
