"""What two executions have different: settings, data, source, metrics. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

from rehearsal.toolkit.executions.executions import Execution
from rehearsal.toolkit.executions.report import metrics_of

_OF_THE_RUN = {
    "TrainingJobName",
    "EndpointConfigName",
    "IncumbentEndpointConfigName",
    "ModelDataUrl",
    "BillableSeconds",
    "TrainingSeconds",
}
"""Output variables that differ in every run by their nature."""
_BETTER_LOW = ("rmse", "mae", "mse", "max_error", "logloss", "error", "merror", "mlogloss")
_BETTER_HIGH = ("r2", "auc", "accuracy", "precision", "recall", "f1", "ndcg", "map")


class Kind(IntEnum):
    """What a fact is about, in the order of the question "what did I change, and what came of it"."""

    OUTCOME = 0
    SETTING = 1
    DATA = 2
    METRIC = 3
    OUTPUT = 4


@dataclass(frozen=True)
class Difference:
    """One fact, before and after; None where a run does not have it."""

    fact: str
    before: str | None
    after: str | None
    kind: Kind = Kind.SETTING

    @property
    def judgement(self) -> str:
        """Of a metric that both have, by how much it changed and whether that is good; empty for anything else."""
        if self.kind is not Kind.METRIC or self.before is None or self.after is None:
            return ""
        before, after = float(self.before), float(self.after)
        share = f"{(after - before) / abs(before):+.1%}" if before else ""
        return ", ".join(filter(None, [share, _verdict(self.fact, after - before)]))


def _verdict(fact: str, change: float) -> str:
    name = fact.rpartition(" ")[2].removeprefix("validation-").removeprefix("train-")
    name = name.removesuffix("_macro").removesuffix("_weighted")
    if name in _BETTER_LOW:
        return "better" if change < 0 else "worse"
    if name in _BETTER_HIGH:
        return "better" if change > 0 else "worse"
    return ""


@dataclass(frozen=True)
class _Fact:
    value: str
    kind: Kind


def compare(
    before: Execution,
    after: Execution,
    data_before: Mapping[str, str] | None = None,
    data_after: Mapping[str, str] | None = None,
) -> list[Difference]:
    """The facts that differ: the outcome, what was set, what was trained on (as given), then what came out of it."""
    first, second = _facts(before, data_before or {}), _facts(after, data_after or {})
    found = [
        Difference(name, _value(first, name), _value(second, name), (second.get(name) or first[name]).kind)
        for name in dict.fromkeys([*first, *second])
        if _value(first, name) != _value(second, name)
    ]
    return sorted(found, key=lambda each: each.kind)


def _value(facts: Mapping[str, _Fact], name: str) -> str | None:
    return facts[name].value if name in facts else None


def _facts(execution: Execution, data: Mapping[str, str]) -> dict[str, _Fact]:
    """Status, configuration (but what holds the execution's own id), output and metrics of each action, by
    ``Stage/Action name``."""
    facts = {"status": _Fact(str(execution.status), Kind.OUTCOME)}
    facts |= {name: _Fact(value, Kind.DATA) for name, value in data.items()}
    for action in execution.actions:
        facts[f"{action.path} status"] = _Fact(str(action.status), Kind.OUTCOME)
        for key, value in _settings_of(action.configuration):
            if value.strip('"') != execution.execution_id:
                facts[f"{action.path} {key}"] = _Fact(value, Kind.SETTING)
        metrics = metrics_of(action)
        facts |= {f"{action.path} {name}": _Fact(f"{value:.6g}", Kind.METRIC) for name, value in metrics.items()}
        others = {
            key: value for key, value in action.variables.items() if key not in metrics | dict.fromkeys(_OF_THE_RUN)
        }
        facts |= {f"{action.path} {name}": _Fact(value, Kind.OUTPUT) for name, value in others.items()}
    return facts


def _settings_of(configuration: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The configuration's entries, a JSON object among them key by key."""
    for name, value in configuration.items():
        try:
            keys = json.loads(value)
        except json.JSONDecodeError:
            keys = None
        if isinstance(keys, dict):
            yield from ((key, json.dumps(each)) for key, each in keys.items())
        else:
            yield name, value
