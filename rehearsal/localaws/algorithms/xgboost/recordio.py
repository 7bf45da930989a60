"""RecordIO-wrapped protobuf, the binary format of SageMaker's built-in algorithms, read and written. Pure.

A RecordIO frame is a magic number, a length, the record and padding to four bytes. A record is the protobuf message
``aialgs.data.Record``: two maps from a name to a tensor, ``features`` and ``label``. Both are small enough to be read
here without a protobuf library, which would be one more thing to install for a format that few use.
https://docs.aws.amazon.com/sagemaker/latest/dg/cdf-training.html gives the message.
"""

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MAGIC = 0xCED7230A
_FRAME = struct.Struct("<II")
_LENGTH_MASK = (1 << 29) - 1

_FEATURES, _LABEL = 1, 2  # fields of Record
_KEY, _VALUE = 1, 2  # fields of a map entry
_TENSORS: dict[int, np.dtype[Any]] = {
    2: np.dtype("<f4"),
    3: np.dtype("<f8"),
    7: np.dtype("<i4"),
}  # fields of Value: float32, float64, int32
_FLOAT32_TENSOR = 2
_VALUES, _KEYS, _SHAPE = 1, 2, 3  # fields of a tensor
_VARINT, _FIXED64, _DELIMITED, _FIXED32 = 0, 1, 2, 5  # protobuf wire types


@dataclass(frozen=True)
class Tensor:
    """Numbers of a record; ``keys`` are the columns of a sparse one, ``width`` its number of columns where it says
    so."""

    values: NDArray[Any]
    keys: NDArray[np.int64] | None
    width: int | None


@dataclass(frozen=True)
class Record:
    """One row: its features, and its label where it has one."""

    features: Tensor
    label: Tensor | None


def records(data: bytes) -> Iterator[Record]:
    """The records of a file or request body.

    Raises:
        ValueError: the data are not RecordIO frames of such messages, or are cut off.
    """
    for message in _frames(data):
        yield _record(message)


def features(rows: Iterable[Record], column_count: int | None = None) -> NDArray[np.float32]:
    """Rows as one array; what sparse rows leave out is NaN. Its width is ``column_count`` or that of the widest row."""
    tensors = [row.features for row in rows]
    if not tensors:
        raise ValueError("there is no record")
    width = max(*(_width_of(tensor) for tensor in tensors), column_count or 0, 0)
    array = np.full((len(tensors), width), np.nan, dtype=np.float32)
    for row, tensor in zip(array, tensors, strict=True):
        row[slice(len(tensor.values)) if tensor.keys is None else tensor.keys] = tensor.values
    return array


def write(rows: Iterable[Mapping[str, Sequence[float]]]) -> bytes:
    """Records whose labels are these named float32 tensors, as the algorithm answers them."""
    return b"".join(_frame(_encoded_record(labels)) for labels in rows)


def _frames(data: bytes) -> Iterator[memoryview]:
    view = memoryview(data)
    position = 0
    while position < len(view):
        if position + _FRAME.size > len(view):
            raise ValueError(f"the RecordIO frame at byte {position} is cut off")
        magic, length = _FRAME.unpack_from(view, position)
        if magic != _MAGIC:
            raise ValueError(f"there is no RecordIO frame at byte {position}")
        start = position + _FRAME.size
        end = start + (length & _LENGTH_MASK)
        if end > len(view):
            raise ValueError(f"the RecordIO frame at byte {position} is cut off")
        yield view[start:end]
        position = end + (-(end - start) % 4)


def _frame(message: bytes) -> bytes:
    return _FRAME.pack(_MAGIC, len(message)) + message + b"\0" * (-len(message) % 4)


def _record(message: memoryview) -> Record:
    found: dict[int, dict[str, Tensor]] = {_FEATURES: {}, _LABEL: {}}
    for number, value in _fields(message):
        if number in found and isinstance(value, memoryview):
            name, tensor = _map_entry(value)
            found[number][name] = tensor
    if "values" not in found[_FEATURES]:
        raise ValueError('a record has no features named "values"')
    return Record(found[_FEATURES]["values"], found[_LABEL].get("values"))


