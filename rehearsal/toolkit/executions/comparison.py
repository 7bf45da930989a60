"""What two executions have different: configuration, source, metrics. Pure."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from rehearsal.toolkit.executions.executions import Execution
from rehearsal.toolkit.executions.report import metrics_of

_OF_THE_RUN = {"TrainingJobName", "EndpointConfigName", "IncumbentEndpointConfigName", "ModelDataUrl"}
"""Output variables that differ in every run by their nature."""


@dataclass(frozen=True)
class Difference:
    """One fact, before and after; None where a run does not have it."""

    fact: str
    before: str | None
    after: str | None


def compare(before: Execution, after: Execution) -> list[Difference]:
    """The facts that differ, in the order of the pipeline."""
    first, second = facts_of(before), facts_of(after)
    names = list(dict.fromkeys([*first, *second]))
    return [
        Difference(name, first.get(name), second.get(name)) for name in names if first.get(name) != second.get(name)
    ]


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


def facts_of(execution: Execution) -> dict[str, str]:
    """Status, configuration (but what holds the execution's own id), output and metrics of each action, by
    ``Stage/Action name``."""
    facts = {"status": str(execution.status)}
    for action in execution.actions:
        settings = _settings_of(action.configuration)
        facts |= {
            f"{action.path} {key}": value for key, value in settings if value.strip('"') != execution.execution_id
        }
        facts[f"{action.path} status"] = str(action.status)
        metrics = metrics_of(action)
        facts |= {f"{action.path} {name}": f"{value:.6g}" for name, value in metrics.items()}
        facts |= {
            f"{action.path} {name}": value
            for name, value in action.variables.items()
            if name not in metrics and name not in _OF_THE_RUN
        }
    return facts
