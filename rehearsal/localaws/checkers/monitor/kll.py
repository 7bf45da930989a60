"""A KLL sketch: the ranks of any number of numbers, from some thousand of them.

Level h holds numbers that stand for 2**h each. A level that is full is sorted, and every other number of it rises, so a
rank is off by about 1/k of all. Up to k numbers nothing is dropped. k and c are those of Model Monitor (2048 and 0.64).
https://arxiv.org/abs/1603.05346;
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-statistics.html
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

K, C = 2048, 0.64
_SMALLEST_LEVEL = 8
Numbers = NDArray[np.float64]


class Sketch:
    """Numbers are added; ranks are asked. Equal numbers in equal order give an equal sketch: the coin is seeded."""

    def __init__(self, levels: Sequence[Numbers] = (), *, k: int = K, c: float = C) -> None:
        self._levels = [*levels] or [np.empty(0)]
        self._k, self._c = k, c
        self._coin = np.random.default_rng(k)

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> "Sketch":
        """The member ``sketch`` of statistics.json."""
        told = given.get("parameters") or {}
        levels = [np.array(level, dtype=np.float64) for level in given["data"]]
        return cls(levels, k=int(told.get("k", K)), c=float(told.get("c", C)))

    def written(self) -> dict[str, Any]:
        """The member ``sketch`` of statistics.json."""
        return {"parameters": {"c": self._c, "k": float(self._k)}, "data": [level.tolist() for level in self._levels]}

    @property
    def weight(self) -> int:
        """How many numbers it stands for."""
        return sum(len(level) << height for height, level in enumerate(self._levels))

    def add(self, numbers: Numbers) -> None:
        """Take more numbers in."""
        self._levels[0] = np.concatenate([self._levels[0], numbers])
        while sum(map(len, self._levels)) > self._capacity():
            self._compact()

    def _capacity(self) -> int:
        return sum(self._capacity_of(height) for height in range(len(self._levels)))

    def _capacity_of(self, height: int) -> int:
        return max(_SMALLEST_LEVEL, math.ceil(self._k * self._c ** (len(self._levels) - 1 - height)))

    def _compact(self) -> None:
        """Halve the lowest level that is full."""
        height = next(each for each, level in enumerate(self._levels) if len(level) >= self._capacity_of(each))
        if height + 1 == len(self._levels):
            self._levels.append(np.empty(0))
        level = np.sort(self._levels[height])
        pairs = len(level) // 2 * 2
        risen = level[self._coin.integers(2) : pairs : 2]
        self._levels[height] = level[pairs:]
        self._levels[height + 1] = np.concatenate([self._levels[height + 1], risen])

    def points(self) -> tuple[Numbers, Numbers]:
        """The numbers kept, sorted, and how many of all are at most as large as each."""
        values = np.concatenate(self._levels)
        weights = np.concatenate([np.full(len(level), 1 << height) for height, level in enumerate(self._levels)])
        order = np.argsort(values, kind="stable")
        return values[order], np.cumsum(weights[order], dtype=np.float64)

    def at_most(self, bounds: Numbers, *, below: bool = False) -> Numbers:
        """How many numbers are at most (``below``: less than) each bound."""
        values, ranks = self.points()
        places = np.searchsorted(values, bounds, side="left" if below else "right")
        return np.concatenate([[0.0], ranks])[places]
