"""A column that groups are made of (label, facet, group variable), kept in four or eight bytes a row.

A column is *continuous*, so that a value given for it is a threshold, as AWS's library for bias decides: one value is
given, and the column holds fractions, or whole numbers of which at least one in twenty is different. (Here a column of
two numbers never is: AWS's rule takes a label of 0 and 1 in a table of less than 40 rows for continuous, and then finds
nothing positive.) https://github.com/aws/amazon-sagemaker-clarify
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehearsal.localaws.checkers.container import CheckFailed

_MOST_TEXTS = 100_000
_CONTINUOUS_SHARE = 0.05
_MOST_GROUPS = 100


@dataclass(frozen=True)
class Group:
    """Some rows, and how reports call them."""

    name: str
    rows: NDArray[np.bool_]


class Column:
    """Cells are added; groups are asked."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._numbers: dict[str, int] = {}
        self._codes = array("i")
        self._floats: array[float] | None = None

    def add(self, cells: Sequence[str]) -> None:
        """More rows.

        Raises:
            CheckFailed: too many different texts for groups.
        """
        if self._floats is None:
            numbers = self._numbers
            self._codes.extend(numbers.setdefault(cell, len(numbers)) for cell in cells)
            if len(numbers) > _MOST_TEXTS:
                self._floats = array("d", self.as_numbers(f"more than {_MOST_TEXTS} different texts"))
                self._numbers, self._codes = {}, array("i")
            return
        try:
            self._floats.extend(float(cell) if cell else np.nan for cell in cells)
        except ValueError as error:
            raise CheckFailed(f"The column {self.name} has too many values for groups: {error}") from None

    def codes(self) -> NDArray[np.int64]:
        """A number for each row, equal where the cells are."""
        if self._floats is None:
            return np.frombuffer(self._codes or b"", np.int32).astype(np.int64)
        return np.unique(np.frombuffer(self._floats), return_inverse=True)[1].astype(np.int64)

    def as_numbers(self, why: str = "a threshold") -> NDArray[np.float64]:
        """The cells as numbers; an empty one is NaN.

        Raises:
            CheckFailed: one is none.
        """
        if self._floats is not None:
            return np.frombuffer(self._floats)
        values = list(map(_number, self._numbers))
        if None in values:
            text = next(cell for cell, value in zip(self._numbers, values, strict=True) if value is None)
            raise CheckFailed(f"The column {self.name} holds {text!r}, which does not go with {why}.")
        return np.array(values, np.float64)[self.codes()] if values else np.empty(0)

    def is_continuous(self, values: Sequence[Any] | None) -> bool:
        """Whether a value given for the column is a threshold."""
        if values is not None and len(values) > 1:
            return False
        if self._floats is not None:
            return True
        found = [_number(cell) for cell in self._numbers]
        if None in found or len(found) <= 2:
            return False
        if any("." in cell or "e" in cell.lower() for cell in self._numbers):
            return True
        return len(found) >= _CONTINUOUS_SHARE * len(self._codes)

    def group(self, values: Sequence[Any]) -> Group:
        """The rows above a threshold, or with one of some values.

        Raises:
            CheckFailed: the threshold is no number.
        """
        if self.is_continuous(values):
            threshold = _number(str(values[0]))
            if threshold is None:
                raise CheckFailed(f"The column {self.name} is continuous: {values[0]!r} is no threshold for it.")
            numbers = self.as_numbers()
            return Group(f"({threshold}, {float(np.nanmax(numbers, initial=threshold))}]", numbers > threshold)
        return Group(", ".join(map(str, values)), self.rows_of(values))

    def rows_of(self, values: Sequence[Any]) -> NDArray[np.bool_]:
        """The rows with one of some values; numbers are equal however they are written."""
        if self._floats is not None:
            return np.isin(np.frombuffer(self._floats), [float(value) for value in values])
        texts, numbers = set(map(str, values)), {_number(str(value)) for value in values} - {None}
        meant = [code for cell, code in self._numbers.items() if cell in texts or _number(cell) in numbers]
        return np.isin(self.codes(), meant)

    def groups(self) -> list[Group]:
        """One for each value.

        Raises:
            CheckFailed: there are too many.
        """
        if self.is_continuous(None) or len(self._numbers) > _MOST_GROUPS:
            raise CheckFailed(
                f"The facet {self.name} has too many values for a group of each: give value_or_threshold."
            )
        return [self.group([cell]) for cell in sorted(self._numbers)]


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None if cell else np.nan
