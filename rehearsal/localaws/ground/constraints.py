"""What a service model says of its requests' members (required, length, range, pattern, enum), checked in AWS's words.

Pure: it reads botocore's model and the parsed parameters. botocore itself checks little of this on the caller's side.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import botocore.session

from rehearsal.localaws.ground.errors import AwsError


def check(service: str, operation: str, params: dict[str, Any], code: str = "ValidationException") -> None:
    """Hold the parameters of ``operation`` against botocore's model of ``service``.

    Raises:
        AwsError: ``code``, with every violation in one message as AWS writes it.
    """
    found = violations(_input_shape(service, operation), params)
    if found:
        noun = "error" if len(found) == 1 else "errors"
        raise AwsError(code, f"{len(found)} validation {noun} detected: {'; '.join(found)}")


def violations(shape: Any, params: Mapping[str, Any]) -> list[str]:
    """All that breaks the limits of an operation's input, each in a sentence of AWS's."""
    return list(_violations(shape, params, ""))


@lru_cache(maxsize=256)
def _input_shape(service: str, operation: str) -> Any:
    return _model(service).operation_model(operation).input_shape


@lru_cache(maxsize=16)
def _model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


def _violations(shape: Any, value: Any, path: str) -> Iterator[str]:
    if value is None:
        yield f"Value null at '{path}' failed to satisfy constraint: Member must not be null"
    elif shape.type_name == "structure":
        yield from _of_structure(shape, value, path)
    elif shape.type_name == "list":
        yield from _of_size(shape, value, path, "length")
        for position, member in enumerate(value, start=1):
            yield from _violations(shape.member, member, f"{path}.{position}.member")
    elif shape.type_name == "map":
        yield from _of_size(shape, value, path, "length")
        for key, member in value.items():
            yield from _of_string(shape.key, key, path, subject="Map keys must")
            yield from _violations(shape.value, member, f"{path}.{key}.member")
    elif shape.type_name == "string":
        yield from _of_string(shape, value, path)
    elif shape.type_name in ("integer", "long", "float", "double"):
        yield from _of_range(shape, value, path)


def _of_structure(shape: Any, value: Mapping[str, Any], path: str) -> Iterator[str]:
    if shape.is_document_type:
        return
    for name, member in shape.members.items():
        spoken = name[:1].lower() + name[1:]  # AWS names members so, whatever their case in the API
        inner = f"{path}.{spoken}" if path else spoken
        given = value.get(name)
        if given is not None:
            yield from _violations(member, given, inner)
        elif name in shape.required_members:
            yield from _violations(member, None, inner)


def _of_string(shape: Any, value: str, path: str, subject: str = "Member must") -> Iterator[str]:
    allowed, pattern = shape.metadata.get("enum"), shape.metadata.get("pattern")
    if allowed and value not in allowed:
        yield _sentence(shape, value, path, f"{subject} satisfy enum value set: [{', '.join(allowed)}]")
    yield from _of_size(shape, value, path, "length")
    if pattern and not matches(pattern, value):
        yield _sentence(shape, value, path, f"{subject} satisfy regular expression pattern: {pattern}")


def _of_size(shape: Any, value: Any, path: str, what: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and len(value) < least:
        yield _sentence(shape, value, path, f"Member must have {what} greater than or equal to {least}")
    if most is not None and len(value) > most:
        yield _sentence(shape, value, path, f"Member must have {what} less than or equal to {most}")


def _of_range(shape: Any, value: float, path: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and value < least:
        yield _sentence(shape, value, path, f"Member must have value greater than or equal to {least}")
    if most is not None and value > most:
        yield _sentence(shape, value, path, f"Member must have value less than or equal to {most}")


def _sentence(shape: Any, value: Any, path: str, constraint: str) -> str:
    """A secret's value is left out, as AWS does."""
    shown = "" if shape.metadata.get("sensitive") else f"'{value}' "
    return f"Value {shown}at '{path}' failed to satisfy constraint: {constraint}"


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern)
    except re.error:  # some models use Java's dialect (\p{L}); what Python cannot read it does not judge
        return None


def matches(pattern: str, value: str) -> bool:
    """Whether the whole value fits a pattern of a service model; one that Python cannot read fits everything."""
    compiled = _compiled(pattern)
    return compiled is None or compiled.fullmatch(value) is not None
