"""Whether an earlier run of a step can be reused, and if not, what differed. Pure.

Compared are the resolved values of the documented keys alone: neither outputs, instances, roles and tags nor what lies
in S3. https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-default-keys.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.localaws.sagemaker.pipelines.definition import Step
from rehearsal.localaws.sagemaker.pipelines.records import Execution, Miss, Pipeline, StepRun, StepStatus

_MOST_KEYS = 20
_ABSENT = object()


@dataclass(frozen=True)
class Hit:
    """The earlier run that serves."""

    run: StepRun
    execution_arn: str


def look(pipeline: Pipeline, execution: Execution, step: Step, arguments: Mapping[str, Any], now: float) -> Hit | Miss:
    """The newest run of the same step whose keys are equal and that is not too old; or why there is none.

    ``arguments`` are resolved, a check step's settings among them; ``now`` is in seconds. A run counts that did the
    work itself and has succeeded.
    """
    if not step.kind.cache_keys:
        return Miss(f"steps of type {step.kind.type} are never reused")
    assert step.cache is not None
    earlier = [
        (each, run) for each in pipeline.executions.values() if each is not execution for run in _worked(each, step)
    ]
    earlier.sort(key=lambda found: found[1].ended_at or 0.0, reverse=True)
    if not earlier:
        return Miss("no earlier run of this step has succeeded")
    nearest: Miss | None = None
    for other, run in earlier:
        differing = tuple(differences(step, {**run.arguments, **run.settings}, arguments))
        if differing:
            nearest = nearest or Miss("these keys differ", other.arn, differing)
        elif (run.ended_at or 0.0) + step.cache.expires_after <= now:
            return Miss("the run with equal keys is older than ExpireAfter", other.arn)
        else:
            return Hit(run, other.arn)
    assert nearest is not None
    return nearest


def _worked(execution: Execution, step: Step) -> Iterator[StepRun]:
    run = execution.runs.get(step.name)
    if run is None or run.status is not StepStatus.SUCCEEDED or run.step.kind is not step.kind:
        return
    if run.cache_source is None and run.selection_source is None:
        yield run


def differences(step: Step, before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """The keys, as paths into the arguments, whose values differ; twenty at most."""
    found = (path for key in step.kind.cache_keys for path in _between(key, _at(before, key), _at(now, key)))
    return [path for _, path in zip(range(_MOST_KEYS), found, strict=False)]


def _at(arguments: Mapping[str, Any], key: str) -> Any:
    """What stands under a key, whose dots lead into members."""
    found: Any = arguments
    for name in key.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _between(path: str, before: Any, now: Any) -> Iterator[str]:
    if before == now:
        return
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for name in sorted(before.keys() | now.keys()):
            yield from _between(f"{path}.{name}", before.get(name, _ABSENT), now.get(name, _ABSENT))
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for position, (one, other) in enumerate(zip(before, now, strict=True)):
            yield from _between(f"{path}[{position}]", one, other)
    else:
        yield path
