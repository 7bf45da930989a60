"""moto's request parsers, made strict: what the model does not allow raises :class:`Unreadable` in place of anything.

They give what moto's give, so that what was checked is what an operation reads. Members that the model does not have
are passed over, as AWS's parser does.
"""

from typing import Any
from xml.etree import ElementTree

import orjson
from moto.core.parse import (
    UNDEFINED,
    EC2QueryParser,
    JSONParser,
    QueryParser,
    RequestParserError,
    RestJSONParser,
    RestXMLParser,
)

from rehearsal.localaws.entrance.contract import scalars
from rehearsal.localaws.entrance.contract.scalars import Unreadable, cannot_be

_NO_XML = "The XML you provided was not well-formed or did not validate against our published schema"
_NO_OBJECT = "Start of structure or map found where not expected."


class _FromJson:
    """Values of JSON, and of the text around it (headers, path, query) while ``_is_text``."""

    _is_text = False

    def _parse_body_as_json(self, body: Any) -> Any:
        if not body:
            return {}
        try:
            parsed = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise Unreadable(f"Unable to parse the request body as JSON: {error}") from None
        if parsed is not None and not isinstance(parsed, dict):
            raise cannot_be(parsed, "structure")
        return parsed or {}

    def _parse_structure(self, shape: Any, value: Any) -> Any:
        if value is None or shape.is_document_type:
            return value
        if not isinstance(value, dict):
            raise cannot_be(value, "structure")
        return super()._parse_structure(shape, value)  # type: ignore[misc]

    def _parse_list(self, shape: Any, value: Any) -> Any:
        if not isinstance(value, list) and not (self._is_text and isinstance(value, str)):
            raise cannot_be(value, "list")
        return super()._parse_list(shape, value)  # type: ignore[misc]

    def _parse_map(self, shape: Any, value: Any) -> Any:
        if not isinstance(value, dict):
            raise cannot_be(value, "map")
        return super()._parse_map(shape, value)  # type: ignore[misc]

    def _parse_shape(self, shape: Any, value: Any, *prefix: str) -> Any:
        if value is None and shape.type_name != "structure":
            return None  # in a list or map; what the model says of it is asked of the constraints
        return super()._parse_shape(shape, value, *prefix)  # type: ignore[misc]

    def _parse_string(self, _shape: Any, value: Any) -> str:
        if not isinstance(value, str):
            raise Unreadable(_NO_OBJECT) if isinstance(value, dict) else cannot_be(value, "string")
        return value

    _parse_character = _parse_string

    def _parse_integer(self, shape: Any, value: Any) -> int:
        read = scalars.integer_of_text if self._is_text and isinstance(value, str) else scalars.integer
        return read(value, shape.type_name)

    _parse_byte = _parse_short = _parse_long = _parse_integer

    def _parse_float(self, shape: Any, value: Any) -> float:
        read = scalars.real_of_text if self._is_text and isinstance(value, str) else scalars.real
        return read(value, shape.type_name)

    _parse_double = _parse_float

    def _parse_boolean(self, _shape: Any, value: Any) -> bool:
        if isinstance(value, bool):
            return value
        if self._is_text and isinstance(value, str):
            return scalars.boolean_of_text(value)
        raise cannot_be(value, "boolean")

    def _parse_blob(self, _shape: Any, value: Any) -> bytes:
        return scalars.blob(value)

    def _parse_timestamp(self, _shape: Any, value: Any) -> Any:
        return scalars.timestamp(value)


class Json(_FromJson, JSONParser):
    """awsJson1.0 and 1.1."""


class _AroundBody:
    """Members in headers, path and query are text."""

    def _parse_non_payload_attrs(self, *args: Any) -> None:
        self._is_text = True
        try:
            super()._parse_non_payload_attrs(*args)  # type: ignore[misc]
        finally:
            self._is_text = False

    def _parse_payload(self, request: Any, shape: Any, members: Any, parsed: Any) -> None:
        payload = shape.serialization.get("payload")
        if payload and members[payload].type_name == "string" and isinstance(request["body"], bytes):
            request = {**request, "body": _text(request["body"])}
        super()._parse_payload(request, shape, members, parsed)  # type: ignore[misc]


class RestJson(_AroundBody, _FromJson, RestJSONParser):
    """restJson1."""

    def _parse_string(self, shape: Any, value: Any) -> Any:
        text = super()._parse_string(shape, value)
        if not shape.serialization.get("jsonvalue"):
            return text
        try:
            return orjson.loads(scalars.blob(text))
        except orjson.JSONDecodeError as error:
            raise Unreadable(f"Unable to parse JSON: {error}") from None


