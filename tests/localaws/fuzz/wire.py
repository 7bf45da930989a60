"""Any value, however wrong, as a request of a protocol; botocore's own serialisers take right ones only."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape


@dataclass
class Message:
    """A request before it is signed."""

    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def message(operation: Any, params: dict[str, Any]) -> Message:
    """``params`` for ``operation``, in the first protocol of its service that is known here."""
    model = operation.service_model
    protocol = (
        model.protocol if model.protocol in _MAKERS else next(iter(set(model.metadata["protocols"]) & set(_MAKERS)))
    )
    made = _MAKERS[protocol](operation, params)
    made.headers = {name: _header(value) for name, value in made.headers.items()}
    return made


def _header(value: str) -> str:
    return "".join(each for each in value if 32 <= ord(each) < 127).strip()


def _json(operation: Any, params: dict[str, Any]) -> Message:
    metadata = operation.service_model.metadata
    kind = f"application/x-amz-json-{metadata.get('jsonVersion', '1.0')}"
    headers = {"Content-Type": kind, "X-Amz-Target": f"{metadata['targetPrefix']}.{operation.name}"}
    return Message("POST", "/", headers=headers, body=json.dumps(_named(operation.input_shape, params)).encode())


def _named(shape: Any, value: Any) -> Any:
    """With the members' names on the wire."""
    kind = getattr(shape, "type_name", "")
    if kind == "structure" and isinstance(value, dict):
        members = shape.members
        return {
            members[k].serialization.get("name", k) if k in members else k: _named(members.get(k), v)
            for k, v in value.items()
        }
    if kind == "list" and isinstance(value, list):
        return [_named(shape.member, each) for each in value]
    if kind == "map" and isinstance(value, dict):
        return {key: _named(shape.value, each) for key, each in value.items()}
    return value


def _query(operation: Any, params: dict[str, Any]) -> Message:
    version = operation.service_model.api_version
    pairs = [
        ("Action", operation.name),
        ("Version", version),
        *_flat("", params, operation.service_model.protocol == "ec2"),
    ]
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    return Message("POST", "/", headers=headers, body=urlencode(pairs, errors="replace").encode())


def _flat(prefix: str, value: Any, is_ec2: bool) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _flat(f"{prefix}.{key}" if prefix else key, each, is_ec2)
    elif isinstance(value, list):
        for number, each in enumerate(value, 1):
            yield from _flat(f"{prefix}.{number}" if is_ec2 else f"{prefix}.member.{number}", each, is_ec2)
    elif value is not None:
        yield prefix, _text(value)


def _text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool | list | dict) else str(value)


def _rest(operation: Any, params: dict[str, Any]) -> Message:
    shape = operation.input_shape
    made = Message(operation.http["method"], operation.http["requestUri"])
    path, _, made.query = made.path.partition("?")
    body = {}
    for name, value in params.items():
        member = shape.members[name]
        where, wire = member.serialization.get("location"), member.serialization.get("name", name)
        if where == "uri":
            path = path.replace("{" + wire + "}", quote(_text(value), safe="")).replace(
                "{" + wire + "+}", quote(_text(value))
            )
        elif where == "querystring":
            made.query += ("&" if made.query else "") + urlencode({wire: _text(value)}, errors="replace")
        elif where == "header" and wire.lower() != "content-length":  # a body that never comes is another test
            made.headers[wire] = _text(value)
        elif where is None:
            body[name] = value
    made.path = path.replace("{", "x").replace("}", "x")
    _fill_body(operation, made, body)
    return made


def _fill_body(operation: Any, made: Message, body: dict[str, Any]) -> None:
    payload = operation.input_shape.serialization.get("payload") if operation.input_shape is not None else None
    value: Any = body.get(payload) if payload else body
    if isinstance(value, str):
        made.body = value.encode()
    elif value and operation.service_model.protocol == "rest-json":
        made.body = json.dumps(_named(operation.input_shape, value)).encode()
        made.headers.setdefault("Content-Type", "application/json")
    elif value:
        shape = operation.input_shape.members[payload] if payload else operation.input_shape
        root = shape.serialization.get("name") or payload or operation.name
        made.body = f"<{root}>{''.join(_xml(shape, value))}</{root}>".encode()


def _xml(shape: Any, value: Any) -> Iterator[str]:
    """What stands in an element of ``shape`` (None for what no model has)."""
    if isinstance(value, dict):
        members = shape.members if getattr(shape, "type_name", "") == "structure" else {}
        for key, each in value.items():
            yield from _element(members.get(key), key, each)
    elif isinstance(value, list):
        name = shape.member.serialization.get("name", "member") if hasattr(shape, "member") else "member"
        for each in value:
            yield from _element(getattr(shape, "member", None), name, each)
    elif value is not None:
        yield escape(_text(value))


def _element(shape: Any, name: str, value: Any) -> Iterator[str]:
    serialization = shape.serialization if shape is not None else {}
    if serialization.get("flattened") and isinstance(value, list):
        for each in value:
            yield from _element(shape.member, serialization.get("name", name), each)
        return
    tag = _tag(serialization.get("name", name))
    yield f"<{tag}>"
    yield from _xml(shape, value)
    yield f"</{tag}>"


def _tag(key: str) -> str:
    return "".join(each for each in key if each.isascii() and each.isalnum()) or "a"


_MAKERS = {"json": _json, "query": _query, "ec2": _query, "rest-json": _rest, "rest-xml": _rest}
