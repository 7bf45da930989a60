"""What a problem type of model quality offers: rows out of cells, metrics out of rows. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from rehearsal.localaws.checkers.monitor.attributes import Labelled


class Rows(Protocol):
    """Labels and predictions, a few bytes a row."""

    def __len__(self) -> int:
        """How many."""
        ...

    def taken(self, chosen: NDArray[np.intp], /) -> Self:
        """Some of them."""
        ...


@dataclass(frozen=True)
class Problem:
    """A problem type."""

    group: str
    constraints_group: str
    read: Callable[[Iterable[Labelled], float], Any]
    """Rows from cells; the number is the probability from which on an answer is positive."""
    metrics: Callable[[Any], dict[str, float]]
    beside: Callable[[Any], Mapping[str, Any]]
    """What is told beside the metrics."""
    constrained: tuple[str, ...]
    """The metrics for which a baseline suggests thresholds."""
    lower_is_better: frozenset[str] = frozenset()
