"""The Condition element of policies: every documented operator, with IfExists and the set operators. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Protocol

from rehearsal.localaws.authorizer import patterns


class MalformedPolicy(ValueError):
    """A policy document that IAM would not have accepted."""


class Context(Protocol):
    """The request context: the values of a key, or None where the request does not have it. Keys ignore case."""

    def values_of(self, key: str) -> Sequence[str] | None:
        """The values of ``key``; a key with one value gives one."""


class Quantifier(Enum):
    """How many of the request's values must fit."""

    SINGLE = ""
    ALL = "forallvalues"
    ANY = "foranyvalue"


Test = Callable[[str, str], bool]
"""Whether a wanted value (variables replaced) and the request's value agree."""


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _numeric(compare: Callable[[float, float], bool]) -> Test:
    def test(wanted: str, actual: str) -> bool:
        left, right = _number(actual), _number(wanted)
        return left is not None and right is not None and compare(left, right)

    return test


def _moment(text: str) -> float | None:
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        return float(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _date(compare: Callable[[float, float], bool]) -> Test:
    def test(wanted: str, actual: str) -> bool:
        left, right = _moment(actual), _moment(wanted)
        return left is not None and right is not None and compare(left, right)

    return test


def _in_network(wanted: str, actual: str) -> bool:
    try:
        network, address = ipaddress.ip_network(wanted, strict=False), ipaddress.ip_address(actual)
    except ValueError:
        return False
    return address.version == network.version and address in network


def _binary(wanted: str, actual: str) -> bool:
    try:
        return base64.b64decode(wanted, validate=True) == base64.b64decode(actual, validate=True)
    except binascii.Error:
        return False


def _like(wanted: str, actual: str) -> bool:
    return patterns.matches(wanted, patterns.protect(actual))


def _arn_like(wanted: str, actual: str) -> bool:
    return patterns.arn_matches(wanted, patterns.protect(actual))


_TESTS: dict[str, Test] = {
    "stringequals": lambda wanted, actual: wanted == actual,
    "stringequalsignorecase": lambda wanted, actual: wanted.casefold() == actual.casefold(),
    "stringlike": _like,
    "numericequals": _numeric(lambda left, right: left == right),
    "numericlessthan": _numeric(lambda left, right: left < right),
    "numericlessthanequals": _numeric(lambda left, right: left <= right),
    "numericgreaterthan": _numeric(lambda left, right: left > right),
    "numericgreaterthanequals": _numeric(lambda left, right: left >= right),
    "dateequals": _date(lambda left, right: left == right),
    "datelessthan": _date(lambda left, right: left < right),
    "datelessthanequals": _date(lambda left, right: left <= right),
    "dategreaterthan": _date(lambda left, right: left > right),
    "dategreaterthanequals": _date(lambda left, right: left >= right),
    "bool": lambda wanted, actual: wanted.lower() == actual.lower(),
    "binaryequals": _binary,
    "ipaddress": _in_network,
    "arnlike": _arn_like,
    "arnequals": _arn_like,
}
_NEGATED = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "numericnotequals": "numericequals",
    "datenotequals": "dateequals",
    "notipaddress": "ipaddress",
    "arnnotlike": "arnlike",
    "arnnotequals": "arnequals",
}
_TAKES_WILDCARDS = {"stringlike", "arnlike", "arnequals"}


@dataclass(frozen=True, slots=True)
class Condition:
    """One key of one operator: all conditions of a statement must hold. ``name`` is the key as it was written."""

    name: str
    key: str
    wanted: tuple[str, ...]
    test: Test
    negated: bool = False
    if_exists: bool = False
    is_null_test: bool = False
    quantifier: Quantifier = Quantifier.SINGLE
    takes_wildcards: bool = False
    has_variables: bool = False

    def holds(self, context: Context) -> bool:
        """Whether the request's context satisfies it."""
        actual = context.values_of(self.key)
        if self.is_null_test:
            return (actual is None) == (self.wanted[0].lower() == "true")
        if not actual:
            return self._holds_without_value()
        wanted = self._resolved(context) if self.has_variables else self.wanted
        fits = (any(self.test(each, value) for each in wanted) != self.negated for value in actual)
        if self.quantifier is Quantifier.ANY or (self.quantifier is Quantifier.SINGLE and not self.negated):
            return any(fits)
        return all(fits)

    def _holds_without_value(self) -> bool:
        if self.quantifier is Quantifier.ALL or self.if_exists:
            return True
        return self.negated and self.quantifier is Quantifier.SINGLE

    def _resolved(self, context: Context) -> list[str]:
        def lookup(name: str) -> str | None:
            values = context.values_of(name.lower())
            return values[0] if values is not None and len(values) == 1 else None

        resolved = (patterns.resolve(each, lookup) for each in self.wanted)
        known = [each for each in resolved if each is not None]
        return known if self.takes_wildcards else [patterns.unprotect(each) for each in known]


def parse(element: Mapping[str, Any], *, with_variables: bool) -> tuple[Condition, ...]:
    """The conditions of a statement's Condition element.

    Raises:
        MalformedPolicy: an operator that IAM does not have, or values it cannot compare.
    """
    if not isinstance(element, Mapping):
        raise MalformedPolicy("Condition must be an object")
    return tuple(
        _condition(operator, key, values, with_variables)
        for operator, keys in element.items()
        for key, values in _keys(operator, keys)
    )


def _keys(operator: str, keys: Any) -> Any:
    if not isinstance(keys, Mapping):
        raise MalformedPolicy(f"Condition {operator} must be an object of keys and values")
    return keys.items()


def _condition(operator: str, key: str, values: Any, with_variables: bool) -> Condition:
    wanted = tuple(text_of(value) for value in (values if isinstance(values, list) else [values]))
    quantifier, name = _split_quantifier(operator)
    if_exists = name.endswith("ifexists")
    name = name.removesuffix("ifexists")
    if name == "null":
        return Condition(key, key.lower(), wanted, _TESTS["bool"], is_null_test=True)
    test_name = _NEGATED.get(name, name)
    if test_name not in _TESTS:
        raise MalformedPolicy(f"Invalid Condition type : {operator}.")
    return Condition(
        key,
        key.lower(),
        wanted,
        _TESTS[test_name],
        negated=name in _NEGATED,
        if_exists=if_exists,
        quantifier=quantifier,
        takes_wildcards=test_name in _TAKES_WILDCARDS,
        has_variables=with_variables and any(map(patterns.has_variables, wanted)),
    )


def _split_quantifier(operator: str) -> tuple[Quantifier, str]:
    name = operator.lower()
    for quantifier in (Quantifier.ALL, Quantifier.ANY):
        if name.startswith(f"{quantifier.value}:"):
            return quantifier, name.removeprefix(f"{quantifier.value}:")
    return Quantifier.SINGLE, name


def text_of(value: Any) -> str:
    """A condition value as text: JSON's booleans and numbers are legal where text is meant."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise MalformedPolicy(f"a condition value must be text, a number or a boolean, not {value!r}")
