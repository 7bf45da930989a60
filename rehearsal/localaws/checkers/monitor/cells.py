"""The type of cells: whole numbers, fractions, other texts. Pure.

A batch of cells is looked at as one text, so that a million of them take a second.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

INTEGRAL, FRACTIONAL, STRING, UNKNOWN = "Integral", "Fractional", "String", "Unknown"
NUMERIC = (INTEGRAL, FRACTIONAL)
_WHOLE = r"[-+]?+[0-9]++"
_NUMBER = r"[-+]?+(?:[0-9]++\.?+[0-9]*+|\.[0-9]++)(?:[eE][-+]?+[0-9]++)?+"
_ALL_WHOLE, _ALL_NUMBERS = (re.compile(rf"(?:{each}\n)*+") for each in (_WHOLE, _NUMBER))
_ONE_WHOLE, _ONE_NUMBER = (re.compile(each) for each in (_WHOLE, _NUMBER))


@dataclass(frozen=True)
class Typed:
    """Cells that are not empty, counted by type, and the numbers among them."""

    present: Sequence[str]
    integral: int = 0
    fractional: int = 0
    numbers: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))


def typed(cells: Sequence[str]) -> Typed:
    """The types of a batch's cells."""
    present = cells if all(cells) else [cell for cell in cells if cell]
    text = "\n".join(present) + "\n" if present else ""
    if text.count("\n") != len(present):  # a cell of several lines
        text = "\n\n"
    if _ALL_WHOLE.fullmatch(text):
        return Typed(present, integral=len(present), numbers=_numbers(present))
    if _ALL_NUMBERS.fullmatch(text):
        whole = sum(1 for cell in present if _ONE_WHOLE.fullmatch(cell))
        return Typed(present, whole, len(present) - whole, _numbers(present))
    numbers = [cell for cell in present if _ONE_NUMBER.fullmatch(cell)]
    whole = sum(1 for cell in numbers if _ONE_WHOLE.fullmatch(cell))
    return Typed(present, whole, len(numbers) - whole, _numbers(numbers))


def _numbers(cells: Sequence[str]) -> NDArray[np.float64]:
    """Those that a float holds: ``1e999`` is a number, and has no place in a mean."""
    numbers = np.array(cells, dtype=np.float64) if cells else np.empty(0)
    return numbers[np.isfinite(numbers)]
