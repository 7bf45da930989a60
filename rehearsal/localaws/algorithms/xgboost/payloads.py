"""Request bodies as rows of features. Pure: bytes in, an array out, or a :class:`PayloadError`.

The array is float32 with one column for each feature of the model; what a row does not say is NaN, XGBoost's missing
value. A body that is not wholly in its format is refused as a whole: a number read wrongly would be answered wrongly.
"""

import struct
from collections.abc import Callable, Iterator

import numpy as np
import orjson
from numpy.typing import NDArray

from rehearsal.localaws.algorithms.xgboost import recordio
from rehearsal.localaws.algorithms.xgboost.content_types import DataFormat

Rows = NDArray[np.float32]

_DELIMITERS = (",", "\t", ";", " ", ":")
_NUMERALS = b"0123456789+-.eE"
_BLOCK_BYTES = 1 << 16
"""Numbers are read in blocks of about so much text: their Python objects then stay in the processor's cache."""


class PayloadError(Exception):
    """The body is not in the format that its content type names (HTTP 415)."""


class TooManyColumns(Exception):
    """The rows have more columns than the model has features (HTTP 400)."""

    def __init__(self, found: int, expected: int) -> None:
        super().__init__(
            f"Number of columns does not match number of features in booster. The payload has {found} columns, "
            f"the model was trained on {expected} features (a payload carries no label)."
        )


def decode(data_format: DataFormat, body: bytes, feature_count: int) -> Rows:
    """The rows of ``body``, each ``feature_count`` wide.

    Raises:
        PayloadError: the body is not in that format.
        TooManyColumns: it is, and has more columns than there are features.
    """
    decoder = _DECODERS.get(data_format)
    if decoder is None:
        raise PayloadError(f"Content-type {data_format.value} is not supported.")
    try:
        return decoder(body, feature_count)
    except (ValueError, UnicodeDecodeError) as error:
        name = data_format.value
        raise PayloadError(
            f"Loading {name} data failed with Exception, please ensure data is in {name} format:\n {type(error)}\n "
            f"{error}"
        ) from error


def _csv_rows(body: bytes, feature_count: int) -> Rows:
    body = body.strip(b" \r\n")  # a tab at an end is the delimiter of an empty cell
    if b"\r" in body:
        body = body.replace(b"\r\n", b"\n")
    rows = _plain_csv(body)
    if rows is None:
        rows = _any_csv(body.decode("utf-8"))
    if np.isinf(rows).any():
        raise ValueError("Input data contains `inf` or a value too large for a 32-bit float")
    return _as_wide_as_model(rows, feature_count)


def _plain_csv(body: bytes) -> Rows | None:
    """The usual body, digits and commas alone, read in one go; None when it needs (or fails) the careful reading."""
    separators = body.translate(None, _NUMERALS)
    lines = separators.count(b"\n") + 1
    line = separators.partition(b"\n")[0]
    if not body or len(separators) != lines * (len(line) + 1) - 1 or line.strip(b","):
        return None
    if separators + b"\n" != (line + b"\n") * lines:  # lines of different lengths, or something else than numbers
        return None
    try:
        packed = b"".join(map(_packed, _blocks(body)))
    except ValueError:
        return None
    return np.frombuffer(packed, dtype=np.float32).reshape(lines, len(line) + 1)


def _packed(block: bytes) -> bytes:
    """The numbers of some lines as float32. Such lines are JSON; an empty cell or a number like 01 is not."""
    numbers = orjson.loads(b"[" + block.replace(b"\n", b",") + b"]")
    return struct.pack(f"{len(numbers)}f", *numbers)  # half the time of numpy's way from objects to numbers


def _blocks(body: bytes) -> Iterator[bytes]:
    """The body in pieces of whole lines, without the end of each piece's last line."""
    start, end = 0, len(body)
    while start < end:
        stop = body.find(b"\n", start + _BLOCK_BYTES)
        stop = end if stop < 0 else stop
        yield body[start:stop]
        start = stop + 1


def _any_csv(text: str) -> Rows:
    """Every body of the format: other delimiters, empty cells (missing), ``nan``. Text in a cell is an error."""
    lines = text.split("\n")
    delimiter = next((mark for mark in _DELIMITERS if mark in lines[0]), ",")
    rows = [[float(cell) if cell != "" else np.nan for cell in line.split(delimiter)] for line in lines]
    width = len(rows[0])
    for number, row in enumerate(rows, start=1):
        if len(row) != width:
            raise ValueError(f"row {number} has {len(row)} columns, the first row has {width}")
    return np.array(rows, dtype=np.float32)


def _libsvm_rows(body: bytes, feature_count: int) -> Rows:
    """``[label] index:value ...`` a line; indices as written, the first feature is 0."""
    lines = body.strip().decode("utf-8").split("\n")
    rows = np.full((len(lines), feature_count), np.nan, dtype=np.float32)
    for row, line in enumerate(lines):
        for item in line.split():
            index, colon, value = item.partition(":")
            if not colon:
                float(item)  # a label, which scoring does not need, must still be a number
                continue
            column = int(index)
            if column < 0:
                raise ValueError(f"line {row + 1}: feature index {column} is negative")
            if column >= feature_count:
                float(value)
                raise TooManyColumns(column + 1, feature_count)
            rows[row, column] = float(value)
    return rows


def _recordio_rows(body: bytes, feature_count: int) -> Rows:
    return _as_wide_as_model(recordio.features(recordio.records(body), feature_count), feature_count)


def _as_wide_as_model(rows: Rows, feature_count: int) -> Rows:
    """Rows with the columns that are not given filled in as missing, as a DMatrix reads a narrow matrix."""
    width = rows.shape[1]
    if width == feature_count:
        return rows
    if width > feature_count:
        raise TooManyColumns(width, feature_count)
    wide = np.full((rows.shape[0], feature_count), np.nan, dtype=np.float32)
    wide[:, :width] = rows
    return wide


_DECODERS: dict[DataFormat, Callable[[bytes, int], Rows]] = {
    DataFormat.CSV: _csv_rows,
    DataFormat.LIBSVM: _libsvm_rows,
    DataFormat.RECORDIO_PROTOBUF: _recordio_rows,
}
