"""What a hyperparameter may be. Pure."""

from dataclasses import dataclass
from typing import Any, Protocol

from rehearsal.localaws.algorithms.xgboost.versions import LEGACY, ImageVersion


class Range(Protocol):
    """The values that a hyperparameter may have in a release, and how a message names them."""

    def contains(self, value: Any, version: ImageVersion, /) -> bool: ...

    def text(self, version: ImageVersion, /) -> str: ...


@dataclass(frozen=True)
class Interval:
    """Numbers between two bounds, each included unless open; None is no bound."""

    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False

    def contains(self, value: Any, _version: ImageVersion, /) -> bool:
        above_low = self.low is None or (value > self.low if self.low_open else value >= self.low)
        below_high = self.high is None or (value < self.high if self.high_open else value <= self.high)
        return above_low and below_high

    def text(self, _version: ImageVersion, /) -> str:
        low = "(-inf" if self.low is None else f"{'(' if self.low_open else '['}{self.low}"
        high = "+inf)" if self.high is None else f"{self.high}{')' if self.high_open else ']'}"
        return f"{low}, {high}"


class Choice:
    """One of some values; those that came with a later release are given as ``name=release``."""

    def __init__(self, *values: Any, **later: ImageVersion) -> None:
        self._since = {**dict.fromkeys(values, LEGACY), **later}

    def contains(self, value: Any, version: ImageVersion, /) -> bool:
        return value in self._since and self._since[value] <= version

    def text(self, version: ImageVersion, /) -> str:
        return str([value for value, since in self._since.items() if since <= version])


def at_least(low: float) -> Interval:
    return Interval(low)


def above(low: float) -> Interval:
    return Interval(low, low_open=True)


def between(low: float, high: float) -> Interval:
    """Both bounds included."""
    return Interval(low, high)


def inside(low: float, high: float) -> Interval:
    """Both bounds excluded."""
    return Interval(low, high, low_open=True, high_open=True)
