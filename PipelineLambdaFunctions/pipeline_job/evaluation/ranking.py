"""The area under the ROC curve, exact up to five million rows and from a sketch beyond, in bounded memory.

Exact: scores lie in sorted runs of arrays; ranges of scores are taken out of all runs and ranked one after another.
Sketch: the runs' quantiles become the edges of 65,536 bins, into which all scores are counted. Rows of one bin that are
in truth ordered count as ties, so the error is at most half the share of pairs that lie inside one bin, which is
reported; with scores that keep their distribution it is about 1e-5.
"""

import base64
import itertools
import math
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

EXACT_ROWS = 5_000_000
BINS = 65_536
_RUN_ROWS = 100_000
_RANGES = 256


class Ranking:
    """Scores of positive and negative rows."""

    def __init__(self, exact_rows: int = EXACT_ROWS) -> None:
        self._exact_rows = exact_rows
        self._runs = (SortedRuns(), SortedRuns())
        self._bins: Bins | None = None
        self._area: tuple[float, float] | None = None

    def add(self, positives: Sequence[float], negatives: Sequence[float]) -> None:
        """Account for rows by their scores."""
        self._area = None
        if self._bins is not None:
            self._bins.add(positives, negatives)
            return
        self._runs[1].extend(positives)
        self._runs[0].extend(negatives)
        if sum(map(len, self._runs)) > self._exact_rows:
            self._bins = self._sketch()

    def _sketch(self) -> "Bins":
        sketch = Bins(_edges(self._runs, BINS))
        negatives, positives = self._runs
        for run in positives.all():
            sketch.add(run, ())
        for run in negatives.all():
            sketch.add((), run)
        self._runs = (SortedRuns(), SortedRuns())
        return sketch

    def auc(self) -> tuple[float, float]:
        """The area and the most that it may be wrong; nan when a class has no rows."""
        if self._area is None:
            self._area = self._bins.auc() if self._bins is not None else self._exact()
        return self._area

    def _exact(self) -> tuple[float, float]:
        negatives, positives = self._runs
        if not len(negatives) or not len(positives):
            return math.nan, 0.0
        won, below = 0.0, 0
        for low, high in _ranges(_edges(self._runs, _RANGES)):
            lost = sorted(negatives.between(low, high))
            won += sum(
                below + (bisect_left(lost, score) + bisect_right(lost, score)) / 2
                for score in positives.between(low, high)
            )
            below += len(lost)
        return won / (len(negatives) * len(positives)), 0.0

    def state(self) -> dict[str, Any]:
        """For a later call."""
        return {
            "exact_rows": self._exact_rows,
            "runs": [[_packed(run) for run in runs.all()] for runs in self._runs],
            "bins": self._bins.state() if self._bins is not None else None,
        }

    @classmethod
    def restored(cls, state: dict[str, Any]) -> "Ranking":
        """As :meth:`state` left it."""
        ranking = cls(state["exact_rows"])
        negatives, positives = ([_unpacked("d", run) for run in runs] for runs in state["runs"])
        ranking._runs = (SortedRuns(negatives), SortedRuns(positives))
        ranking._bins = Bins.restored(state["bins"]) if state["bins"] else None
        return ranking


class SortedRuns:
    """Numbers in sorted arrays of some hundred thousand."""

    def __init__(self, runs: Iterable["array[float]"] = ()) -> None:
        self._runs = [run for run in runs if len(run)]
        self._loose: array[float] = array("d")

    def __len__(self) -> int:
        return len(self._loose) + sum(map(len, self._runs))

    def extend(self, numbers: Sequence[float]) -> None:
        """Take more numbers in."""
        self._loose.extend(numbers)
        if len(self._loose) >= _RUN_ROWS:
            self._sort_loose()

    def all(self) -> list["array[float]"]:
        """The sorted runs."""
        self._sort_loose()
        return self._runs

    def between(self, low: float, high: float) -> Iterator[float]:
        """The numbers of ``[low, high)``, not sorted."""
        for run in self.all():
            yield from run[bisect_left(run, low) : bisect_left(run, high)]

    def _sort_loose(self) -> None:
        if len(self._loose):
            self._runs.append(array("d", sorted(self._loose)))
            self._loose = array("d")


class Bins:
    """How many positive and negative scores lie between neighbouring edges."""

    def __init__(
        self, edges: "array[float]", positives: "array[int] | None" = None, negatives: "array[int] | None" = None
    ) -> None:
        self._edges = edges
        empty = array("q", bytes(8 * (len(edges) + 1)))
        self._positives = positives if positives is not None else empty[:]
        self._negatives = negatives if negatives is not None else empty[:]

    def add(self, positives: Sequence[float], negatives: Sequence[float]) -> None:
        """Count scores."""
        edges = self._edges
        for counts, scores in ((self._positives, positives), (self._negatives, negatives)):
            for score in scores:
                counts[bisect_right(edges, score)] += 1

    def auc(self) -> tuple[float, float]:
        """The area, rows of one bin counted as ties, and the bound of its error."""
        pairs = sum(self._positives) * sum(self._negatives)
        if not pairs:
            return math.nan, 0.0
        won, tied, below = 0, 0, 0
        for positive, negative in zip(self._positives, self._negatives, strict=True):
            won += positive * below
            tied += positive * negative
            below += negative
        return (won + tied / 2) / pairs, tied / 2 / pairs

    def state(self) -> dict[str, str]:
        """For a later call."""
        return {
            "edges": _packed(self._edges),
            "positives": _packed(self._positives),
            "negatives": _packed(self._negatives),
        }

    @classmethod
    def restored(cls, state: dict[str, str]) -> "Bins":
        """As :meth:`state` left it."""
        return cls(
            _unpacked("d", state["edges"]), _unpacked("q", state["positives"]), _unpacked("q", state["negatives"])
        )


def _edges(runs: Iterable[SortedRuns], count: int) -> "array[float]":
    """About ``count`` quantiles of all scores; one that many rows share gets a bin of its own."""
    every = max(1, sum(map(len, runs)) // count)
    taken = sorted(score for each in runs for run in each.all() for score in run[::every])
    step = max(1, len(taken) // count)
    quantiles = taken[::step]
    shared = {math.nextafter(one, math.inf) for one, other in itertools.pairwise(quantiles) if one == other}
    return array("d", sorted({*quantiles, *shared}))


def _ranges(edges: Sequence[float]) -> Iterator[tuple[float, float]]:
    bounds = [-math.inf, *edges, math.inf]
    return itertools.pairwise(bounds)


def _packed(numbers: "array[Any]") -> str:
    return base64.b64encode(numbers.tobytes()).decode()


def _unpacked(kind: str, text: str) -> "array[Any]":
    numbers: array[Any] = array(kind)
    numbers.frombytes(base64.b64decode(text))
    return numbers
