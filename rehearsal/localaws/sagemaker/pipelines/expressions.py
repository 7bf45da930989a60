"""What stands in a definition in place of a value: ``Get``, ``Std:Join`` and ``Std:JsonGet``. Pure.

``parse`` reads one, ``references`` finds all that a value holds. What they give at run time is in ``values``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.localaws.sagemaker.pipelines import paths
from rehearsal.localaws.sagemaker.pipelines.paths import Part

EXECUTION_VARIABLES = frozenset(
    {
        "StartDateTime",
        "CurrentDateTime",
        "PipelineName",
        "PipelineArn",
        "PipelineExecutionId",
        "PipelineExecutionArn",
        "TrainingJobName",
        "ProcessingJobName",
    }
)
FUNCTIONS = ("Get", "Std:Join", "Std:JsonGet")


class InvalidExpression(ValueError):
    """An expression that the service does not know; the text says what is wrong."""


@dataclass(frozen=True)
class ParameterValue:
    """``{"Get": "Parameters.X"}``"""

    name: str


@dataclass(frozen=True)
class ExecutionVariable:
    """``{"Get": "Execution.X"}``"""

    name: str


@dataclass(frozen=True)
class StepProperty:
    """``{"Get": "Steps.N.<path>"}``"""

    step: str
    path: tuple[Part, ...]


@dataclass(frozen=True)
class Join:
    """``{"Std:Join": {"On": ..., "Values": [...]}}``; the values are constants and expressions."""

    on: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class JsonOfFile:
    """``{"Std:JsonGet": ...}`` of a step's property file."""

    step: str
    file: str
    path: tuple[Part, ...]


@dataclass(frozen=True)
class JsonOfObject:
    """``{"Std:JsonGet": ...}`` of an S3 object; ``uri`` is a text or an expression."""

    uri: Any
    path: tuple[Part, ...]


Expression = ParameterValue | ExecutionVariable | StepProperty | Join | JsonOfFile | JsonOfObject


def is_expression(value: Any) -> bool:
    """Whether a value of a definition is written as a function rather than as itself."""
    return isinstance(value, Mapping) and len(value) == 1 and next(iter(value)) in FUNCTIONS


def parse(value: Mapping[str, Any]) -> Expression:
    """Read one expression.

    Raises:
        InvalidExpression: what it gets or joins is not there or not of the right kind.
    """
    function, given = next(iter(value.items()))
    if function == "Get":
        return _get(given)
    if not isinstance(given, Mapping):
        raise InvalidExpression(f"Expecting start of Json Object for the function {function}")
    return _join(given) if function == "Std:Join" else _json_get(given)


def _get(reference: Any) -> Expression:
    if not isinstance(reference, str):
        raise InvalidExpression(f"Get takes the name of a value as text, not {reference!r}")
    kind, _, rest = reference.partition(".")
    if kind == "Parameters" and rest:
        return ParameterValue(rest)
    if kind == "Execution" and rest in EXECUTION_VARIABLES:
        return ExecutionVariable(rest)
    if kind == "Steps" and rest:
        return _property(reference, rest)
    raise InvalidExpression(f"Unknown reference '{reference}'")


def _property(reference: str, rest: str) -> StepProperty:
    step, _, path = rest.partition(".")
    try:
        return StepProperty(step, paths.parse(path))
    except paths.InvalidPath as error:
        raise InvalidExpression(f"Unknown reference '{reference}'") from error


def _join(given: Mapping[str, Any]) -> Join:
    _only(given, {"On", "Values"})
    on, values = given.get("On", ""), given.get("Values")
    if not isinstance(on, str) or not isinstance(values, list):
        raise InvalidExpression("Std:Join takes a text On and a list of Values")
    for value in values:
        if isinstance(value, Mapping | list) and not is_expression(value):
            raise InvalidExpression("Std:Join joins texts, numbers and functions only")
    return Join(on, tuple(parse(value) if is_expression(value) else value for value in values))


def _json_get(given: Mapping[str, Any]) -> Expression:
    _only(given, {"PropertyFile", "S3Uri", "Path"})
    if ("PropertyFile" in given) == ("S3Uri" in given):
        raise InvalidExpression("Std:JsonGet takes exactly one of PropertyFile and S3Uri")
    path = _json_path(given.get("Path"))
    if "S3Uri" in given:
        uri = given["S3Uri"]
        if not isinstance(uri, str) and not is_expression(uri):
            raise InvalidExpression("The S3Uri of Std:JsonGet is a text or a function")
        return JsonOfObject(parse(uri) if is_expression(uri) else uri, path)
    file = given["PropertyFile"]
    found = parse(file) if is_expression(file) else None
    if not isinstance(found, StepProperty) or len(found.path) != 2 or found.path[0] != "PropertyFiles":
        raise InvalidExpression('The PropertyFile of Std:JsonGet is {"Get": "Steps.<step>.PropertyFiles.<file>"}')
    return JsonOfFile(found.step, str(found.path[1]), path)


def _json_path(given: Any) -> tuple[Part, ...]:
    try:
        return paths.parse(given if isinstance(given, str) else "")
    except paths.InvalidPath as error:
        raise InvalidExpression(
            f"The Path of Std:JsonGet leads to one value, such as a.b[0].c; {given!r} does not"
        ) from error


def _only(given: Mapping[str, Any], known: set[str]) -> None:
    unknown = sorted(given.keys() - known)
    if unknown:
        raise InvalidExpression(f"Cannot parse object, unknown property '{unknown[0]}'")


def found_in(value: Any) -> Iterator[Expression]:
    """Every expression that a value of a definition holds, those within others too.

    Raises:
        InvalidExpression: one of them cannot be read.
    """
    if is_expression(value):
        yield from within(parse(value))
    elif isinstance(value, Mapping):
        for member in value.values():
            yield from found_in(member)
    elif isinstance(value, list):
        for member in value:
            yield from found_in(member)


def within(expression: Any) -> Iterator[Expression]:
    """The expression and those it is made of; nothing of a constant."""
    if not isinstance(expression, Expression):
        return
    yield expression
    for inner in expression.values if isinstance(expression, Join) else ():
        yield from within(inner)
    if isinstance(expression, JsonOfObject):
        yield from within(expression.uri)


def steps_of(value: Any) -> Iterator[str]:
    """The names of the steps that a value refers to."""
    for expression in found_in(value):
        if isinstance(expression, StepProperty | JsonOfFile):
            yield expression.step
