"""The JSON Schemas of UserParameters, and a validator of the keywords that they use.

Pure. Numbers and booleans may be given as strings where the schema says so (the workshop's guide does); the bounds hold
for those too. An own validator, because its messages are the product: every finding at once, with the nearest known
key, and no code generation when a function starts cold (see docs/decisions). ``tests/unit/pipeline_job/test_schema.py``
holds it against the ``jsonschema`` package.
"""

import json
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from pipeline_job.problem import Problem

Schema = Mapping[str, Any]

_FOLDER = Path(__file__).parent / "schemas"

_REFERENCE = re.compile(r"#\{[^{}]+\}")
_KINDS = {"string": str, "array": list, "object": dict, "boolean": bool, "null": type(None)}
_ARTICLES = {"integer": "an integer", "array": "an array", "object": "an object"}


@cache
def load(function: str) -> Schema:
    """The schema of a function's UserParameters; ``function`` is a name of :mod:`pipeline_job.functions`."""
    loaded: Schema = json.loads((_FOLDER / f"{function}.json").read_text("utf-8"))
    return loaded


def validate(value: Any, schema: Schema, path: tuple[str, ...] = (), *, unresolved: bool = False) -> Iterator[Problem]:
    """Everything that ``schema`` does not allow. With ``unresolved``, a string that holds a ``#{variable}`` is allowed
    anywhere."""
    if unresolved and isinstance(value, str) and _REFERENCE.search(value):
        return
    kind = _kind_of(value, schema)
    if kind is None:
        yield Problem(f"{_name(path)} must be {_wanted(schema)}, not {_quoted(value)}", path)
        return
    if "enum" in schema and value not in schema["enum"] and read(value, schema) not in schema["enum"]:
        yield Problem(
            f"{_name(path)}: {_quoted(value)} is not one of {_listed(schema['enum'])}",
            path,
            hint=_nearest(value, schema["enum"]),
        )
        return
    if isinstance(value, str):
        yield from _check_text(value, schema, path)
    if kind in ("integer", "number"):
        yield from _check_range(read(value, schema), schema, path)
    if isinstance(value, list):
        yield from _check_size(len(value), schema, path, "items", "Items")
        for index, item in enumerate(value):
            yield from validate(item, schema.get("items", {}), (*path, str(index)), unresolved=unresolved)
    if isinstance(value, dict):
        yield from _check_object(value, schema, path, unresolved)


def read(value: Any, schema: Schema) -> Any:
    """``value`` in the type that the schema means: a number or boolean given as a string becomes one."""
    if not isinstance(value, str):
        return value
    types = _types(schema)
    if "boolean" in types and value in ("true", "false"):
        return value == "true"
    for name, convert in (("integer", int), ("number", float)):
        if name in types:
            try:
                return convert(value)
            except ValueError:
                continue
    return value


