"""Turns a resource's properties into the arguments of an API call, by the shape that botocore has of it. Pure.

CloudFormation's property names are the API's, up to the case of the first letters; what differs is said with
``members``.
"""

from collections.abc import Mapping
from typing import Any

from botocore.model import Shape

from rehearsal.localaws.cloudformation.resources.model import NotOffered
from rehearsal.localaws.cloudformation.template import as_text


def arguments(shape: Shape, properties: Mapping[str, Any]) -> dict[str, Any]:
    """The members of ``shape`` for which there is a property of the same name, whatever its case."""
    by_name = {name.lower(): name for name in properties}
    return {
        member: value_for(member_shape, properties[by_name[member.lower()]], member)
        for member, member_shape in shape.members.items()
        if member.lower() in by_name
    }


def takes(shape: Shape, name: str) -> bool:
    """Whether ``shape`` has a member of that name, whatever its case."""
    return any(member.lower() == name.lower() for member in shape.members)


def value_for(shape: Shape, value: Any, path: str) -> Any:
    """``value`` as ``shape`` wants it.

    Raises:
        NotOffered: when it has a member that the API has not.
    """
    if shape.type_name == "structure" and isinstance(value, Mapping):
        return _structure(shape, value, path)
    if shape.type_name == "list" and isinstance(value, Mapping):  # tags: a map in CloudFormation, a list in the API
        value = [{"Key": key, "Value": item} for key, item in value.items()]
    if shape.type_name == "list" and isinstance(value, list):
        return [value_for(shape.member, item, path) for item in value]
    if shape.type_name == "map":
        return _map(shape, value, path)
    return _scalar(shape, value)


def _structure(shape: Shape, value: Mapping[str, Any], path: str) -> dict[str, Any]:
    if getattr(shape, "is_document_type", False):
        return dict(value)
    members = {name.lower(): name for name in shape.members}
    if "tagkey" in members and "Key" in value:  # KMS alone spells its tags so
        return {"TagKey": value["Key"], "TagValue": as_text(value.get("Value", ""))}
    unknown = [name for name in value if name.lower() not in members]
    if unknown:
        raise NotOffered(f"The embedded AWS does not offer {', '.join(unknown)} in {path}")
    return {
        members[name.lower()]: value_for(shape.members[members[name.lower()]], item, f"{path}.{name}")
        for name, item in value.items()
        if item is not None  # of several properties that a row names, those that the template has
    }


def _map(shape: Shape, value: Any, path: str) -> dict[str, Any]:
    if isinstance(value, list):  # tags: a list in CloudFormation, a map in the API
        return {item["Key"]: as_text(item["Value"]) for item in value}
    return {key: value_for(shape.value, item, f"{path}.{key}") for key, item in value.items() if item is not None}


def _scalar(shape: Shape, value: Any) -> Any:
    if shape.type_name == "string":
        return _document(value) if isinstance(value, Mapping | list) else as_text(value)
    if shape.type_name in ("integer", "long") and not isinstance(value, bool):
        return int(value)
    if shape.type_name in ("double", "float"):
        return float(value)
    if shape.type_name == "boolean" and isinstance(value, str):
        return value.lower() == "true"
    return value


def _document(value: Any) -> str:
    import json

    return json.dumps(value)
