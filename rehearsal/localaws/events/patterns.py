"""Event patterns: which events a rule takes. Pure.

All operators of https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html: exact
values, prefix, suffix, equals-ignore-case, wildcard, anything-but (of these), numeric, cidr, exists and $or.
"""

import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any


class InvalidPattern(ValueError):
    """A pattern that EventBridge does not accept; the text is the reason."""


def matches(pattern: Mapping[str, Any], event: Any) -> bool:
    """Whether ``event`` has, at every place that ``pattern`` names, one of the values it lists."""
    if isinstance(event, list):
        return any(matches(pattern, element) for element in event)
    fields = event if isinstance(event, Mapping) else {}
    return all(_place_matches(name, wanted, fields) for name, wanted in pattern.items())


def _place_matches(name: str, wanted: Any, fields: Mapping[str, Any]) -> bool:
    if name == "$or":
        return any(matches(alternative, fields) for alternative in wanted)
    if isinstance(wanted, Mapping):
        return matches(wanted, fields.get(name))
    return any(_matcher_accepts(matcher, _values(fields, name)) for matcher in wanted)


def _values(fields: Mapping[str, Any], name: str) -> list[Any]:
    """The leaves at a place: none where it is absent or an object, several where it is a list."""
    if name not in fields or isinstance(fields[name], Mapping):
        return []
    value = fields[name]
    return [leaf for leaf in value if not isinstance(leaf, Mapping)] if isinstance(value, list) else [value]


def _matcher_accepts(matcher: Any, values: list[Any]) -> bool:
    if not isinstance(matcher, Mapping):
        return any(_same(matcher, value) for value in values)
    operator, operand = next(iter(matcher.items()))
    if operator == "exists":
        return bool(values) == operand
    accepts = _OPERATORS[operator]
    return any(accepts(operand, value) for value in values)


def _same(wanted: Any, value: Any) -> bool:
    """Equal as JSON is: 300 is 300.0, but true is not 1."""
    return wanted == value and isinstance(wanted, bool) == isinstance(value, bool)


def _prefix(operand: Any, value: Any) -> bool:
    if isinstance(operand, Mapping):
        return isinstance(value, str) and value.lower().startswith(operand["equals-ignore-case"].lower())
    return isinstance(value, str) and value.startswith(operand)


def _suffix(operand: Any, value: Any) -> bool:
    if isinstance(operand, Mapping):
        return isinstance(value, str) and value.lower().endswith(operand["equals-ignore-case"].lower())
    return isinstance(value, str) and value.endswith(operand)


def _equals_ignore_case(operand: Any, value: Any) -> bool:
    return isinstance(value, str) and value.lower() == operand.lower()


def _wildcard(operand: Any, value: Any) -> bool:
    return isinstance(value, str) and _compiled(operand).fullmatch(value) is not None


@lru_cache(maxsize=1024)
def _compiled(wildcard: str) -> re.Pattern[str]:
    parts = re.findall(r"\\\\|\\\*|\*|[^\\*]+|\\", wildcard)
    literal = {"*": ".*", "\\*": re.escape("*"), "\\\\": re.escape("\\")}
    return re.compile("".join(literal.get(part, re.escape(part)) for part in parts), re.DOTALL)


def _numeric(operand: list[Any], value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return all(_COMPARISONS[sign](value, bound) for sign, bound in zip(operand[::2], operand[1::2], strict=True))


def _cidr(operand: Any, value: Any) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(operand, strict=False)
    except ValueError:
        return False


def _anything_but(operand: Any, value: Any) -> bool:
    if not isinstance(operand, Mapping):
        return not any(_same(excluded, value) for excluded in _listed(operand))
    operator, excluded = next(iter(operand.items()))
    accepts = _OPERATORS[operator]
    return isinstance(value, str) and not any(accepts(one, value) for one in _listed(excluded))


def _listed(operand: Any) -> list[Any]:
    return operand if isinstance(operand, list) else [operand]


_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "=": lambda value, bound: value == bound,
    "<": lambda value, bound: value < bound,
    "<=": lambda value, bound: value <= bound,
    ">": lambda value, bound: value > bound,
    ">=": lambda value, bound: value >= bound,
}
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "prefix": _prefix,
    "suffix": _suffix,
    "equals-ignore-case": _equals_ignore_case,
    "wildcard": _wildcard,
    "numeric": _numeric,
    "cidr": _cidr,
    "anything-but": _anything_but,
}
_NESTED = {
    "prefix": "prefix/suffix match pattern must be a string",
    "suffix": "prefix/suffix match pattern must be a string",
    "equals-ignore-case": "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.",
    "wildcard": "wildcard match pattern must be a string",
}
"""Operators within anything-but, and what EventBridge says when they get anything but texts."""


def parse(text: str) -> dict[str, Any]:
    """Read a pattern and check it.

    Raises:
        InvalidPattern: with EventBridge's reason.
    """
    try:
        pattern = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidPattern("Invalid JSON") from error
    if not isinstance(pattern, dict):
        raise InvalidPattern("Filter is not an object")
    _check(pattern)
    return pattern


