"""An object as payloads for the container, and its answers as an object again. Pure: bytes in, bytes out.

https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform.html
"""

import struct
from collections.abc import Iterable, Iterator
from enum import StrEnum

_RECORDIO_MAGIC = 0xCED7230A
_LENGTH_BITS = (1 << 29) - 1


class Split(StrEnum):
    """SplitType."""

    NONE = "None"
    LINE = "Line"
    RECORDIO = "RecordIO"


class Strategy(StrEnum):
    """BatchStrategy."""

    SINGLE = "SingleRecord"
    MULTI = "MultiRecord"


class TooLarge(ValueError):
    """A record does not fit into a payload."""

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(f"A record of {size} bytes is larger than MaxPayloadInMB allows ({limit} bytes).")


def payloads(content: bytes, split: Split, strategy: Strategy, limit: int) -> Iterator[bytes]:
    """The requests that carry ``content``: each at most ``limit`` bytes, in order, records kept whole.

    Raises:
        TooLarge: one record is larger than the limit.
        ValueError: content that is not RecordIO is to be split as such.
    """
    if split is Split.NONE:
        yield _within(content, limit)
    elif split is Split.LINE and strategy is Strategy.MULTI:
        yield from _line_batches(content, limit)
    elif split is Split.LINE:
        yield from (_within(line, limit) for line in content.split(b"\n") if line.strip())
    elif strategy is Strategy.SINGLE:
        yield from (_within(record, limit) for record in recordio_records(content))
    else:
        yield from _batches(recordio_records(content), limit)


def _within(record: bytes, limit: int) -> bytes:
    if len(record) > limit:
        raise TooLarge(len(record), limit)
    return record


def _line_batches(content: bytes, limit: int) -> Iterator[bytes]:
    """As many whole lines as fit, found from the end of each window: no line is looked at by itself."""
    start, end = 0, len(content)
    while start < end:
        stop = end
        if end - start > limit:
            stop = content.rfind(b"\n", start, start + limit) + 1
            if stop == 0:
                following = content.find(b"\n", start + limit)
                raise TooLarge((end if following < 0 else following) - start, limit)
        batch = content[start:stop]
        if batch.strip():
            yield batch
        start = stop


def _batches(records: Iterable[bytes], limit: int) -> Iterator[bytes]:
    batch = bytearray()
    for record in records:
        if batch and len(batch) + len(record) > limit:
            yield bytes(batch)
            batch.clear()
        batch += _within(record, limit)
    if batch:
        yield bytes(batch)


def recordio_records(content: bytes) -> Iterator[bytes]:
    """Each record with its frame: magic number, length, data padded to four bytes."""
    start = 0
    while start < len(content):
        if len(content) - start < 8:
            raise ValueError("RecordIO: the last record is cut off")
        magic, word = struct.unpack_from("<II", content, start)
        if magic != _RECORDIO_MAGIC:
            raise ValueError(f"RecordIO: no record begins at byte {start}")
        stop = start + 8 + ((word & _LENGTH_BITS) + 3) // 4 * 4
        yield content[start:stop]
        start = stop


def assemble(answers: Iterable[bytes], *, with_lines: bool) -> bytes:
    """The ``.out`` object: answers one after the other, or with AssembleWith Line each on lines of its own."""
    if not with_lines:
        return b"".join(answers)
    return b"".join(answer if answer.endswith(b"\n") else answer + b"\n" for answer in answers if answer)
