"""The actions of the workshop's pipeline that invoke a function, read from the pipeline template: nothing is listed
twice."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipeline_job.functions import FUNCTIONS
from rehearsal.toolkit import project
from rehearsal.toolkit.stacks import template_files

_BY_HANDLER = {function.handler: name for name, function in FUNCTIONS.items()}


@dataclass(frozen=True)
class WorkshopAction:
    """An action, the function that it invokes, and the stack's parameter that holds its UserParameters, where one
    does."""

    path: str
    function: str
    stack_parameter: str | None

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


def all_of() -> tuple[WorkshopAction, ...]:
    """Those of the project that the user works in, in the pipeline's order."""
    return _read(project.find().pipeline_template)


def settable() -> tuple[WorkshopAction, ...]:
    """Those whose UserParameters are a parameter of the stack."""
    return tuple(action for action in all_of() if action.stack_parameter)


def find(address: str) -> WorkshopAction | None:
    """The action named by ``Stage/Action``, or the first one of that bare name; None where there is none."""
    return next((action for action in all_of() if address in (action.path, action.name)), None)


@cache
def _read(template: Path) -> tuple[WorkshopAction, ...]:
    document = template_files.read(template)
    parameters, resources = document["Parameters"], document["Resources"]
    pipeline = next(each for each in resources.values() if each["Type"] == "AWS::CodePipeline::Pipeline")
    return tuple(
        WorkshopAction(f"{stage['Name']}/{action['Name']}", function, _parameter(action["Configuration"], parameters))
        for stage in _objects(pipeline["Properties"]["Stages"], "Actions")
        for action in _objects(stage["Actions"], "Configuration")
        if (function := _function(action["Configuration"], resources)) is not None
    )


def _objects(node: Any, member: str) -> Iterator[Mapping[str, Any]]:
    """The objects with a member, also those within the branches of an ``Fn::If``."""
    if isinstance(node, Mapping) and member in node:
        yield node
    inner = node.get("Fn::If", ()) if isinstance(node, Mapping) else node
    for each in inner if isinstance(inner, list) else ():
        yield from _objects(each, member)


def _function(configuration: Mapping[str, Any], resources: Mapping[str, Any]) -> str | None:
    named = _referred(configuration.get("FunctionName"))
    properties = resources.get(named, {}).get("Properties", {})
    return _BY_HANDLER.get(properties.get("Handler", ""))


def _parameter(configuration: Mapping[str, Any], parameters: Mapping[str, Any]) -> str | None:
    """The one parameter that the UserParameters refer to as a whole."""
    given = configuration.get("UserParameters")
    branches = given.get("Fn::If", ()) if isinstance(given, Mapping) else ()
    return next((name for each in branches if (name := _referred(each)) in parameters), None)


def _referred(value: Any) -> str:
    """What a ``Ref`` names; empty for anything else."""
    return str(value.get("Ref", "")) if isinstance(value, Mapping) else ""
