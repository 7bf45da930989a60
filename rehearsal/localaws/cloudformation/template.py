"""Reads a template: YAML or JSON text in, a :class:`Template` out. Pure: no clock, no client.

Everything that CloudFormation says of a template without looking at its parameters' values is said here, in its words.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from rehearsal.localaws.ground.errors import AwsError

Node = Any
"""A decoded piece of a template: scalars, lists and dicts, with intrinsics in their long form."""

_SECTIONS = {
    "AWSTemplateFormatVersion",
    "Description",
    "Metadata",
    "Parameters",
    "Rules",
    "Mappings",
    "Conditions",
    "Transform",
    "Resources",
    "Outputs",
    "Globals",  # SAM's
    "Hooks",
}
_RESOURCE_MEMBERS = {
    "Type",
    "Properties",
    "DependsOn",
    "Condition",
    "Metadata",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "CreationPolicy",
    "UpdatePolicy",
    "Version",
    "Description",  # templates that CodeStar made have it
    "Connectors",  # SAM's
    "IgnoreGlobals",  # SAM's
}
_DELETION_POLICIES = {"Delete", "Retain", "Snapshot", "RetainExceptOnCreate"}
_REPLACE_POLICIES = {"Delete", "Retain", "Snapshot"}
_LOGICAL_ID = re.compile(r"[A-Za-z0-9]+")


def invalid(message: str) -> AwsError:
    """The error that CloudFormation answers to anything wrong with a request or template."""
    return AwsError("ValidationError", message)


@dataclass(frozen=True)
class ResourceDeclaration:
    """One member of Resources."""

    logical_id: str
    type: str
    properties: Node
    depends_on: tuple[str, ...]
    condition: str | None
    deletion_policy: Node
    update_replace_policy: Node
    metadata: Node
    creation_policy: Node = None
    update_policy: Node = None


@dataclass(frozen=True)
class Template:
    """A decoded template, and the text that it came from."""

    body: str
    raw: Mapping[str, Any]
    resources: Mapping[str, ResourceDeclaration]
    description: str | None = None
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    mappings: Mapping[str, Any] = field(default_factory=dict)
    conditions: Mapping[str, Node] = field(default_factory=dict)
    rules: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    metadata: Node = None
    transforms: tuple[str, ...] = ()


class _Loader(yaml.CSafeLoader):
    """YAML as CloudFormation reads it: short intrinsic forms, and dates (``Version: 2012-10-17``) left as text."""


def _intrinsic(loader: Any, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _intrinsic)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: loader.construct_scalar(node))


def decode(body: str) -> dict[str, Any]:
    """The template's text as a dict with string keys.

    Raises:
        AwsError: ValidationError, with the line and column where it stops being YAML or JSON.
    """
    decoded = _decode_json(body) if body.lstrip().startswith("{") else _decode_yaml(body)
    if not isinstance(decoded, dict):
        raise invalid("Template format error: unsupported structure.")
    return decoded


def _decode_json(body: str) -> Any:
    try:
        return json.loads(body)
    except json.JSONDecodeError as error:
        flow_style = _decode_yaml_or_none(body)  # a YAML template may start with a brace too
        if isinstance(flow_style, dict):
            return flow_style
        raise invalid(
            f"Template format error: JSON not well-formed. (line {error.lineno}, column {error.colno})"
        ) from error


def _decode_yaml_or_none(body: str) -> Any:
    try:
        return _decode_yaml(body)
    except AwsError:
        return None


def _decode_yaml(body: str) -> Any:
    try:
        _refuse_aliases(body)
        return _with_text_keys(yaml.load(body, Loader=_Loader))  # a safe loader's subclass
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"(line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise invalid(f"Template format error: YAML not well-formed. {where}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise invalid(f"Template format error: YAML not well-formed. {error}") from error


def _refuse_aliases(body: str) -> None:
    if "&" in body and any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(body, Loader=_Loader)):
        raise invalid("Template format error: YAML aliases are not allowed in CloudFormation templates")


def _with_text_keys(node: Node) -> Node:
    """Mapping keys such as account ids are numbers to YAML and text to CloudFormation."""
    if isinstance(node, dict):
        return {key if isinstance(key, str) else as_text(key): _with_text_keys(value) for key, value in node.items()}
    return [_with_text_keys(item) for item in node] if isinstance(node, list) else node


def as_text(scalar: Any) -> str:
    """A scalar as CloudFormation writes it."""
    if isinstance(scalar, bool):
        return "true" if scalar else "false"
    return str(scalar)


def parse(body: str) -> Template:
    """Decode and check a template.

    Raises:
        AwsError: ValidationError, in CloudFormation's words.
    """
    return build(decode(body), body)


def build(raw: dict[str, Any], body: str, *, may_be_empty: bool = False) -> Template:
    """A checked Template from a decoded one; ``may_be_empty``: its resources may all come from loops."""
    unknown = sorted(set(raw) - _SECTIONS)
    if unknown:
        raise invalid(f"Invalid template property or properties [{', '.join(unknown)}]")
    resources = _section(raw, "Resources")
    if not resources and not may_be_empty:
        raise invalid("Template format error: At least one Resources member must be defined.")
    template = Template(
        body=body,
        raw=raw,
        resources={name: _resource(name, declared) for name, declared in resources.items()},
        description=_description(raw.get("Description")),
        parameters=_section(raw, "Parameters"),
        mappings=_section(raw, "Mappings"),
        conditions=_section(raw, "Conditions"),
        rules=_section(raw, "Rules"),
        outputs=_outputs(_section(raw, "Outputs")),
        metadata=raw.get("Metadata"),
        transforms=_transforms(raw.get("Transform")),
    )
    _check_parameters(template)
    _check_mappings(template.mappings)
    return template


def _check_mappings(mappings: Mapping[str, Any]) -> None:
    """Two levels of keys, then texts or lists; what transforms fill in comes later."""
    for mapping in mappings.values():
        for key, attributes in mapping.items() if isinstance(mapping, dict) else ():
            if key.startswith("Fn::"):
                continue
            if not isinstance(attributes, dict):
                raise invalid(f"Template format error: Every Mappings member {key} must be a map")
            if any(isinstance(value, dict) for name, value in attributes.items() if not name.startswith("Fn::")):
                raise invalid("Template format error: Every Mappings attribute must be a String or a List.")


def _section(raw: Mapping[str, Any], name: str) -> dict[str, Any]:
    section = raw.get(name)
    if section is None:
        return {}
    if not isinstance(section, dict):
        raise invalid(f"Template format error: {name} must be an object.")
    for member in section:
        if not _LOGICAL_ID.fullmatch(member) and name != "Mappings" and not member.startswith("Fn::"):
            kind = {"Resources": "Resource name", "Parameters": "Parameter name", "Outputs": "Output name"}
            raise invalid(f"Template format error: {kind.get(name, name)} {member} is non alphanumeric.")
    return section


def _description(value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise invalid("Template format error: Every Description member must be a string.")
    if value and len(value.encode()) > 1024:
        raise invalid("Template format error: 'Description' length is greater than 1024.")
    return value


def _transforms(value: Any) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [] if value is None else [value]
    return tuple(item if isinstance(item, str) else str(item.get("Name")) for item in listed)


def _resource(name: str, declared: Any) -> ResourceDeclaration:
    if not isinstance(declared, dict):
        raise invalid("Template format error: Any Resources member must be an object.")
    if not isinstance(declared.get("Type"), str):
        raise invalid(f"Template format error: [/Resources/{name}] Every Resources object must contain a Type member.")
    for member in declared:
        if member not in _RESOURCE_MEMBERS:
            raise invalid(f"Invalid template resource property '{member}'")
    properties = declared.get("Properties") or {}
    if properties == {"Ref": "AWS::NoValue"}:
        properties = {}
    if not isinstance(properties, dict):
        raise invalid(f"Template format error: [/Resources/{name}/Properties] Properties must be an object.")
    _check_policy(name, declared, "DeletionPolicy", _DELETION_POLICIES)
    _check_policy(name, declared, "UpdateReplacePolicy", _REPLACE_POLICIES)
    depends_on = declared.get("DependsOn") or []
    return ResourceDeclaration(
        logical_id=name,
        type=declared["Type"],
        properties=properties,
        depends_on=(depends_on,) if isinstance(depends_on, str) else tuple(depends_on),
        condition=declared.get("Condition"),
        deletion_policy=declared.get("DeletionPolicy"),
        update_replace_policy=declared.get("UpdateReplacePolicy"),
        metadata=declared.get("Metadata"),
        creation_policy=declared.get("CreationPolicy"),
        update_policy=declared.get("UpdatePolicy"),
    )


def _check_policy(name: str, declared: Mapping[str, Any], member: str, allowed: set[str]) -> None:
    value = declared.get(member)
    if isinstance(value, str) and value not in allowed:
        raise invalid(
            f"Template format error: Unrecognized {member} {value} for resource {name}. "
            f"Valid values are {', '.join(sorted(allowed))}."
        )


def _outputs(section: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    for name, declared in section.items():
        if not isinstance(declared, dict) or "Value" not in declared:
            raise invalid("Template format error: Every Outputs member must contain a Value object")
        if declared["Value"] is None:
            raise invalid(f"[/Outputs/{name}/Value] 'null' values are not allowed in templates")
        if isinstance(declared["Value"], list):
            raise invalid(
                "Template format error: The Value field of every Outputs member must evaluate to a String and not a "
                "List."
            )
    return section


def _check_parameters(template: Template) -> None:
    for name, declared in template.parameters.items():
        if not isinstance(declared, dict) or not isinstance(declared.get("Type"), str):
            raise invalid(
                f"Template format error: [/Parameters/{name}] Every Parameters object must contain a Type member."
            )
