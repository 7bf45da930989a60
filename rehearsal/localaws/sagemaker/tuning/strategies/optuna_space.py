"""A space of ranges as Optuna has it, and values on the way there and back. Pure."""

from typing import Any

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from rehearsal.localaws.sagemaker.tuning.ranges import Categorical, Continuous, Integer, Range, Scaling, Space, Values


def distributions(space: Space) -> dict[str, BaseDistribution]:
    """The distribution of each hyperparameter."""
    return {each.name: _distribution(each) for each in space.ranges}


def _distribution(given: Range) -> BaseDistribution:
    if isinstance(given, Categorical):
        return CategoricalDistribution(given.values)
    is_logarithmic = given.scaling is Scaling.LOGARITHMIC
    if isinstance(given, Integer):
        return IntDistribution(given.low, given.high, log=is_logarithmic)
    if given.scaling is Scaling.REVERSE_LOGARITHMIC:  # what is left to 1 has a logarithmic scale
        return FloatDistribution(1 - given.high, 1 - given.low, log=True)
    return FloatDistribution(given.low, given.high, log=is_logarithmic)


def to_optuna(space: Space, values: Values) -> dict[str, Any]:
    """A trial's values as Optuna's parameters."""
    return {each.name: _parameter(each, values[each.name]) for each in space.ranges}


def _parameter(given: Range, text: str) -> Any:
    if isinstance(given, Categorical):
        return text
    if isinstance(given, Integer):
        return int(float(text))
    if given.scaling is Scaling.REVERSE_LOGARITHMIC:
        return min(1 - given.low, max(1 - given.high, 1 - float(text)))
    return float(text)


def from_optuna(space: Space, parameters: dict[str, Any]) -> dict[str, str]:
    """Optuna's parameters as a trial's values."""
    return {each.name: _text(each, parameters[each.name]) for each in space.ranges}


def _text(given: Range, parameter: Any) -> str:
    if not isinstance(given, Continuous):
        return str(parameter)
    value = 1 - parameter if given.scaling is Scaling.REVERSE_LOGARITHMIC else parameter
    return repr(min(given.high, max(given.low, float(value))))
