"""JSONata, the second query language of states: ``{% $states.input.rows[0] %}``.

``jsonata-python`` evaluates it: a port of the implementation in Java that states are known to follow.
https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

import hashlib
import json
import random
import uuid
from collections.abc import Mapping
from typing import Any

from jsonata import JException, Jsonata, Utils

_SECONDS = 5
_DEPTH = 200
_HASHES = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


class QueryFailed(Exception):
    """An expression that could not be evaluated, or that has no value."""


def evaluate(expression: str, variables: Mapping[str, Any]) -> Any:
    """The value of an expression with these variables (``states``, and what ``Assign`` made), as JSON.

    Raises:
        QueryFailed: with the reason; also when the value is a function, or nothing.
    """
    try:
        compiled = Jsonata(expression)
        compiled.set_output_convert_nulls(False)
        frame = compiled.create_frame()
        frame.set_runtime_bounds(_SECONDS * 1000, _DEPTH)
        for name, function in _FUNCTIONS.items():
            compiled.register_lambda(name, function)
        for name, value in variables.items():
            frame.bind(name, _with_nulls(value))
        found = compiled.evaluate(None, frame)
    except (JException, TypeError, ValueError, RecursionError) as error:
        raise QueryFailed(str(error)) from error
    if found is None:
        raise QueryFailed("returned nothing (undefined).")
    return _as_json(found)


def _with_nulls(value: Any) -> Any:
    """JSON's null told apart from nothing, which the library writes as None."""
    if value is None:
        return Utils.NULL_VALUE
    if isinstance(value, Mapping):
        return {name: _with_nulls(each) for name, each in value.items()}
    return [_with_nulls(each) for each in value] if isinstance(value, list) else value


def _as_json(value: Any) -> Any:
    if value is None or value is Utils.NULL_VALUE:
        return None
    if isinstance(value, Mapping):
        return {str(name): _as_json(each) for name, each in value.items()}
    if isinstance(value, list | tuple | range):
        return [_as_json(each) for each in value]
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    raise QueryFailed("returned an unsupported result type.")


def _partition(array: list[Any], size: int) -> list[list[Any]]:
    return [array[start : start + size] for start in range(0, len(array), size)]


def _range(first: int, last: int, step: int) -> list[int]:
    return list(range(first, last + (1 if step > 0 else -1), step))


def _hash(content: str, algorithm: str) -> str:
    if algorithm not in _HASHES:
        raise QueryFailed(f"$hash takes {', '.join(_HASHES)}, not {algorithm!r}")
    return hashlib.new(_HASHES[algorithm], content.encode(), usedforsecurity=False).hexdigest()


def _random(seed: int | None = None) -> float:
    return random.Random(seed).random()


def _parse(text: str) -> Any:
    return _with_nulls(json.loads(text))


def _no_eval(_expression: str) -> Any:
    raise QueryFailed("$eval is not offered: use $parse")


_FUNCTIONS = {
    "partition": _partition,
    "range": _range,
    "hash": _hash,
    "random": _random,
    "uuid": lambda: str(uuid.uuid4()),
    "parse": _parse,
    "eval": _no_eval,
}
"""What Step Functions has beyond JSONata, and the one function that it leaves out."""
