"""The metrics that a job's log lines tell of, found as the service finds them: by regular expressions. Pure."""

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rehearsal.localaws.algorithms.xgboost.metric_names import EVAL_METRICS

_NUMBER = r"([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)"

XGBOOST_DEFINITIONS: list[dict[str, str]] = [
    {"Name": f"{data}:{metric}", "Regex": rf".*\[[0-9]+\].*#011{data}-{metric}:{_NUMBER}.*"}
    for data in ("train", "validation")
    for metric in EVAL_METRICS
]


@dataclass(frozen=True)
class MetricFinder:
    """Finds the values of some metric definitions in log lines."""

    definitions: Sequence[tuple[str, re.Pattern[str]]]

    @classmethod
    def of(cls, definitions: Sequence[dict[str, str]]) -> "MetricFinder":
        """Definitions as the API has them: ``Name`` and ``Regex``."""
        return cls([(each["Name"], re.compile(each["Regex"])) for each in definitions])

    def find(self, line: str) -> Iterator[tuple[str, float]]:
        """The metrics of one log line."""
        for name, pattern in self.definitions:
            found = pattern.search(line)
            if found:
                yield name, as_float32(float(found[1]))


@dataclass(frozen=True)
class EvaluationLineFinder:
    """The same as the built-in algorithm's definitions find, in one look at a line instead of one for each
    definition."""

    _line = re.compile(r"\[[0-9]+\]#011")
    _value = re.compile(rf"#011(train|validation)-([\w\-]+):{_NUMBER}")

    def find(self, line: str) -> Iterator[tuple[str, float]]:
        """The metrics of one log line."""
        if self._line.match(line) is None:
            return
        for data, metric, value in self._value.findall(line):
            if metric in EVAL_METRICS:
                yield f"{data}:{metric}", as_float32(float(value))


def as_float32(value: float) -> float:
    """The value as the API gives it: FinalMetricDataList holds 32-bit floats."""
    rounded: float = struct.unpack("f", struct.pack("f", value))[0]
    return rounded
