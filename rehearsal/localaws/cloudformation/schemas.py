"""The public schemas of resource types: which properties there are, of what type, and which cannot change in place.

The files are those that cfn-lint ships; cfn-lint itself is not imported (it takes two seconds). Pure, but for reading
them. Format: https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

import importlib.util
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from rehearsal.localaws.cloudformation.template import as_text

_FOLDER = ("data", "schemas")
_PREFIX = "/properties/"
_TRUE, _FALSE = "true", "false"


@dataclass(frozen=True)
class ResourceSchema:
    """What is known of a resource type."""

    type: str
    raw: Mapping[str, Any]

    def paths(self, member: str) -> tuple[tuple[str, ...], ...]:
        """Property paths listed under ``createOnlyProperties`` and the like."""
        return tuple(tuple(path.removeprefix(_PREFIX).split("/")) for path in self.raw.get(member) or ())

    @property
    def create_only(self) -> tuple[tuple[str, ...], ...]:
        return self.paths("createOnlyProperties")

    @property
    def read_only(self) -> frozenset[str]:
        return frozenset(path[0] for path in self.paths("readOnlyProperties") if len(path) == 1)

    @property
    def tag_property(self) -> str | None:
        """The property that stack tags are added to."""
        tagging = self.raw.get("tagging") or {}
        name = str(tagging.get("tagProperty", "/properties/Tags")).removeprefix(_PREFIX)
        return name if tagging.get("taggable", "Tags" in self.properties) and name in self.properties else None

    @property
    def properties(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.raw.get("properties", {})
        return found


@lru_cache(maxsize=1)
def _schema_folder() -> Path:
    spec = importlib.util.find_spec("cfnlint")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("cfn-lint is not installed; it brings the schemas of the resource types")
    return Path(spec.submodule_search_locations[0]).joinpath(*_FOLDER)


@lru_cache(maxsize=1)
def _files() -> Mapping[str, str]:
    files: Mapping[str, str] = json.loads((_schema_folder() / "providers" / "us-east-1.json").read_bytes())
    return files


def known_to_aws(resource_type: str) -> bool:
    """Whether AWS has such a resource type at all."""
    return resource_type in _files()


def all_types() -> frozenset[str]:
    """Every type that AWS has."""
    return frozenset(_files())


@lru_cache(maxsize=256)
def of_type(resource_type: str) -> ResourceSchema:
    """The schema of a type that AWS has."""
    file = _schema_folder() / "resources" / f"{_files()[resource_type]}.json"
    return ResourceSchema(resource_type, json.loads(file.read_bytes()))


@dataclass
class _Walk:
    """One validation: the schema to look references up in, and what was found wrong."""

    root: Mapping[str, Any]
    problems: list[str] = field(default_factory=list)

    def deref(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in schema:
            target: Any = self.root
            for step in schema["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            schema = target
        return schema

    def problem(self, path: str, text: str) -> None:
        self.problems.append(f"#{path}: {text}")


def conform(schema: ResourceSchema, properties: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Properties with scalars turned into the type that the schema wants, and what is wrong with them, in AWS's
    words."""
    walk = _Walk(schema.raw)
    conformed = _value(walk, schema.raw, dict(properties), "")
    for name in sorted(schema.read_only & set(properties)):
        walk.problem("", f"extraneous key [{name}] is not permitted: it is read-only")
    return conformed, walk.problems


def _value(walk: _Walk, schema: Mapping[str, Any], value: Any, path: str) -> Any:
    schema = walk.deref(schema)
    wanted = _types(schema)
    if isinstance(value, dict):
        return _object(walk, schema, wanted, value, path)
    if isinstance(value, list):
        return _array(walk, schema, wanted, value, path)
    return _scalar(walk, schema, wanted, value, path)


def _types(schema: Mapping[str, Any]) -> tuple[str, ...]:
    declared = schema.get("type", ())
    return (declared,) if isinstance(declared, str) else tuple(declared)


_NAMES_OF_TYPES = {"array": "JSONArray", "object": "JSONObject"}
"""As CloudFormation's messages have them."""


def _mismatch(walk: _Walk, wanted: tuple[str, ...], found: str, path: str) -> None:
    expected = " or ".join(_NAMES_OF_TYPES.get(kind, kind.capitalize()) for kind in wanted)
    walk.problem(path, f"expected type: {expected}, found: {found}")


