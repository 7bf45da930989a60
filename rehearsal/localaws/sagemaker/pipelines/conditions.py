"""The conditions of a Condition step: read, and evaluated on resolved values. Pure.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html (Condition step)
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.localaws.sagemaker.pipelines import expressions
from rehearsal.localaws.sagemaker.pipelines.invalid import list_of, object_of, unparsable

Value = str | int | float | bool
Resolve = Callable[[Any], Any]
"""Gives the value that a constant or expression has now."""


class NotComparable(ValueError):
    """Two values that a condition cannot compare; the text says which."""


@dataclass(frozen=True)
class Comparison:
    """``left`` and ``right`` are constants or expressions."""

    operator: str
    left: Any
    right: Any


@dataclass(frozen=True)
class Within:
    """Whether ``query`` is one of ``values``."""

    query: Any
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Not:
    """The opposite of a condition."""

    condition: "Condition"


@dataclass(frozen=True)
class Or:
    """Whether one at least holds."""

    conditions: tuple["Condition", ...]


Condition = Comparison | Within | Not | Or

_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "Equals": lambda left, right: left == right,
    "GreaterThan": lambda left, right: left > right,
    "GreaterThanOrEqualTo": lambda left, right: left >= right,
    "LessThan": lambda left, right: left < right,
    "LessThanOrEqualTo": lambda left, right: left <= right,
}


def parse(raw: Any) -> Condition:
    """Read a condition.

    Raises:
        InvalidDefinition: there is no such condition.
    """
    kind = raw.get("Type") if isinstance(raw, Mapping) else None
    if kind in _COMPARISONS:
        given = _members(raw, "LeftValue", "RightValue")
        return Comparison(str(kind), _operand(given["LeftValue"]), _operand(given["RightValue"]))
    if kind == "In":
        given = _members(raw, "QueryValue", "Values")
        return Within(_operand(given["QueryValue"]), tuple(map(_operand, list_of(given["Values"]))))
    if kind == "Not":
        return Not(parse(_members(raw, "Condition")["Condition"]))
    if kind == "Or":
        return Or(tuple(map(parse, list_of(_members(raw, "Conditions")["Conditions"]))))
    object_of(raw, frozenset(raw) if isinstance(raw, Mapping) else frozenset())
    raise unparsable(f"Unknown condition type '{kind}'.")


def _members(raw: Any, *names: str) -> Mapping[str, Any]:
    return object_of(raw, frozenset({"Type", *names}), ("Type", *names))


def _operand(value: Any) -> Any:
    if isinstance(value, str | int | float | bool):
        return value
    if expressions.is_expression(value):
        return expressions.parse(value)
    raise unparsable("A condition compares texts, numbers, booleans and functions only.")


def evaluate(condition: Condition, resolve: Resolve) -> bool:
    """Whether it holds.

    Raises:
        NotComparable: its values are of kinds that cannot be compared.
    """
    if isinstance(condition, Comparison):
        return _compare(condition.operator, resolve(condition.left), resolve(condition.right))
    if isinstance(condition, Within):
        query = resolve(condition.query)
        return any(_compare("Equals", query, resolve(value)) for value in condition.values)
    if isinstance(condition, Not):
        return not evaluate(condition.condition, resolve)
    answers = [evaluate(inner, resolve) for inner in condition.conditions]
    return any(answers)


def all_hold(conditions: Iterable[Condition], resolve: Resolve) -> bool:
    """Whether every one holds; all are evaluated, so that a wrong one is not hidden by an earlier."""
    answers = [evaluate(condition, resolve) for condition in conditions]
    return all(answers)


def _compare(operator: str, left: Any, right: Any) -> bool:
    if _kind(left) != _kind(right) or (_kind(left) == "boolean" and operator != "Equals"):
        raise NotComparable(f"{operator} cannot compare {_kind(left)} {left!r} with {_kind(right)} {right!r}")
    return _COMPARISONS[operator](left, right)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, int | float) else "text" if isinstance(value, str) else "object"
