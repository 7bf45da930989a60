"""What a step asks for, held against the request of the API that it becomes; expressions stand for any single value.
Pure.

It reads botocore's model of SageMaker. The words are those of CreatePipeline where an answer of the service is known.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import botocore.session

from rehearsal.localaws.ground import constraints
from rehearsal.localaws.sagemaker.pipelines import expressions
from rehearsal.localaws.sagemaker.pipelines.invalid import against_model, list_of, unparsable
from rehearsal.localaws.sagemaker.pipelines.paths import Part
from rehearsal.localaws.sagemaker.pipelines.steps.kind import Kind

_NUMBERS = ("integer", "long", "float", "double")


@lru_cache(maxsize=64)
def request_shape(operation: str) -> Any:
    """The input of an operation of SageMaker."""
    return _model().operation_model(operation).input_shape


@lru_cache(maxsize=64)
def answer_shape(operation: str) -> Any:
    """The output of an operation of SageMaker."""
    return _model().operation_model(operation).output_shape


@lru_cache(maxsize=1)
def _model() -> Any:
    return botocore.session.get_session().get_service_model("sagemaker")


def check(kind: Kind, arguments: Mapping[str, Any]) -> None:
    """Hold the arguments of a step against its request.

    Raises:
        InvalidDefinition: in the service's words.
    """
    if kind.request is None:
        return
    shape = request_shape(kind.request)
    _check_members(shape, arguments, frozenset(shape.members) - kind.unknown, kind.supplied)


def _check(shape: Any, value: Any) -> None:
    if shape.type_name == "structure":
        if not isinstance(value, Mapping):
            raise unparsable("Expecting start of Json Object.")
        _check_members(shape, value, frozenset(shape.members))
    elif shape.type_name == "list":
        _check_size(shape, list_of(value))
        for member in value:
            _check(shape.member, member)
    elif shape.type_name == "map":
        _check_map(shape, value)
    elif not expressions.is_expression(value):
        _check_scalar(shape, value)


def _check_members(
    shape: Any, value: Mapping[str, Any], known: frozenset[str], supplied: frozenset[str] = frozenset()
) -> None:
    for name, member in value.items():
        if name not in known:
            raise unparsable(f"Unknown Argument member '{name}'.")
        if member is not None:
            _check(shape.members[name], member)
    missing = [name for name in shape.required_members if value.get(name) is None and name not in supplied]
    if missing:
        raise against_model(f"Member '{missing[0]}' of '{shape.name}' must not be null")


def _check_map(shape: Any, value: Any) -> None:
    if not isinstance(value, Mapping) or expressions.is_expression(value):
        raise unparsable("Expecting start of Json Object.")
    _check_size(shape, value)
    for key, member in value.items():
        _check_scalar(shape.key, key)
        _check(shape.value, member)


def _check_scalar(shape: Any, value: Any) -> None:
    if shape.type_name == "boolean":
        _expect(isinstance(value, bool), "Boolean", shape)
    elif shape.type_name in _NUMBERS:
        _expect(isinstance(value, int | float) and not isinstance(value, bool), "Number", shape)
        _check_range(shape, value)
    elif shape.type_name == "string":
        _expect(isinstance(value, str), "String", shape)
        _check_text(shape, value)


def _expect(fits: bool, wanted: str, shape: Any) -> None:
    if not fits:
        raise unparsable(f"Expecting a Json {wanted} for '{shape.name}'.")


def _check_text(shape: Any, value: str) -> None:
    allowed, pattern = shape.metadata.get("enum"), shape.metadata.get("pattern")
    if allowed and value not in allowed:
        raise _violation(shape, value, f"enum value set: [{', '.join(allowed)}]")
    _check_size(shape, value)
    if pattern and not constraints.matches(pattern, value):
        raise _violation(shape, value, f"regular expression pattern: {pattern}")


def _check_size(shape: Any, value: Any) -> None:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and len(value) < least:
        raise _violation(shape, value, f"constraint: Member must have length greater than or equal to {least}")
    if most is not None and len(value) > most:
        raise _violation(shape, value, f"constraint: Member must have length less than or equal to {most}")


def _check_range(shape: Any, value: float) -> None:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and value < least:
        raise _violation(shape, value, f"constraint: Member must have value greater than or equal to {least}")
    if most is not None and value > most:
        raise _violation(shape, value, f"constraint: Member must have value less than or equal to {most}")


def _violation(shape: Any, value: Any, constraint: str) -> Exception:
    return against_model(f"Value '{value}' for '{shape.name}' failed to satisfy {constraint}")


def is_property(kind: Kind, path: tuple[Part, ...]) -> bool:
    """Whether the properties of a step of this kind can have something at the path."""
    if path[0] in kind.properties:
        return True
    return kind.describes is not None and _has(answer_shape(kind.describes), path)


def _has(shape: Any, path: tuple[Part, ...]) -> bool:
    for part in path:
        if shape.type_name == "structure" and part in shape.members:
            shape = shape.members[part]
        elif shape.type_name == "map" and isinstance(part, str):
            shape = shape.value
        elif shape.type_name == "list":
            shape = shape.member
        else:
            return False
    return True


def fitted(operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """The request with resolved values brought to the types of its members: numbers and booleans to texts, 2.0 to 2."""
    made: dict[str, Any] = _fitted(request_shape(operation), request)
    return made


def _fitted(shape: Any, value: Any) -> Any:
    if shape.type_name == "structure" and isinstance(value, Mapping):
        given = ((name, member) for name, member in value.items() if member is not None)
        return {name: _fitted(shape.members[name], member) for name, member in given}
    if shape.type_name == "map" and isinstance(value, Mapping):
        return {key: _fitted(shape.value, member) for key, member in value.items()}
    if shape.type_name == "list" and isinstance(value, list):
        return [_fitted(shape.member, member) for member in value]
    if shape.type_name == "string" and isinstance(value, bool):
        return str(value).lower()
    if shape.type_name == "string" and isinstance(value, int | float):
        return str(value)
    if shape.type_name in ("integer", "long") and isinstance(value, float) and value.is_integer():
        return int(value)
    return value
