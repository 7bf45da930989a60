"""Read the actions of the pipelines in a template: what they call, what they are given, what came before them.

Pure, over cfn-lint's decoded nodes, which know their place in the file.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline_job.functions import FUNCTIONS

Place = tuple[str | int, ...]
Template = Mapping[str, Any]

_HANDLERS = {function.handler: name for name, function in FUNCTIONS.items()}


@dataclass(frozen=True)
class Action:
    """One action; ``function`` is one of this project's where it calls one, else None."""

    name: str
    provider: str
    namespace: str
    run_order: int
    function: str | None
    configuration: Mapping[str, Any]
    path: Place


@dataclass(frozen=True)
class Placed:
    """An action with those whose variables it may use."""

    action: Action
    earlier: tuple[Action, ...]


def actions(template: Template) -> Iterator[Placed]:
    """Every action of every pipeline, each with those of earlier stages and smaller run orders."""
    for logical_id, resource in resources(template):
        if resource.get("Type") != "AWS::CodePipeline::Pipeline":
            continue
        stages = resource.get("Properties", {}).get("Stages")
        before: list[Action] = []
        for stage, path in _members(stages, ("Resources", logical_id, "Properties", "Stages")):
            here = list(_stage(stage, (*path, "Actions"), template))
            for action in here:
                yield Placed(action, (*before, *(each for each in here if each.run_order < action.run_order)))
            before += here


def resources(template: Template) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The resources by logical id."""
    declared = template.get("Resources", {})
    for logical_id, resource in declared.items() if isinstance(declared, Mapping) else ():
        if isinstance(resource, Mapping):
            yield logical_id, resource


def _stage(stage: Mapping[str, Any], path: Place, template: Template) -> Iterator[Action]:
    for action, where in _members(stage.get("Actions"), path):
        if isinstance(action.get("Configuration", {}), Mapping):
            yield _action(action, where, template)


def _members(given: Any, path: Place) -> Iterator[tuple[Mapping[str, Any], Place]]:
    """The objects of a list with their places; of an ``Fn::If`` among them, those of both branches."""
    for index, member in enumerate(given if isinstance(given, list) else ()):
        yield from _branches(member, (*path, index))


def _branches(member: Any, path: Place) -> Iterator[tuple[Mapping[str, Any], Place]]:
    if not isinstance(member, Mapping) or member == {"Ref": "AWS::NoValue"}:
        return
    chosen = member.get("Fn::If")
    if not isinstance(chosen, list):
        yield member, path
        return
    for number in (1, 2):
        if number < len(chosen):
            yield from _branches(chosen[number], (*path, "Fn::If", number))


def _action(action: Mapping[str, Any], path: Place, template: Template) -> Action:
    kind, configuration = action.get("ActionTypeId", {}), action.get("Configuration", {})
    provider = kind.get("Provider") if isinstance(kind, Mapping) else None
    order = action.get("RunOrder", 1)
    return Action(
        name=str(action.get("Name", "")),
        provider=str(provider),
        namespace=str(action.get("Namespace", "")),
        run_order=int(order) if str(order).isdigit() else 1,
        function=_function(configuration.get("FunctionName"), template) if provider == "Lambda" else None,
        configuration=configuration,
        path=path,
    )


def _function(name: Any, template: Template) -> str | None:
    """By the handler of the function that is referred to, else by its name."""
    referred = _logical_id(name)
    if referred is not None:
        function = dict(resources(template)).get(referred, {}).get("Properties", {})
        return _HANDLERS.get(str(function.get("Handler"))) if isinstance(function, Mapping) else None
    text = _plain(name)
    return next((each for each in FUNCTIONS if re.search(rf"\b{each}\b", text)), None)


def _logical_id(name: Any) -> str | None:
    if not isinstance(name, Mapping) or len(name) != 1:
        return None
    key, value = next(iter(name.items()))
    if key == "Fn::GetAtt":
        return str(value[0] if isinstance(value, list) else str(value).split(".")[0])
    return str(value) if key == "Ref" else None


def _plain(name: Any) -> str:
    if isinstance(name, Mapping) and "Fn::Sub" in name:
        name = name["Fn::Sub"]
        name = name[0] if isinstance(name, list) else name
    return str(name) if isinstance(name, str) else ""