class _FromForm:
    """Values of a form."""

    def _parse_integer(self, shape: Any, form: Any, prefix: str = "") -> Any:
        text = self._default_handle(shape, form, prefix)  # type: ignore[attr-defined]
        return scalars.integer_of_text(text, shape.type_name) if isinstance(text, str) else text

    _parse_long = _parse_integer

    def _parse_float(self, shape: Any, form: Any, prefix: str = "") -> Any:
        text = self._default_handle(shape, form, prefix)  # type: ignore[attr-defined]
        return scalars.real_of_text(text, shape.type_name) if isinstance(text, str) else text

    _parse_double = _parse_float

    def _parse_boolean(self, shape: Any, form: Any, prefix: str = "") -> Any:
        text = self._default_handle(shape, form, prefix)  # type: ignore[attr-defined]
        return scalars.boolean_of_text(text) if isinstance(text, str) else text

    def _parse_blob(self, shape: Any, form: Any, prefix: str = "") -> Any:
        text = self._default_handle(shape, form, prefix)  # type: ignore[attr-defined]
        return text if text is UNDEFINED else scalars.blob(text)

    def _parse_timestamp(self, shape: Any, form: Any, prefix: str = "") -> Any:
        text = self._default_handle(shape, form, prefix)  # type: ignore[attr-defined]
        return text if text is UNDEFINED else scalars.timestamp(text)


class Query(_FromForm, QueryParser):
    """awsQuery."""


class Ec2(_FromForm, EC2QueryParser):
    """ec2Query."""


class RestXml(_AroundBody, RestXMLParser):
    """restXml."""

    _root: str | None = None

    def _parse_xml_string_to_dom(self, sent: Any) -> Any:
        try:
            return super()._parse_xml_string_to_dom(sent)
        except (RequestParserError, ValueError, LookupError):  # LookupError: an encoding that nobody knows
            raise Unreadable(_NO_XML) from None

    def _parse_payload(self, request: Any, shape: Any, members: Any, parsed: Any) -> None:
        payload = shape.serialization.get("payload")
        of_body = members[payload] if payload else shape
        self._root = of_body.serialization.get("name") or payload
        super()._parse_payload(request, shape, members, parsed)

    def _initial_body_parse(self, body: Any) -> Any:
        root = super()._initial_body_parse(body)
        if body and self._root and self._node_tag(root) != self._root:
            raise Unreadable(_NO_XML)
        return root

    def _parse_shape(self, shape: Any, node: Any) -> Any:
        if node is None:
            return None
        if isinstance(node, list) and shape.type_name not in ("list", "map", "structure"):
            raise Unreadable(f"{node[0].tag} comes several times")
        return super()._parse_shape(shape, node)

    def _parse_structure(self, shape: Any, node: Any) -> Any:
        _check_no_text(node)
        return super()._parse_structure(shape, node)

    def _parse_list(self, shape: Any, node: Any) -> Any:
        if not shape.serialization.get("flattened") and isinstance(node, ElementTree.Element):
            _check_no_text(node)
            wanted = shape.member.serialization.get("name", "member")
            wrong = next((self._node_tag(each) for each in node if self._node_tag(each) != wanted), None)
            if wrong is not None:
                raise Unreadable(f"{_NO_XML}: {wrong} stands where {wanted} is expected")
        return super()._parse_list(shape, node)

    def _parse_map(self, shape: Any, node: Any) -> Any:
        try:
            return super()._parse_map(shape, node)
        except (RequestParserError, UnboundLocalError) as error:  # an entry without its key or value
            raise Unreadable(f"no map: {error}") from None

    def _parse_boolean(self, _shape: Any, node: Any) -> bool:
        return scalars.boolean_of_text(_content(node))

    def _parse_integer(self, shape: Any, node: Any) -> int:
        return scalars.integer_of_text(_content(node), shape.type_name)

    _parse_long = _parse_integer

    def _parse_float(self, shape: Any, node: Any) -> float:
        return scalars.real_of_text(_content(node), shape.type_name)

    _parse_double = _parse_float

    def _parse_blob(self, _shape: Any, node: Any) -> bytes:
        return scalars.blob(_content(node))

    def _parse_timestamp(self, _shape: Any, node: Any) -> Any:
        return scalars.timestamp(_content(node))


def _check_no_text(node: Any) -> None:
    """Elements stand in a structure or list, and no text."""
    if isinstance(node, ElementTree.Element) and (node.text or "").strip():
        raise Unreadable(f"{_NO_XML}: there is text in {node.tag}")


def _content(node: Any) -> str:
    return (node.text or "") if isinstance(node, ElementTree.Element) else str(node)


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise Unreadable("The request body is not UTF-8") from None


PARSERS: dict[str, Any] = {"json": Json, "rest-json": RestJson, "query": Query, "ec2": Ec2, "rest-xml": RestXml}
"""By moto's names of protocols."""
