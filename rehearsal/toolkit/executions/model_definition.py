"""The steps of a SageMaker pipeline's definition: what each is, and which it waits for. Pure.

A step waits for those in its DependsOn, for those whose properties it is given (``{"Get": "Steps.Name.Member"}``),
and as a step
of a branch for the Condition step.
https://aws-sagemaker-mlops.github.io/sagemaker-model-building-pipeline-definition-JSON-schema/
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_STEP = re.compile(r"^Steps\.([\w-]+)")
CACHED_TYPES = frozenset(
    {"Processing", "Training", "Tuning", "Transform", "AutoML", "ClarifyCheck", "QualityCheck", "EMR", "NotebookJob"}
)
"""Types of steps that can be reused (developer guide, "Caching pipeline steps")."""
_BRANCHES = {"IfSteps": "yes", "ElseSteps": "no"}


@dataclass(frozen=True)
class DeclaredStep:
    """A step as it is declared; ``branch`` is ``yes`` or ``no`` below a Condition step, ``waits`` are names."""

    name: str
    type: str
    waits: tuple[str, ...]
    arguments: Mapping[str, Any] = field(default_factory=dict)
    branch: str = ""
    is_cached: bool = False


def steps_of(definition: str) -> tuple[DeclaredStep, ...]:
    """All, those of branches too, each after the ones it waits for as far as the definition lists them so.

    Raises:
        ValueError, LookupError: it is no JSON object with steps.
    """
    document = json.loads(definition)
    return tuple(_steps(document["Steps"], None, ""))


def _steps(listed: Sequence[Mapping[str, Any]], condition: str | None, branch: str) -> Iterator[DeclaredStep]:
    for step in listed:
        arguments = dict(step.get("Arguments") or {})
        below = {name: arguments.pop(name) for name in _BRANCHES if name in arguments}
        given = {**step, "Arguments": arguments}
        named = [_name_of(each) for each in step.get("DependsOn") or ()]
        waits = dict.fromkeys([*named, *_references(given), *([condition] if condition else [])])
        waits.pop(step["Name"], None)
        is_cached = bool((step.get("CacheConfig") or {}).get("Enabled"))
        yield DeclaredStep(step["Name"], step.get("Type", ""), tuple(waits), arguments, branch, is_cached)
        for name, outcome in _BRANCHES.items():
            yield from _steps(below.get(name) or (), step["Name"], outcome)


def _name_of(dependency: Any) -> str:
    """DependsOn has names, of other steps also as a reference."""
    text = dependency.get("Get", "") if isinstance(dependency, Mapping) else str(dependency)
    found = _STEP.match(text)
    return found[1] if found else text


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        target = value.get("Get")
        found = _STEP.match(target) if isinstance(target, str) else None
        if found:
            yield found[1]
        for each in value.values():
            yield from _references(each)
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)


def columns_of(steps: Sequence[DeclaredStep]) -> dict[str, int]:
    """For each step its column: one more than the last of those it waits for. What waits in a circle stays at 0."""
    waits = {step.name: step.waits for step in steps}
    columns = dict.fromkeys(waits, 0)
    left = {name: {each for each in before if each in waits} for name, before in waits.items()}
    followers: dict[str, list[str]] = {}
    for name, before in left.items():
        for each in before:
            followers.setdefault(each, []).append(name)
    ready = [name for name, before in left.items() if not before]
    while ready:
        name = ready.pop()
        for follower in followers.get(name, ()):
            columns[follower] = max(columns[follower], columns[name] + 1)
            left[follower].discard(name)
            if not left[follower]:
                ready.append(follower)
    return columns


def direct(steps: Sequence[DeclaredStep]) -> dict[str, tuple[str, ...]]:
    """What each step waits for, without what follows from the others it waits for: the arrows that a picture needs."""
    waits = {step.name: step.waits for step in steps}
    above: dict[str, frozenset[str]] = {}
    columns = columns_of(steps)
    for name in sorted(waits, key=lambda each: columns[each]):
        above[name] = frozenset(waits[name]).union(*(above.get(each, frozenset()) for each in waits[name]))
    return {
        name: tuple(
            each for each in before if not any(each in above.get(other, ()) for other in before if other != each)
        )
        for name, before in waits.items()
    }
