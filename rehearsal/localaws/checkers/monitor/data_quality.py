"""Data quality: statistics and constraints of a data set, and what of a baseline's constraints it violates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.localaws.checkers.container import CheckFailed
from rehearsal.localaws.checkers.data.batches import Batch
from rehearsal.localaws.checkers.monitor.constraints import suggested
from rehearsal.localaws.checkers.monitor.profile import Profile
from rehearsal.localaws.checkers.monitor.statistics import statistics
from rehearsal.localaws.checkers.monitor.violations import violations


@dataclass(frozen=True)
class Result:
    """What a check leaves; ``violations`` is None where there was nothing to compare with."""

    statistics: Mapping[str, Any]
    constraints: Mapping[str, Any]
    violations: list[dict[str, str]] | None


def check(
    batches: Iterable[Batch], constraints: Mapping[str, Any] | None, baseline: Mapping[str, Any] | None
) -> Result:
    """Look at all rows; ``constraints`` and ``baseline`` are the files of an earlier check.

    Raises:
        CheckFailed: there are no rows, or the constraints are those of another check.
    """
    profile = Profile()
    for batch in batches:
        profile.add(batch)
    if not profile.rows:
        raise CheckFailed("The data set has no rows: is dataset_source the folder of an input, and does it hold data?")
    if constraints is None:
        return Result(statistics(profile), suggested(profile), None)
    try:
        named = profile.named_after([str(feature["name"]) for feature in constraints["features"]])
        found = violations(named, constraints, baseline)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CheckFailed(
            f"The baseline's files are not in the layout of a data quality check that AWS documents: {error!r}"
        ) from error
    return Result(statistics(named), suggested(named), found)
