"""How far two samples of one feature lie apart, from 0 to 1. Pure.

The distance is the largest difference of the two distribution functions (of the shares of a category). ``Robust`` takes
off what two samples of these sizes differ by when nothing has changed (1.8 * sqrt((n + m) / (n * m)), the quantile of
Kolmogorov and Smirnov that Deequ, the library below Model Monitor, uses); ``Simple`` does not.
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-constraints.html
"""

import math
from collections.abc import Mapping

import numpy as np

from rehearsal.localaws.checkers.monitor.kll import Sketch

_ALLOWANCE = 1.8


def numerical(current: Sketch, baseline: Sketch, *, robust: bool) -> float:
    """Between numbers."""
    if not current.weight or not baseline.weight:
        return 0.0
    values = np.unique(np.concatenate([current.points()[0], baseline.points()[0]]))
    apart = current.at_most(values) / current.weight - baseline.at_most(values) / baseline.weight
    return _kept(float(np.abs(apart).max()), current.weight, baseline.weight, robust=robust)


def categorical(current: Mapping[str, int], baseline: Mapping[str, int], *, robust: bool) -> float:
    """Between counts of values."""
    size, other = sum(current.values()), sum(baseline.values())
    if not size or not other:
        return 0.0
    values = current.keys() | baseline.keys()
    apart = max(abs(current.get(each, 0) / size - baseline.get(each, 0) / other) for each in values)
    return _kept(apart, size, other, robust=robust)


def _kept(distance: float, size: int, other: int, *, robust: bool) -> float:
    allowance = _ALLOWANCE * math.sqrt((size + other) / (size * other)) if robust else 0.0
    return max(0.0, distance - allowance)