def _map_entry(message: memoryview) -> tuple[str, Tensor]:
    name, tensor = "", None
    for number, value in _fields(message):
        if number == _KEY and isinstance(value, memoryview):
            name = bytes(value).decode("utf-8")
        elif number == _VALUE and isinstance(value, memoryview):
            tensor = _value(value)
    if tensor is None:
        raise ValueError(f"the entry {name!r} of a record holds no tensor of float32, float64 or int32")
    return name, tensor


def _value(message: memoryview) -> Tensor | None:
    for number, value in _fields(message):
        if number in _TENSORS and isinstance(value, memoryview):
            return _tensor(value, _TENSORS[number])
    return None


def _tensor(message: memoryview, kind: np.dtype[Any]) -> Tensor:
    values: list[NDArray[Any]] = []
    keys: list[int] = []
    shape: list[int] = []
    for number, value in _fields(message):
        if number == _VALUES:
            values.append(_numbers(value, kind))
        elif number in (_KEYS, _SHAPE):
            (keys if number == _KEYS else shape).extend(_integers(value))
    numbers = np.concatenate(values) if values else np.empty(0, kind)
    if not keys:
        return Tensor(numbers, None, None)
    if len(keys) != len(numbers):
        raise ValueError(f"a sparse tensor has {len(numbers)} values for {len(keys)} keys")
    return Tensor(numbers, np.array(keys, dtype=np.int64), shape[-1] if shape else None)


def _numbers(value: int | memoryview, kind: np.dtype[Any]) -> NDArray[Any]:
    """A packed or single value of a tensor; int32 travels as varints, the others as they lie in memory."""
    if kind.kind == "i":
        return np.array([number - (1 << 64) if number >> 63 else number for number in _integers(value)], dtype=kind)
    if isinstance(value, int):
        return np.frombuffer(value.to_bytes(kind.itemsize, "little"), dtype=kind)
    return np.frombuffer(value, dtype=kind)


def _integers(value: int | memoryview) -> list[int]:
    if isinstance(value, int):
        return [value]
    numbers, position = [], 0
    while position < len(value):
        number, position = _varint(value, position)
        numbers.append(number)
    return numbers


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """The fields of a protobuf message: number, and an integer or the bytes of a nested message."""
    position = 0
    while position < len(message):
        tag, position = _varint(message, position)
        number, wire_type = tag >> 3, tag & 7
        if wire_type == _VARINT:
            integer, position = _varint(message, position)
            yield number, integer
            continue
        size = {_FIXED64: 8, _FIXED32: 4}.get(wire_type)
        if wire_type == _DELIMITED:
            size, position = _varint(message, position)
        if size is None:
            raise ValueError(f"a record has a field of the unknown wire type {wire_type}")
        if position + size > len(message):
            raise ValueError("a record is cut off")
        content = message[position : position + size]
        position += size
        yield number, content if wire_type == _DELIMITED else int.from_bytes(content, "little")


def _varint(data: memoryview, position: int) -> tuple[int, int]:
    number, shift = 0, 0
    while True:
        if position >= len(data) or shift > 63:
            raise ValueError("a record has a malformed number")
        byte = data[position]
        position += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, position
        shift += 7


def _width_of(tensor: Tensor) -> int:
    if tensor.keys is None:
        return len(tensor.values)
    return tensor.width or int(tensor.keys.max()) + 1


def _encoded_record(labels: Mapping[str, Sequence[float]]) -> bytes:
    return b"".join(_delimited(_LABEL, _encoded_entry(name, values)) for name, values in labels.items())


def _encoded_entry(name: str, values: Sequence[float]) -> bytes:
    packed = np.asarray(values, dtype="<f4").tobytes()
    tensor = _delimited(_FLOAT32_TENSOR, _delimited(_VALUES, packed))
    return _delimited(_KEY, name.encode()) + _delimited(_VALUE, tensor)


def _delimited(number: int, content: bytes) -> bytes:
    return _encoded_varint(number << 3 | _DELIMITED) + _encoded_varint(len(content)) + content


def _encoded_varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)
