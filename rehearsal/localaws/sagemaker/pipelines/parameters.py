"""Parameters of a pipeline: declared in the definition, given as texts at the start, converted to their types. Pure."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rehearsal.localaws.sagemaker.pipelines.invalid import against_model, list_of, object_of, unparsable

TYPES = ("String", "Integer", "Float", "Boolean")
MAX_PARAMETERS = 200
MAX_OUTPUTS = 50
MAX_VALUE = 1024
_NAME = re.compile(r"[A-Za-z0-9\-_]{1,256}")
_MEMBERS = frozenset({"Name", "Type", "DefaultValue", "EnumValues"})

Value = str | int | float | bool


class InvalidValue(ValueError):
    """What was given at the start does not fit; the text is the service's message."""


@dataclass(frozen=True)
class Parameter:
    """One parameter; without ``default`` every start must give it."""

    name: str
    type: str = "String"
    default: Value | None = None
    allowed: tuple[Value, ...] = ()


def parse(raw: Any) -> Parameter:
    """Read a declaration.

    Raises:
        InvalidDefinition: it is not as the service takes it.
    """
    given = object_of(raw, _MEMBERS, ("Name",))
    name, kind = given["Name"], given.get("Type", "String")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise against_model(
            f"Value '{name}' for 'PipelineParameterName' failed to satisfy regular expression pattern: {_NAME.pattern}"
        )
    if kind not in TYPES:
        raise unparsable(f"Parameter '{name}' has the unknown type '{kind}'. Known types: [{', '.join(TYPES)}].")
    allowed = tuple(_declared(name, kind, value) for value in list_of(given.get("EnumValues", [])))
    default = _declared(name, kind, given["DefaultValue"]) if "DefaultValue" in given else None
    if allowed and default is not None and default not in allowed:
        raise unparsable(f"The default value of parameter '{name}' is not one of its EnumValues.")
    return Parameter(name, kind, default, allowed)


def _declared(name: str, kind: str, value: Any) -> Value:
    fits = {
        "String": isinstance(value, str),
        "Boolean": isinstance(value, bool),
        "Integer": isinstance(value, int) and not isinstance(value, bool),
        "Float": isinstance(value, int | float) and not isinstance(value, bool),
    }
    if not fits[kind]:
        raise unparsable(f"The value {value!r} of parameter '{name}' is not of its type {kind}.")
    return float(value) if kind == "Float" else value


def values(declared: Mapping[str, Parameter], given: Sequence[Mapping[str, str]]) -> dict[str, Value]:
    """The values in effect: what the start gives as texts, else the defaults.

    Raises:
        InvalidValue: one is unknown, missing, given twice, or not as its declaration wants it.
    """
    texts: dict[str, str] = {}
    for each in given:
        if each["Name"] not in declared:
            raise InvalidValue(f"Unknown pipeline parameter: '{each['Name']}'.")
        if each["Name"] in texts:
            raise InvalidValue(f"Pipeline parameter '{each['Name']}' is given more than once.")
        texts[each["Name"]] = each["Value"]
    found = {name: converted(parameter, texts[name]) for name, parameter in declared.items() if name in texts}
    missing = [name for name, each in declared.items() if name not in found and each.default is None]
    if missing:
        raise InvalidValue(f"Assigning values to the following pipeline parameters is required: {', '.join(missing)}")
    defaults = {name: each.default for name, each in declared.items() if each.default is not None}
    return {name: (defaults | found)[name] for name in declared}


def converted(parameter: Parameter, text: str) -> Value:
    """A text as the parameter's type.

    Raises:
        InvalidValue: it is none of them, or none of the allowed ones.
    """
    if not text:
        raise InvalidValue('[string "" is too short (length: 0, required minimum: 1)]')
    try:
        value = of_type(parameter.type, text)
    except ValueError as error:
        raise InvalidValue(
            f"The value '{text}' of pipeline parameter '{parameter.name}' is not of its type {parameter.type}."
        ) from error
    if parameter.allowed and value not in parameter.allowed:
        allowed = ", ".join(map(as_text, parameter.allowed))
        raise InvalidValue(f"The value '{text}' of pipeline parameter '{parameter.name}' is not one of [{allowed}].")
    return value


def of_type(kind: str, text: str) -> Value:
    """The text as a value of this type.

    Raises:
        ValueError: it is none.
    """
    if kind == "Integer":
        return int(text)
    if kind == "Float":
        number = float(text)
        if not math.isfinite(number):
            raise ValueError(text)
        return number
    if kind == "Boolean":
        if text.lower() not in ("true", "false"):
            raise ValueError(text)
        return text.lower() == "true"
    return text


def as_text(value: Any) -> str:
    """A value as the service writes it: booleans in small letters."""
    return str(value).lower() if isinstance(value, bool) else str(value)