def read_object(value: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    """Every member of a valid object in the type that the schema means."""
    properties = schema["properties"]
    return {key: read(given, properties[key]) for key, given in value.items()}


def defaults(schema: Schema) -> dict[str, Any]:
    """What applies where a key is left out."""
    return {key: member["default"] for key, member in schema["properties"].items() if "default" in member}


def _types(schema: Schema) -> list[str]:
    named = schema.get("type", [])
    return [named] if isinstance(named, str) else list(named)


def _kind_of(value: Any, schema: Schema) -> str | None:
    """Which of the schema's types the value has: ``integer`` for "20" too, where both integer and string are
    allowed."""
    types = _types(schema)
    if not types:
        return "any"
    if isinstance(value, str) and "string" in types:
        meant = next((kind for kind in types if kind != "string"), "string")
        pattern = schema.get("pattern")
        return meant if meant == "string" or pattern is None or re.search(pattern, value) else None
    if isinstance(value, bool):
        return "boolean" if "boolean" in types else None
    if isinstance(value, int | float):
        if "integer" in types and float(value).is_integer():
            return "integer"
        return "number" if "number" in types else None
    return next((kind for kind in types if kind in _KINDS and isinstance(value, _KINDS[kind])), None)


def _check_text(value: str, schema: Schema, path: tuple[str, ...]) -> Iterator[Problem]:
    if ("<" in value and ">" in value) or "your-initials" in value:
        yield Problem(
            f"{_name(path)}: {_quoted(value)} still holds the guide's placeholder",
            path,
            hint="put your initials in its place",
        )
        return
    yield from _check_size(len(value), schema, path, "characters", "Length")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        expected = schema.get("x-expects", f"text that matches {schema['pattern']}")
        yield Problem(f"{_name(path)}: {_quoted(value)} is not {expected}", path)
    for part in value.split(",") if "x-list-of" in schema else ():
        if part.partition("@")[0] not in schema["x-list-of"]:
            yield Problem(f"{_name(path)}: unknown {part!r}", path, hint=_nearest(part, schema["x-list-of"]))


def _check_range(value: float, schema: Schema, path: tuple[str, ...]) -> Iterator[Problem]:
    low, above = schema.get("minimum"), schema.get("exclusiveMinimum")
    high, below = schema.get("maximum"), schema.get("exclusiveMaximum")
    inside = (
        (low is None or value >= low)
        and (above is None or value > above)
        and (high is None or value <= high)
        and (below is None or value < below)
    )
    if not inside:
        yield Problem(f"{_name(path)}: {value} is not {bounds(schema)}", path)


def bounds(schema: Schema) -> str:
    """The range of a number in words: ``in [0, 1]``, ``at least 1``; empty when there is none."""
    low, above = schema.get("minimum"), schema.get("exclusiveMinimum")
    high, below = schema.get("maximum"), schema.get("exclusiveMaximum")
    has_low, has_high = low is not None or above is not None, high is not None or below is not None
    if has_low and has_high:
        start = f"[{low}" if low is not None else f"({above}"
        return f"in {start}, {f'{high}]' if high is not None else f'{below})'}"
    if has_low:
        return f"at least {low}" if low is not None else f"more than {above}"
    if has_high:
        return f"at most {high}" if high is not None else f"less than {below}"
    return ""


def _check_size(size: int, schema: Schema, path: tuple[str, ...], unit: str, suffix: str) -> Iterator[Problem]:
    least, most = schema.get(f"min{suffix}", 0), schema.get(f"max{suffix}")
    if size < least or (most is not None and size > most):
        allowed = f"{least} to {most}" if most is not None else f"at least {least}"
        yield Problem(f"{_name(path)} has {size} {unit}; allowed are {allowed}", path)


def _check_object(value: dict[str, Any], schema: Schema, path: tuple[str, ...], unresolved: bool) -> Iterator[Problem]:
    yield from _check_size(len(value), schema, path, "members", "Properties")
    properties: Mapping[str, Schema] = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    for key, member in value.items():
        if key in properties:
            yield from validate(member, properties[key], (*path, key), unresolved=unresolved)
        elif others is False:
            yield Problem(f"unknown key {key!r}", (*path, key), hint=_nearest(key, list(properties)))
        elif isinstance(others, Mapping):
            yield from validate(member, others, (*path, key), unresolved=unresolved)
    for key in schema.get("required", ()):
        if key not in value:
            yield Problem(_missing(key, properties[key]), path)


def _missing(key: str, schema: Schema) -> str:
    example = next(iter(schema.get("examples", ())), None)
    shown = f', for example "{key}": {json.dumps(example)}' if example is not None else ""
    return f"the key {key!r} is missing ({schema.get('title', key)}{shown})"


def _nearest(word: Any, known: list[Any]) -> str:
    if not isinstance(word, str):
        return ""
    nearest = get_close_matches(str(word), [str(each) for each in known], n=1, cutoff=0.5)
    if nearest:
        return f"did you mean {nearest[0]!r}?"
    return f"known are {_listed(known)}" if len(known) <= 30 else ""


def _wanted(schema: Schema) -> str:
    kinds = [_ARTICLES.get(kind, f"a {kind}") for kind in _types(schema)]
    if kinds[-1] == "a string" and len(kinds) > 1:
        kinds.pop()  # a string is only another way of writing the first
    range_ = bounds(schema)
    return " or ".join(kinds) + (f" {range_}" if range_ else "")


def _listed(values: list[Any]) -> str:
    return ", ".join(str(each) for each in values)


def _quoted(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else text[:117] + "..."


def _name(path: tuple[str, ...]) -> str:
    return repr("/".join(path)) if path else "the whole"
