"""Everything that is measured while rows go by: the metrics of all rows, those of each slice, and a sample."""

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pipeline_job.evaluation import binary, multiclass, regression
from pipeline_job.evaluation.binary import Binary
from pipeline_job.evaluation.multiclass import Multiclass
from pipeline_job.evaluation.regression import Regression
from pipeline_job.evaluation.rows import Batch
from pipeline_job.evaluation.sample import Sample


class Metrics(Protocol):
    """What every problem type offers."""

    @property
    def rows(self) -> int:
        """How many rows were accounted for."""

    def add(self, labels: Sequence[float], answers: Sequence[bytes]) -> None:
        """Account for rows and their answers."""

    def metrics(self) -> dict[str, float]:
        """The metrics by name."""

    def report(self) -> dict[str, Any]:
        """What the report tells beside them."""

    def state(self) -> dict[str, Any]:
        """For a later call."""


@dataclass(frozen=True)
class Problem:
    """A problem type: its group in the report, and how its metrics begin and go on."""

    group: str
    begin: Callable[[Mapping[str, Any]], Metrics]
    restore: Callable[[dict[str, Any]], Metrics]


PROBLEMS: dict[str, Problem] = {
    "regression": Problem(regression.GROUP, lambda _values: Regression(), Regression.restored),
    "binary": Problem(binary.GROUP, Binary.begin, Binary.restored),
    "multiclass": Problem(multiclass.GROUP, Multiclass.begin, Multiclass.restored),
}


def problem_type(asked: str, objective: str) -> str:
    """``auto`` follows the training objective."""
    if asked != "auto":
        return asked
    if objective.startswith("multi:"):
        return "multiclass"
    return "binary" if objective.startswith("binary:") or objective == "reg:logistic" else "regression"


@dataclass(frozen=True)
class Slice:
    """Rows whose value in a column lies in a range."""

    name: str
    column: int
    low: float | None
    below: float | None
    equals: float | None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Slice":
        """As UserParameters give it."""
        equals = given.get("equals")
        return cls(
            given["name"],
            given["column"],
            given.get("min"),
            given.get("below"),
            None if equals is None else float(equals),
        )

    def indexes(self, values: Sequence[float]) -> list[int]:
        """Which rows belong."""
        return [index for index, value in enumerate(values) if self._holds(value)]

    def _holds(self, value: float) -> bool:
        return (
            (self.low is None or value >= self.low)
            and (self.below is None or value < self.below)
            and (self.equals is None or value == self.equals)
        )


class Measurement:
    """The metrics of all rows under the name "", those of each slice under its own."""

    def __init__(self, kind: str, slices: Sequence[Slice], parts: dict[str, Metrics], sample: Sample) -> None:
        self.kind = kind
        self.slices = slices
        self.parts = parts
        self.sample = sample
        self._columns = columns(slices)

    @classmethod
    def begin(cls, kind: str, values: Mapping[str, Any]) -> "Measurement":
        """Nothing measured yet."""
        slices = [Slice.of(given) for given in values.get("slices", ())]
        parts = {name: PROBLEMS[kind].begin(values) for name in ("", *(each.name for each in slices))}
        return cls(kind, slices, parts, Sample(values["predictions"]))

    @classmethod
    def restored(cls, state: Mapping[str, Any], values: Mapping[str, Any]) -> "Measurement":
        """As :meth:`state` left it."""
        slices = [Slice.of(given) for given in values.get("slices", ())]
        parts = {name: PROBLEMS[state["kind"]].restore(part) for name, part in state["parts"].items()}
        return cls(state["kind"], slices, parts, Sample.restored(state["sample"]))

    def state(self) -> dict[str, Any]:
        """For a later call."""
        return {
            "kind": self.kind,
            "parts": {name: part.state() for name, part in self.parts.items()},
            "sample": self.sample.state(),
        }

    @property
    def rows(self) -> int:
        """How many rows were accounted for."""
        return self.parts[""].rows

    def account(self, batch: Batch, answers: Sequence[bytes]) -> None:
        """Add a batch and its answers."""
        self.parts[""].add(batch.labels, answers)
        self.sample.add(batch.labels, answers)
        for each in self.slices:
            chosen = each.indexes(batch.kept[self._columns.index(each.column)])
            if chosen:
                labels = array("d", (batch.labels[index] for index in chosen))
                self.parts[each.name].add(labels, [answers[index] for index in chosen])

    def metrics(self) -> dict[str, float]:
        """All metrics; a slice's are called ``slice/metric``. An empty slice has none."""
        named = ((name, part.metrics()) for name, part in self.parts.items() if part.rows)
        return {
            f"{name}/{metric}" if name else metric: value for name, found in named for metric, value in found.items()
        }

    def report(self) -> dict[str, Any]:
        """In the layout of SageMaker's model metrics, for all rows and each slice."""
        shown = {name: self._report_part(part) for name, part in self.parts.items()}
        return {**shown.pop(""), "slices": shown}

    def _report_part(self, part: Metrics) -> dict[str, Any]:
        values = part.metrics() if part.rows else {}
        layout = {name: {"value": value, "standard_deviation": "NaN"} for name, value in values.items()}
        return {"rows": part.rows, PROBLEMS[self.kind].group: {**layout, **(part.report() if part.rows else {})}}


def columns(slices: Sequence[Slice]) -> tuple[int, ...]:
    """The columns that slices look at, each once."""
    return tuple(dict.fromkeys(each.column for each in slices))
