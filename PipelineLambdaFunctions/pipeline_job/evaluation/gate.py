"""Hold metrics against thresholds. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline_job.failure import ConfigurationError

LOWER_IS_BETTER = {"rmse", "mae", "mse", "max_error", "logloss", "error"}


@dataclass(frozen=True)
class Verdict:
    """One bound and how it was held."""

    metric: str
    value: float
    bound: str
    is_held: bool
    note: str = ""

    def __str__(self) -> str:
        held = "holds" if self.is_held else "misses"
        return f"{self.metric} {self.value:.6g} {held} {self.bound}" + (f" ({self.note})" if self.note else "")


def judge(
    thresholds: Sequence[Mapping[str, Any]], metrics: Mapping[str, float], incumbent: Mapping[str, float] | None
) -> list[Verdict]:
    """A verdict for every bound. nan holds none.

    Raises:
        ConfigurationError: for a metric that was not measured.
    """
    verdicts = []
    for threshold in thresholds:
        name = threshold["metric"]
        if name not in metrics:
            raise ConfigurationError(
                f"threshold of {name!r}: there is no such metric here, only {', '.join(sorted(metrics))}"
            )
        verdicts.extend(_judge_one(name, metrics[name], threshold, incumbent))
    return verdicts


def _judge_one(
    name: str, value: float, threshold: Mapping[str, Any], incumbent: Mapping[str, float] | None
) -> list[Verdict]:
    verdicts = []
    if "max" in threshold:
        verdicts.append(Verdict(name, value, f"at most {threshold['max']:g}", value <= threshold["max"]))
    if "min" in threshold:
        verdicts.append(Verdict(name, value, f"at least {threshold['min']:g}", value >= threshold["min"]))
    if "incumbent-within" in threshold:
        verdicts.append(_against_incumbent(name, value, threshold["incumbent-within"], incumbent))
    return verdicts


def _against_incumbent(name: str, value: float, margin: float, incumbent: Mapping[str, float] | None) -> Verdict:
    if incumbent is None or name not in incumbent or math.isnan(incumbent[name]):
        return Verdict(name, value, "the incumbent's", True, "no evaluation of an incumbent is recorded")
    sign = 1 if name.rpartition("/")[2] in LOWER_IS_BETTER else -1
    worst = incumbent[name] + sign * margin
    bound = f"the incumbent's {incumbent[name]:.6g} by {margin:g} ({'at most' if sign > 0 else 'at least'} {worst:.6g})"
    return Verdict(name, value, bound, sign * value <= sign * worst)
