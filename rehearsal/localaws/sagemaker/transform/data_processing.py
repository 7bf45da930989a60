"""InputFilter, JoinSource and OutputFilter of a transform job: choose columns, put inputs beside answers. Pure.

The JSONPath expressions are those that the service documents for them: ``$``, names (``$.a``, ``$['a','b']``), indices
(``$[0]``, ``$[0,3]``, ``$[-1]``) and slices (``$[1:]``, ``$[0:3]``), one after the other.
https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html
"""

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

_STEP = re.compile(r"\.(?P<name>[\w\-]+)|\[(?P<inside>[^\]]+)\]")
_SLICE = re.compile(r"(?P<start>-?\d+)?:(?P<stop>-?\d+)?")

Select = Callable[[Any], Any]


class FilterError(ValueError):
    """An expression that cannot be read, or a record that it does not fit."""


def path(expression: str) -> Select:
    """A selector for a JSONPath expression.

    Raises:
        FilterError: the expression is not of the documented kind.
    """
    steps, at = [], 1
    while at < len(expression):
        found = _STEP.match(expression, at)
        if found is None or not expression.startswith("$"):
            raise FilterError(f"{expression!r} is no JSONPath that a transform job takes (see DataProcessing)")
        steps.append(_named(found["name"]) if found["name"] else _bracket(found["inside"], expression))
        at = found.end()
    if expression[:1] != "$":
        raise FilterError(f"{expression!r} must begin with $")
    return lambda value: _walk(value, steps, expression)


def _walk(value: Any, steps: Sequence[Select], expression: str) -> Any:
    try:
        for step in steps:
            value = step(value)
    except (KeyError, IndexError, TypeError) as error:
        raise FilterError(f"{expression} finds nothing in the record {str(value)[:200]}") from error
    return value


def _named(name: str) -> Select:
    return lambda value: value[name]


def _bracket(inside: str, expression: str) -> Select:
    sliced = _SLICE.fullmatch(inside.strip())
    if sliced is not None:
        bounds = slice(*(int(bound) if bound else None for bound in sliced.groups()))
        return lambda value: value[bounds]
    keys = [_key(part.strip(), expression) for part in inside.split(",")]
    if len(keys) == 1:
        return lambda value: value[keys[0]]
    if all(isinstance(key, str) for key in keys):
        return lambda value: {key: value[key] for key in keys}
    return lambda value: [value[key] for key in keys]


def _key(part: str, expression: str) -> int | str:
    if re.fullmatch(r"-?\d+", part):
        return int(part)
    if len(part) > 1 and part[0] == part[-1] and part[0] in "'\"":
        return part[1:-1]
    raise FilterError(f"{expression!r}: {part!r} is neither an index nor a quoted name")


@dataclass(frozen=True)
class Processing:
    """DataProcessing of a job: what goes to the model of each record, and what is written of it."""

    to_model: Select
    to_output: Select
    joins_input: bool
    is_json: bool

    @classmethod
    def parse(cls, request: dict[str, Any] | None, content_type: str) -> "Processing | None":
        """None when nothing is asked for."""
        if not request or request == {"JoinSource": "None"}:
            return None
        return cls(
            path(request.get("InputFilter", "$")),
            path(request.get("OutputFilter", "$")),
            request.get("JoinSource", "None") == "Input",
            "json" in content_type,
        )

    def filter_input(self, line: str) -> str:
        """The record as the model gets it."""
        return self._write(self.to_model(self._read(line)))

    def output(self, line: str, answer: str) -> str:
        """The record as it is written, from the source line and the model's answer to it."""
        if not self.joins_input:
            return self._write(self.to_output(self._read(answer)))
        return self._write(self.to_output(self._joined(self._read(line), self._read(answer))))

    def _joined(self, source: Any, answer: Any) -> Any:
        if not self.is_json:
            return source + answer
        if isinstance(source, dict):
            return {**source, "SageMakerOutput": answer}
        return {"SageMakerInput": source, "SageMakerOutput": answer}

    def _read(self, line: str) -> Any:
        if self.is_json:
            return json.loads(line)
        return next(csv.reader([line]))

    def _write(self, value: Any) -> str:
        if self.is_json:
            return json.dumps(value)
        written = io.StringIO()
        csv.writer(written, lineterminator="").writerow(value if isinstance(value, list) else [value])
        return written.getvalue()
