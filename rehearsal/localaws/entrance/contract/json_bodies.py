"""A JSON body as moto's operations can read it: an object, and without members that are null. Pure.

A body that was left out is an object without members; a member of a structure that is null was left out
(https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html). moto's operations take the body apart themselves and
ask whether the key is there. Elements of lists and values of maps stay: what null means there, the model's limits say,
and documents are the caller's own.
"""

from typing import Any

import orjson


def readable(body: bytes, shape: Any) -> bytes:
    """``body`` without null members, where ``shape`` is the operation's input; as it is where it has none or is no JSON
    object."""
    of_body = _of_body(shape)
    if of_body is None or (body and b"null" not in body):
        return body
    if not body:
        return b"{}"
    try:
        sent = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body  # the parser says what is wrong with it
    told = {} if sent is None else _without(of_body, sent)
    return body if told == sent else orjson.dumps(told)


def _of_body(shape: Any) -> Any:
    """The structure that a body holds; None where it holds none."""
    if shape is None:
        return None
    payload = shape.serialization.get("payload")
    if payload:
        return shape.members[payload] if shape.members[payload].type_name == "structure" else None
    return shape if any("location" not in each.serialization for each in shape.members.values()) else None


def _without(shape: Any, value: Any) -> Any:
    """``value`` without the null members of its structures, at any depth."""
    if shape is None or value is None:
        return value
    if shape.type_name == "structure" and isinstance(value, dict) and not shape.is_document_type:
        members = {each.serialization.get("name", name): each for name, each in shape.members.items()}
        return {name: _without(members.get(name), each) for name, each in value.items() if each is not None}
    if shape.type_name == "list" and isinstance(value, list):
        return [_without(shape.member, each) for each in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: _without(shape.value, each) for key, each in value.items()}
    return value
