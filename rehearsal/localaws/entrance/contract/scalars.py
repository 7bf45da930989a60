"""Single values of requests, from JSON and from text, or the refusal of what is none. Pure.

Texts of refusals are those of AWS's own request parser. An integer has 32 bits, a long 64.
"""

import base64
import binascii
import math
import re
from datetime import UTC, datetime
from typing import Any

from botocore.utils import parse_timestamp

_BITS = {"byte": 8, "short": 16, "integer": 32, "long": 64}
_INTEGER = re.compile(r"[+-]?\d{1,20}", re.ASCII)
_FLOAT = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_NOT_FINITE = {"NaN", "Infinity", "-Infinity"}
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]*={0,2}\s*", re.ASCII)
_LONGEST_TIMESTAMP = 64
_LAST_SECOND = datetime(9999, 12, 31, tzinfo=UTC).timestamp()


class Unreadable(ValueError):
    """What was sent cannot be read as what the model says; the text is AWS's."""


def cannot_be(value: Any, type_name: str) -> Unreadable:
    """The refusal of ``value`` where the model wants ``type_name``."""
    wanted = {"boolean": "a Boolean", "integer": "an Integer", "timestamp": "a Timestamp"}.get(
        type_name, f"a {type_name.capitalize()}"
    )
    return Unreadable(f"{_token(value)} can not be converted to {wanted}")


def _token(value: Any) -> str:
    if value is None:
        return "NULL_VALUE"
    if isinstance(value, bool):
        return f"{str(value).upper()}_VALUE"
    kinds = {str: "STRING_VALUE", int: "NUMBER_VALUE", float: "NUMBER_VALUE", dict: "START_OBJECT", list: "START_ARRAY"}
    return kinds.get(type(value), "VALUE")


def integer(value: Any, type_name: str) -> int:
    """A number of JSON as an integer; one with a fraction of zero is one."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or (isinstance(value, float) and not value.is_integer()):
        raise cannot_be(value, type_name)
    return _in_bits(int(value), type_name)


def integer_of_text(text: str, type_name: str) -> int:
    """An integer of a form, a header, a path or XML."""
    if not _INTEGER.fullmatch(text.strip()):
        raise cannot_be(text, type_name)
    return _in_bits(int(text), type_name)


def _in_bits(number: int, type_name: str) -> int:
    limit = 1 << (_BITS[type_name] - 1)
    if not -limit <= number < limit:
        raise Unreadable(f"Numeric value ({number}) out of range of {type_name}")
    return number


def real(value: Any, type_name: str) -> float:
    """A number of JSON."""
    if isinstance(value, str) and value in _NOT_FINITE:
        return float(value)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise cannot_be(value, type_name)
    return float(value)


def real_of_text(text: str, type_name: str) -> float:
    """A number of a form, a header or XML."""
    if text not in _NOT_FINITE and not _FLOAT.fullmatch(text.strip()):
        raise cannot_be(text, type_name)
    return float(text)


def boolean_of_text(text: str) -> bool:
    """``true`` or ``false`` in any case."""
    lower = text.strip().lower()
    if lower not in ("true", "false"):
        raise cannot_be(text, "boolean")
    return lower == "true"


def blob(value: Any) -> bytes:
    """Base64."""
    if not isinstance(value, str) or not _BASE64.fullmatch(value):
        raise Unreadable("Invalid Base64" if isinstance(value, str) else str(cannot_be(value, "blob")))
    try:
        return base64.b64decode(value)
    except binascii.Error:
        raise Unreadable("Invalid Base64") from None


def timestamp(value: Any) -> datetime:
    """Seconds since the epoch, ISO 8601 or RFC 822, as moto keeps them: UTC without saying so."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and not (math.isfinite(value) and abs(value) < _LAST_SECOND):
        raise Unreadable(f"Unable to parse timestamp {value}")
    if not is_number and (not isinstance(value, str) or not 0 < len(value) < _LONGEST_TIMESTAMP):
        raise cannot_be(value, "timestamp")
    try:
        parsed: datetime = parse_timestamp(value)
        return parsed.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError, RuntimeError):
        raise Unreadable(f"Unable to parse timestamp {value}") from None
