"""What CreateStateMachine refuses of a definition before anything runs, in AWS's words. Pure, but for botocore's
models.

https://states-language.net and
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.session import Session

from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.stepfunctions import resources, shapes
from rehearsal.localaws.stepfunctions.resources import Integration, Offer

_SCHEMA, _TARGET = "SCHEMA_VALIDATION_FAILED", "MISSING_TRANSITION_TARGET"
_TYPES = ("Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map")
_WITH_ERRORS = frozenset({"Task", "Parallel", "Map"})
_ONLY_ON: Mapping[str, frozenset[str]] = {
    "Catch": _WITH_ERRORS,
    "Retry": _WITH_ERRORS,
    "ResultSelector": _WITH_ERRORS,
    "TimeoutSeconds": frozenset({"Task"}),
    "TimeoutSecondsPath": frozenset({"Task"}),
    "HeartbeatSeconds": frozenset({"Task"}),
    "HeartbeatSecondsPath": frozenset({"Task"}),
    "Resource": frozenset({"Task"}),
    "Branches": frozenset({"Parallel"}),
    "Choices": frozenset({"Choice"}),
    "ResultPath": _WITH_ERRORS | {"Pass"},
}
"""Fields that AWS refuses on states of other types."""


@dataclass(frozen=True)
class Placed:
    """A state with where it stands: ``/States/Train``, ``/States/All/Branches[0]/States/Train``."""

    path: str
    name: str
    fields: Mapping[str, Any]


def parse(text: str) -> dict[str, Any]:
    """The definition.

    Raises:
        AwsError: InvalidDefinition, when it is no JSON object.
    """
    try:
        found = json.loads(text)
    except ValueError as error:
        raise _invalid([f"INVALID_JSON_DESCRIPTION: {error}"]) from error
    if not isinstance(found, dict):
        raise _invalid(["INVALID_JSON_DESCRIPTION: the definition is no JSON object"])
    return found


def check(text: str) -> list[Integration]:
    """Refuse what AWS refuses of a definition, and by name what runs on AWS and not here; return its integrations.

    Raises:
        AwsError: InvalidDefinition, with every violation that was found.
    """
    definition = parse(text)
    found = [*_of_workflow(definition, ""), *(each for state in states_of(definition) for each in _of_state(state))]
    if found:
        raise _invalid(found)
    return integrations_of(definition)


def integrations_of(definition: Mapping[str, Any]) -> list[Integration]:
    """What the tasks of a definition call, apart from functions and activities."""
    named = (resources.parse(str(state.fields.get("Resource", ""))) for state in states_of(definition))
    return [each for each in named if each is not None]


def states_of(workflow: Mapping[str, Any], path: str = "") -> Iterator[Placed]:
    """Every state, those of branches and iterators after the one that they are in."""
    for where, inner in _workflows(workflow, path):
        states = inner.get("States")
        for name, fields in states.items() if isinstance(states, dict) else ():
            if isinstance(fields, dict):
                yield Placed(f"{where}/States/{name}", name, fields)


def _workflows(workflow: Mapping[str, Any], path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield path, workflow
    states = workflow.get("States")
    for name, fields in states.items() if isinstance(states, dict) else ():
        for where, inner in _within(fields) if isinstance(fields, dict) else ():
            yield from _workflows(inner, f"{path}/States/{name}/{where}")


def _within(fields: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    branches = fields.get("Branches")
    for number, branch in enumerate(branches if isinstance(branches, list) else ()):
        if isinstance(branch, dict):
            yield f"Branches[{number}]", branch
    yield from ((name, fields[name]) for name in ("Iterator", "ItemProcessor") if isinstance(fields.get(name), dict))


def _of_workflow(definition: Mapping[str, Any], path: str) -> Iterator[str]:
    for where, workflow in _workflows(definition, path):
        states = workflow.get("States")
        if not isinstance(states, dict) or not isinstance(workflow.get("StartAt"), str):
            missing = [
                name for name, kind in (("StartAt", str), ("States", dict)) if not isinstance(workflow.get(name), kind)
            ]
            yield f"{_SCHEMA}: These fields are required: [{', '.join(missing)}] at {where or '/'}"
            continue
        yield from _transitions(workflow["StartAt"], states, where)


def _transitions(start: str, states: Mapping[str, Any], where: str) -> Iterator[str]:
    if start not in states:
        yield f"{_TARGET}: Missing 'StartAt' target: {start} at {where}/StartAt"
    reached = {start}
    for name, fields in states.items():
        for place, target in _targets(fields, f"{where}/States/{name}") if isinstance(fields, dict) else ():
            reached.add(target)
            if target not in states:
                yield f"{_TARGET}: Missing '{place.rpartition('/')[2]}' target: {target} at {place}"
    yield from (
        f'{_TARGET}: State "{name}" is not reachable. at {where}/States/{name}'
        for name in states
        if name not in reached
    )


def _targets(fields: Mapping[str, Any], where: str) -> Iterator[tuple[str, str]]:
    yield from ((f"{where}/{name}", fields[name]) for name in ("Next", "Default") if isinstance(fields.get(name), str))
    for member in ("Catch", "Choices"):
        rules = fields.get(member)
        for number, rule in enumerate(rules if isinstance(rules, list) else ()):
            if isinstance(rule, dict) and isinstance(rule.get("Next"), str):
                yield f"{where}/{member}[{number}]/Next", rule["Next"]


def _of_state(state: Placed) -> Iterator[str]:
    kind = state.fields.get("Type")
    if kind not in _TYPES:
        yield f"{_SCHEMA}: Value is not a valid state type, one of {', '.join(_TYPES)} at {state.path}/Type"
        return
    for name in state.fields:
        if name in _ONLY_ON and kind not in _ONLY_ON[name]:
            yield f"{_SCHEMA}: Field '{name}' is not supported at {state.path}"
    if kind == "Map":
        yield from _of_map(state)
    if kind == "Task":
        yield from _of_task(state)


def _of_map(state: Placed) -> Iterator[str]:
    processor = state.fields.get("ItemProcessor")
    mode = (processor.get("ProcessorConfig") or {}).get("Mode") if isinstance(processor, dict) else None
    if mode == "DISTRIBUTED" or any(name in state.fields for name in ("ItemReader", "ResultWriter")):
        yield (
            f"{_SCHEMA}: The embedded AWS does not offer distributed maps: leave Mode out, or give INLINE at "
            f"{state.path}"
        )


def _of_task(state: Placed) -> Iterator[str]:
    resource = state.fields.get("Resource")
    if not isinstance(resource, str):
        yield f"{_SCHEMA}: These fields are required: [Resource] at {state.path}"
        return
    integration = resources.parse(resource)
    if integration is None:
        return
    offered = resources.offer(integration)
    if offered is Offer.NOT_HERE:
        yield f"{_SCHEMA}: The embedded AWS does not offer the integration {resource} at {state.path}/Resource"
    elif offered is Offer.NOWHERE or (shape := input_shape(integration)) is None:
        yield (
            f"{_SCHEMA}: The resource provided {resource} is not recognized. The value is not a valid resource ARN, "
            f"or the resource is not available in this region. at {state.path}/Resource"
        )
    else:
        yield from _of_parameters(state, shape)


def _of_parameters(state: Placed, shape: Any) -> Iterator[str]:
    for field in ("Parameters", "Arguments"):
        given = state.fields.get(field)
        for name in shapes.unknown_members(given, shape) if isinstance(given, dict) else ():
            yield (
                f'{_SCHEMA}: The field "{name.removesuffix(".$")}" is not supported by Step Functions at '
                f"{state.path}/{field}"
            )


def input_shape(integration: Integration) -> Any:
    """botocore's model of what an integration's operation takes; None when there is no such operation."""
    model = _operation(integration.boto_service, integration.operation)
    return None if model is None else model.input_shape or _Empty


class _Empty:
    """An operation that takes nothing."""

    members: Mapping[str, Any] = {}


@cache
def _operation(service: str | None, operation: str) -> Any:
    if service is None:
        return None
    model = Session().get_service_model(service)
    return model.operation_model(operation) if operation in model.operation_names else None


def _invalid(violations: list[str]) -> AwsError:
    return AwsError("InvalidDefinition", f"Invalid State Machine Definition: '{', '.join(violations)}'")
