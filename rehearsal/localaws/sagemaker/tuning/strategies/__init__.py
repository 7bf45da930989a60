"""How the next values are chosen. A strategy is a pure function of what was tried so far and of the job's seed.

Nothing is kept between two calls, so a job goes on after a restart as if there had been none. ``Bayesian`` and
``Hyperband`` are Optuna's, which is imported when the first of them is used.
"""

import importlib.util
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rehearsal.localaws.sagemaker.tuning.ranges import Space, Values

EPOCH_NAMES = ("epochs", "numepochs", "n-epochs", "n_epochs", "num_epochs")
MOST_EPOCHS = 20_000
"""https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_HyperbandStrategyConfig.html has both."""
_WITH_OPTUNA = ("Bayesian", "Hyperband")


@dataclass(frozen=True)
class Tried:
    """One trial as a strategy sees it: ``objective`` is None while it runs, and of one that told none."""

    values: Values
    objective: float | None
    is_over: bool
    was_stopped: bool = False
    curve: tuple[float, ...] = ()
    rungs: Mapping[str, float] = field(default_factory=dict)
    source: str = ""
    """The parent of a warm start that it comes from; empty for the job's own."""


@dataclass(frozen=True)
class Resources:
    """Hyperband's bounds, in epochs: as many values of the objective as a trial tells."""

    least: int
    most: int


@dataclass(frozen=True)
class Search:
    """What a strategy is asked for one definition of a job: ``index`` counts its trials from 0."""

    space: Space
    maximize: bool
    seed: int
    index: int
    tried: Sequence[Tried]
    shares_scale: bool = True
    """Whether objectives of parents can be compared with the job's own: not where the data differ."""
    resources: Resources | None = None

    @property
    def seed_of_draw(self) -> int:
        """A seed of this draw alone, for generators of 32 bits."""
        return zlib.crc32(f"{self.seed}/{self.index}".encode())


def suggest(strategy: str, search: Search) -> dict[str, str]:
    """The values of the next trial."""
    if strategy == "Grid":
        from rehearsal.localaws.sagemaker.tuning.strategies import grid

        return grid.suggest(search)
    if strategy == "Random":
        from rehearsal.localaws.sagemaker.tuning.strategies import random_search

        return random_search.suggest(search)
    from rehearsal.localaws.sagemaker.tuning.strategies import bayesian

    return bayesian.suggest(search)


def missing(strategy: str) -> str | None:
    """What must be installed before a strategy can be used, in a sentence; None where nothing is missing."""
    if strategy not in _WITH_OPTUNA or importlib.util.find_spec("optuna") is not None:
        return None
    return (
        f"The strategy {strategy} of the embedded AWS needs Optuna, which is not installed: pip install "
        f"'rehearsal[tuning]', or use the strategy Random or Grid."
    )


def resources(config: Mapping[str, Any], static: Mapping[str, str]) -> Resources | None:
    """Hyperband's bounds; None where no upper one is given and none can be inferred."""
    given = (config.get("StrategyConfig") or {}).get("HyperbandStrategyConfig") or {}
    most = given.get("MaxResource") or _inferred(static)
    return None if most is None else Resources(given.get("MinResource", 1), most)


def _inferred(static: Mapping[str, str]) -> int | None:
    texts = (static[name].strip('"') for name in EPOCH_NAMES if name in static)
    return next((int(text) for text in texts if text.isdigit()), None)