def _check(pattern: Mapping[str, Any]) -> None:
    for name, wanted in pattern.items():
        if name == "$or":
            _check_alternatives(wanted)
        elif isinstance(wanted, Mapping):
            if not wanted:
                raise InvalidPattern("Empty objects are not allowed")
            _check(wanted)
        elif isinstance(wanted, list):
            _check_matchers(wanted)
        else:
            raise InvalidPattern(f'"{name}" must be an object or an array')


def _check_alternatives(alternatives: Any) -> None:
    if not isinstance(alternatives, list) or len(alternatives) < 2:
        raise InvalidPattern('There must have at least 2 Objects in "$or" relationship.')
    for alternative in alternatives:
        _check(alternative)


def _check_matchers(matchers: list[Any]) -> None:
    if not matchers:
        raise InvalidPattern("Empty arrays are not allowed")
    for matcher in matchers:
        if isinstance(matcher, list):
            raise InvalidPattern("Match value must be String, number, true, false, or null")
        if isinstance(matcher, Mapping):
            _check_operator(matcher)


def _check_operator(matcher: Mapping[str, Any]) -> None:
    if len(matcher) != 1:
        raise InvalidPattern("Only one key allowed in match expression")
    operator, operand = next(iter(matcher.items()))
    if operator == "exists":
        if not isinstance(operand, bool):
            raise InvalidPattern("exists match pattern must be either true or false.")
        return
    if operator not in _OPERATORS:
        raise InvalidPattern(f"Unrecognized match type {operator}")
    if operator == "anything-but":
        _check_anything_but(operand)
    elif operator == "numeric":
        _check_numeric(operand)
    elif operator == "cidr":
        _check_cidr(operand)
    elif isinstance(operand, Mapping) and operator in ("prefix", "suffix"):
        _check_ignoring_case(operator, operand)
    elif not isinstance(operand, str):
        raise InvalidPattern(f"{operator} match pattern must be a string")
    elif operator == "wildcard":
        _check_wildcard(operand)


def _check_ignoring_case(operator: str, operand: Mapping[str, Any]) -> None:
    inner = next(iter(operand), None)
    if inner != "equals-ignore-case" or not isinstance(operand[inner], str):
        raise InvalidPattern(f"{operator} match pattern must be a string")


def _check_wildcard(text: str) -> None:
    for at, part in enumerate(text):
        if part == "*" and text[at - 1 : at] == "*" and text[at - 2 : at - 1] != "\\":
            raise InvalidPattern(f"Consecutive wildcard characters at pos {at}")


def _check_anything_but(operand: Any) -> None:
    if isinstance(operand, Mapping):
        operator, excluded = next(iter(operand.items()), ("", None))
        if operator not in _NESTED:
            raise InvalidPattern(f"Unsupported anything-but pattern: {operator}")
        if isinstance(excluded, Mapping):
            raise InvalidPattern("Value of anything-but must be an array or single string/number value.")
        _check_excluded(operator, _listed(excluded))
    elif isinstance(operand, list):
        if not operand or any(value is None or isinstance(value, bool | list | Mapping) for value in operand):
            raise InvalidPattern("Inside anything but list, start|null|boolean is not supported.")
    elif operand is None or isinstance(operand, bool):
        raise InvalidPattern("Value of anything-but must be an array or single string/number value.")


def _check_excluded(operator: str, excluded: list[Any]) -> None:
    if not all(isinstance(value, str) for value in excluded):
        raise InvalidPattern(_NESTED[operator])
    if operator in ("prefix", "suffix") and not all(excluded):
        raise InvalidPattern("Null prefix/suffix not allowed")
    for text in excluded if operator == "wildcard" else ():
        _check_wildcard(text)


def _check_numeric(operand: Any) -> None:
    if not isinstance(operand, list):
        raise InvalidPattern("Value of numeric must be an array.")
    if not operand:
        raise InvalidPattern("Invalid member in numeric match: ]")
    upper = False
    for at in range(0, len(operand), 2):
        sign, bound = operand[at], operand[at + 1] if at + 1 < len(operand) else None
        if sign not in _COMPARISONS:
            raise InvalidPattern(f"Unrecognized numeric range operator: {sign}")
        if at and (upper or not sign.startswith("<")):
            raise InvalidPattern(f"Bad numeric range operator: {sign}")
        if isinstance(bound, bool) or not isinstance(bound, int | float):
            raise InvalidPattern(f"Value of {sign} must be numeric")
        upper = not sign.startswith(">")


def _check_cidr(operand: Any) -> None:
    if not isinstance(operand, str):
        raise InvalidPattern("prefix match pattern must be a string")
    address, slash, bits = operand.partition("/")
    if not slash or "/" in bits:
        raise InvalidPattern("Malformed CIDR, one '/' required")
    if not bits.isdecimal():
        raise InvalidPattern("Malformed CIDR, mask bits must be an integer")
    try:
        ipaddress.ip_address(address)
    except ValueError as error:
        raise InvalidPattern(f"Nonstandard IP address: {address}") from error
    try:
        ipaddress.ip_network(operand, strict=False)
    except ValueError as error:
        raise InvalidPattern("Malformed CIDR, mask bits must be < 32 and > 0") from error
