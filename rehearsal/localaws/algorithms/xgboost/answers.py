"""Predictions as response bodies. Pure."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson

from rehearsal.localaws.algorithms.xgboost import recordio

CSV = "text/csv"
JSON = "application/json"
_WRITTEN_OTHERWISE = (b"e", b"null", b"0.0000")
"""Numbers that orjson does not write as Python does: very large and small ones, and what is no number."""
JSON_LINES = "application/jsonlines"
RECORDIO_PROTOBUF = "application/x-recordio-protobuf"
ACCEPTED = (JSON, JSON_LINES, RECORDIO_PROTOBUF, CSV)


class NotAcceptable(Exception):
    """The caller accepts only what the algorithm does not write (HTTP 406)."""

    def __init__(self, accept: str) -> None:
        super().__init__(f"Accept type {accept} is not supported. Please use supported accept types: {[*ACCEPTED]}.")


@lru_cache(maxsize=64)
def accepted_type(accept: str | None, default: str) -> str:
    """The media type to answer with; ``default`` when the caller does not mind.

    Raises:
        NotAcceptable: the caller asks for another one.
    """
    kind = (accept or "").partition(";")[0].strip()
    if kind in ("", "*/*"):
        return default
    if kind.lower() not in ACCEPTED:
        raise NotAcceptable(kind)
    return kind.lower()


def plain_csv(predictions: Sequence[Any]) -> bytes:
    """One prediction a line; the members of a vector are separated by commas."""
    if predictions and isinstance(predictions[0], list):
        return ("\n".join(",".join(map(repr, row)) for row in predictions) + "\n").encode()
    quick = orjson.dumps(predictions)
    if any(each in quick for each in _WRITTEN_OTHERWISE):
        return ("\n".join(map(repr, predictions)) + "\n").encode()
    return quick[1:-1].replace(b",", b"\n") + b"\n"


def one_csv_line(predictions: Sequence[Any]) -> bytes:
    """All predictions on one line without an end, as images before 1.2-2 answered."""
    return ",".join(map(str, predictions)).encode()


def one_value_a_line(predictions: Sequence[Any]) -> bytes:
    """What a batch transform writes, whatever it accepts; a vector is written in brackets."""
    if predictions and not isinstance(predictions[0], list):
        return plain_csv(predictions)
    return ("\n".join(map(str, predictions)) + "\n").encode()


def plain(predictions: Sequence[Any], media_type: str) -> bytes:
    """Predictions under the one name ``score``."""
    if media_type == CSV:
        return plain_csv(predictions)
    return selected([{"score": value} for value in predictions], media_type, batch=False)


def selected(rows: Sequence[Mapping[str, Any]], media_type: str, *, batch: bool) -> bytes:
    """Predictions of named members."""
    if media_type == JSON:
        return json.dumps({"predictions": rows}).encode()
    if media_type == JSON_LINES:
        return "".join(json.dumps(row) + "\n" for row in rows).encode()
    if media_type == RECORDIO_PROTOBUF:
        return recordio.write({name: _vector(value) for name, value in row.items()} for row in rows)
    lines = "\n".join(",".join(_csv_cell(value) for value in row.values()) for row in rows)
    return (lines + "\n" if batch else lines).encode()


def _vector(value: Any) -> Sequence[float]:
    return value if isinstance(value, list) else [value]


def _csv_cell(value: Any) -> str:
    return f'"{value}"' if isinstance(value, list) else str(value)