def _object(walk: _Walk, schema: Mapping[str, Any], wanted: tuple[str, ...], value: dict[str, Any], path: str) -> Any:
    if wanted and "object" not in wanted:
        _mismatch(walk, wanted, "JSONObject", path)
        return value
    members = dict(_members(walk, schema))
    for name in schema.get("required", ()):
        if name not in value:
            walk.problem(path, f"required key [{name}] not found")
    return {name: _member(walk, schema, members, name, item, path) for name, item in value.items()}


def _members(walk: _Walk, schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every property an object may have: its own, and those that only an alternative of it declares."""
    for keyword in ("oneOf", "anyOf", "allOf"):
        for alternative in schema.get(keyword, ()):
            yield from _members(walk, walk.deref(alternative))
    yield from schema.get("properties", {}).items()


def _member(
    walk: _Walk, schema: Mapping[str, Any], members: Mapping[str, Any], name: str, value: Any, path: str
) -> Any:
    if isinstance(members.get(name), Mapping):
        return _value(walk, members[name], value, f"{path}/{name}")
    for pattern_schema in schema.get("patternProperties", {}).values():
        return _value(walk, pattern_schema, value, f"{path}/{name}")
    additional = schema.get("additionalProperties")
    if isinstance(additional, Mapping):
        return _value(walk, additional, value, f"{path}/{name}")
    if additional is False and members:
        walk.problem(path, f"extraneous key [{name}] is not permitted")
    return value


def _array(walk: _Walk, schema: Mapping[str, Any], wanted: tuple[str, ...], value: list[Any], path: str) -> Any:
    if wanted and "array" not in wanted:
        if wanted != ("object",):
            _mismatch(walk, wanted, "JSONArray", path)
        return value
    if len(value) < schema.get("minItems", 0):
        walk.problem(path, f"expected minimum item count: {schema['minItems']}, found: {len(value)}")
    if "maxItems" in schema and len(value) > schema["maxItems"]:
        walk.problem(path, f"expected maximum item count: {schema['maxItems']}, found: {len(value)}")
    items = schema.get("items", {})
    return [_value(walk, items, item, f"{path}/{index}") for index, item in enumerate(value)]


def _scalar(walk: _Walk, schema: Mapping[str, Any], wanted: tuple[str, ...], value: Any, path: str) -> Any:
    for kind in wanted:
        converted = _as_kind(kind, value)
        if converted is not None:
            _check_scalar(walk, schema, converted, path)
            return converted
    if wanted and not set(wanted) <= {"object"}:
        _mismatch(walk, wanted, type(value).__name__.replace("str", "String").capitalize(), path)
    elif wanted and not isinstance(value, str):
        _mismatch(walk, wanted, type(value).__name__.capitalize(), path)
    return value


def _as_kind(kind: str, value: Any) -> Any:
    """``value`` as the JSON type ``kind``, or None when it cannot be."""
    if kind == "string":
        return None if value is None else as_text(value)
    if kind == "boolean":
        text = as_text(value).lower()
        return text == _TRUE if text in (_TRUE, _FALSE) else None
    if kind in ("integer", "number") and not isinstance(value, bool):
        return _as_number(kind, value)
    return None


def _as_number(kind: str, value: Any) -> int | float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    if number == int(number):
        return int(number)
    return number if kind == "number" else None


def _check_scalar(walk: _Walk, schema: Mapping[str, Any], value: Any, path: str) -> None:
    allowed = schema.get("enum")
    if allowed is not None and value not in allowed and as_text(value) not in [as_text(item) for item in allowed]:
        walk.problem(path, f"{as_text(value)} is not a valid enum value")
    if isinstance(value, str):
        if len(value) < schema.get("minLength", 0):
            walk.problem(path, f"expected minLength: {schema['minLength']}, actual: {len(value)}")
        if "maxLength" in schema and len(value) > schema["maxLength"]:
            walk.problem(path, f"expected maxLength: {schema['maxLength']}, actual: {len(value)}")
    elif not isinstance(value, bool):
        if "minimum" in schema and value < schema["minimum"]:
            walk.problem(path, f"{value} is not greater or equal to {schema['minimum']}")
        if "maximum" in schema and value > schema["maximum"]:
            walk.problem(path, f"{value} is not less or equal to {schema['maximum']}")
