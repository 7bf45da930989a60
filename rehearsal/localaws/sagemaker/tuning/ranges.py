"""The ranges of hyperparameters that a tuning job searches: read from a request, drawn from, counted. Pure.

https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-define-ranges.html
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Any

from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker.refusals import invalid

MOST_HYPERPARAMETERS = 30
"""https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-limits.html"""
_LOGARITHMIC_FROM = 100.0
"""``Auto`` is logarithmic for a range whose upper bound is so many times the lower one. The service does not say what
it does."""


class Scaling(StrEnum):
    """HyperParameterScalingType, ``Auto`` resolved."""

    LINEAR = "Linear"
    LOGARITHMIC = "Logarithmic"
    REVERSE_LOGARITHMIC = "ReverseLogarithmic"


@dataclass(frozen=True)
class Continuous:
    """Numbers between two bounds, both included."""

    name: str
    low: float
    high: float
    scaling: Scaling = Scaling.LINEAR

    def draw(self, random: Random) -> str:
        return repr(min(self.high, max(self.low, _between(self.low, self.high, self.scaling, random.random()))))

    def contains(self, text: str) -> bool:
        value = _number(text)
        return value is not None and self.low <= value <= self.high

    @property
    def count(self) -> float:
        return math.inf

    @property
    def ends(self) -> tuple[str, ...]:
        """What the algorithm must take if it is to take all of the range."""
        return repr(self.low), repr(self.high)


@dataclass(frozen=True)
class Integer:
    """Whole numbers between two bounds, both included."""

    name: str
    low: int
    high: int
    scaling: Scaling = Scaling.LINEAR

    def draw(self, random: Random) -> str:
        if self.scaling is Scaling.LINEAR:
            return str(random.randint(self.low, self.high))
        drawn = round(_between(self.low - 0.5, self.high + 0.5, self.scaling, random.random()))
        return str(min(self.high, max(self.low, drawn)))

    def contains(self, text: str) -> bool:
        value = _number(text)
        return value is not None and value.is_integer() and self.low <= value <= self.high

    @property
    def count(self) -> float:
        return self.high - self.low + 1

    @property
    def ends(self) -> tuple[str, ...]:
        return str(self.low), str(self.high)


@dataclass(frozen=True)
class Categorical:
    """One of some texts."""

    name: str
    values: tuple[str, ...]

    def draw(self, random: Random) -> str:
        return random.choice(self.values)

    def contains(self, text: str) -> bool:
        return text in self.values

    @property
    def count(self) -> float:
        return len(self.values)

    @property
    def ends(self) -> tuple[str, ...]:
        return self.values


Range = Continuous | Integer | Categorical
Values = Mapping[str, str]
"""The tuned hyperparameters of one trial, as a training job has them: texts by name."""


@dataclass(frozen=True)
class Space:
    """All that is searched: ranges by different names."""

    ranges: tuple[Range, ...]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(each.name for each in self.ranges)

    @property
    def count(self) -> float:
        """How many combinations there are; infinite where one of the ranges is continuous."""
        return math.prod(each.count for each in self.ranges)

    def contains(self, values: Values) -> bool:
        """Whether these are a combination of the space."""
        return values.keys() == self.names and all(each.contains(values[each.name]) for each in self.ranges)


def space_of(given: Mapping[str, Any]) -> Space:
    """Read the member ``ParameterRanges``.

    Raises:
        AwsError: ValidationException, for bounds that are no numbers or the wrong way round, scaling that does not fit,
        names twice.
    """
    ranges: list[Range] = [_continuous(each) for each in given.get("ContinuousParameterRanges") or ()]
    ranges += [_integer(each) for each in given.get("IntegerParameterRanges") or ()]
    ranges += [_categorical(each) for each in given.get("CategoricalParameterRanges") or ()]
    names = [each.name for each in ranges]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise invalid(
            f"The hyperparameters {_listed(twice)} have more than one range. Give each hyperparameter one range."
        )
    if not ranges:
        raise invalid("A hyperparameter tuning job needs at least one hyperparameter range. Provide ParameterRanges.")
    if len(ranges) > MOST_HYPERPARAMETERS:
        raise invalid(f"{len(ranges)} hyperparameters have ranges; at most {MOST_HYPERPARAMETERS} can be searched.")
    return Space(tuple(ranges))


def _continuous(given: Mapping[str, Any]) -> Continuous:
    low, high = (_bound(given, member, float) for member in ("MinValue", "MaxValue"))
    return Continuous(given["Name"], low, high, _scaling(given, low, high, whole=False))


def _integer(given: Mapping[str, Any]) -> Integer:
    low, high = (_bound(given, member, int) for member in ("MinValue", "MaxValue"))
    return Integer(given["Name"], low, high, _scaling(given, low, high, whole=True))


def _categorical(given: Mapping[str, Any]) -> Categorical:
    name, values = given["Name"], tuple(given["Values"])
    if len(set(values)) < len(values):
        raise invalid(f"The categorical hyperparameter [{name}] has duplicate values: {_listed(values)}.")
    return Categorical(name, values)


def _bound(given: Mapping[str, Any], member: str, kind: type) -> Any:
    try:
        value = kind(given[member])
    except ValueError as error:
        raise _bad_range(given, f"{member} must be {'an integer' if kind is int else 'a number'}") from error
    if not math.isfinite(value):
        raise _bad_range(given, f"{member} must be finite")
    return value


def _scaling(given: Mapping[str, Any], low: float, high: float, *, whole: bool) -> Scaling:
    if low >= high:
        raise _bad_range(given, "MaxValue must be greater than MinValue")
    wanted = given.get("ScalingType", "Auto")
    if wanted == "Auto":
        return Scaling.LOGARITHMIC if low > 0 and high / low >= _LOGARITHMIC_FROM else Scaling.LINEAR
    if wanted == Scaling.LOGARITHMIC and low <= 0:
        raise _bad_range(given, "Logarithmic scaling works only for ranges that have only values greater than 0")
    if wanted == Scaling.REVERSE_LOGARITHMIC and (whole or low < 0 or high >= 1):
        raise _bad_range(
            given, "ReverseLogarithmic scaling works only for continuous ranges entirely within the range 0 <= x < 1.0"
        )
    return Scaling(wanted)


def _bad_range(given: Mapping[str, Any], why: str) -> AwsError:
    return invalid(
        f"The range [{given['MinValue']}, {given['MaxValue']}] for the hyperparameter [{given['Name']}] isn't valid: "
        f"{why}."
    )


def _between(low: float, high: float, scaling: Scaling, share: float) -> float:
    """What lies at a share between 0 and 1 of the way from the lower to the upper bound."""
    if scaling is Scaling.LOGARITHMIC:
        return math.exp(math.log(low) + share * (math.log(high) - math.log(low)))
    if scaling is Scaling.REVERSE_LOGARITHMIC:
        return 1 - math.exp(math.log(1 - low) + share * (math.log(1 - high) - math.log(1 - low)))
    return low + share * (high - low)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _listed(names: Sequence[str]) -> str:
    return f"[{', '.join(names)}]"
