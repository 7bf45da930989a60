"""Cut a CSV from S3 into batches that an endpoint accepts, reading it once from front to back.

Memory is bounded by a few batches whatever the file's size. A position (bytes of uncompressed text) lets a later call
go on exactly where an earlier one stopped, on the same version of the object.
"""

import io
import zlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from botocore.exceptions import ClientError

from pipeline_job.failure import ActionFailed, ConfigurationError, code_of

_GZIP_MAGIC = b"\x1f\x8b"
_PIECE_BYTES = 1 << 20


class Readable(Protocol):
    """What is needed of a stream."""

    def read(self, amount: int, /) -> bytes:
        """At most ``amount`` bytes; none at the end."""


@dataclass(frozen=True)
class Source:
    """One version of an object in S3."""

    bucket: str
    key: str
    etag: str
    version_id: str
    is_gzip: bool
    size_bytes: int

    @property
    def uri(self) -> str:
        """For people."""
        return f"s3://{self.bucket}/{self.key}"

    def percent(self, position: int) -> int:
        """How much of the text lies before ``position``; of a gzip file, whose text's length is not known, a guess."""
        return min(99, 100 * position // (self.size_bytes * (4 if self.is_gzip else 1)))


@dataclass(frozen=True)
class Layout:
    """How the rows are written."""

    has_header: bool
    label_column: int = 0
    kept_columns: tuple[int, ...] = ()
    max_rows: int | None = None


@dataclass(frozen=True)
class Batch:
    """Whole rows: the features as they go to the endpoint, the labels, and the columns that slices look at."""

    first_row: int
    body: bytes
    labels: "array[float]"
    kept: tuple["array[float]", ...]
    end: int

    def __len__(self) -> int:
        return len(self.labels)


def find(s3: Any, bucket: str, key: str) -> Source:
    """The newest version of the object.

    Raises:
        ConfigurationError: when it is missing or empty.
    """
    try:
        answer = s3.get_object(Bucket=bucket, Key=key, Range="bytes=0-1")
    except ClientError as error:
        if code_of(error) == "InvalidRange":
            raise ConfigurationError(f"s3://{bucket}/{key} is empty") from error
        if code_of(error) in ("NoSuchKey", "NoSuchBucket"):
            raise ConfigurationError(
                f"s3://{bucket}/{key} does not exist: upload the test data, or correct 's3bucket' and 's3key'"
            ) from error
        raise
    is_gzip = answer["Body"].read() == _GZIP_MAGIC
    size_bytes = int(answer["ContentRange"].rpartition("/")[2])
    return Source(bucket, key, answer["ETag"], answer.get("VersionId") or "", is_gzip, size_bytes)


def open_at(s3: Any, source: Source, position: int) -> Readable:
    """The object's text from ``position`` on. A gzip file is inflated from its beginning again, for it has no places to
    enter."""
    pinned = {"VersionId": source.version_id} if source.version_id not in ("", "null") else {"IfMatch": source.etag}
    if position and not source.is_gzip:
        pinned["Range"] = f"bytes={position}-"
    try:
        body = s3.get_object(Bucket=source.bucket, Key=source.key, **pinned)["Body"]
    except ClientError as error:
        if code_of(error) in ("PreconditionFailed", "NoSuchVersion"):
            raise ActionFailed(f"{source.uri} was replaced while it was being evaluated: retry the stage") from error
        if code_of(error) == "InvalidRange":
            return io.BytesIO()  # nothing is left
        raise
    if not source.is_gzip:
        return body
    inflated = _Inflated(body)
    _skip(inflated, position)
    return inflated


class _Inflated:
    """The text of a gzip stream, of several members too, inflated in pieces."""

    def __init__(self, compressed: Readable) -> None:
        self._compressed = compressed
        self._inflator = zlib.decompressobj(31)

    def read(self, amount: int, /) -> bytes:
        parts, size = [], 0
        while size < amount:
            piece = self._piece(amount - size)
            if not piece:
                break
            parts.append(piece)
            size += len(piece)
        return b"".join(parts)

    def _piece(self, amount: int) -> bytes:
        while True:
            if self._inflator.eof:
                left = self._inflator.unused_data or self._compressed.read(_PIECE_BYTES)
                if not left.strip(b"\0"):
                    return b""
                self._inflator = zlib.decompressobj(31)
            else:
                left = self._inflator.unconsumed_tail or self._compressed.read(_PIECE_BYTES)
                if not left:
                    raise ActionFailed("the gzip file ends in the middle: upload it again")
            text = self._inflator.decompress(left, amount)
            if text:
                return text


def _skip(stream: Readable, position: int) -> None:
    while position:
        position -= len(stream.read(min(position, _PIECE_BYTES)))


def first_line(stream: Readable) -> bytes:
    """The first line of a stream, without its end."""
    return stream.read(65536).partition(b"\n")[0].rstrip(b"\r")


def looks_like_header(line: bytes, label_column: int) -> bool:
    """Whether the label's cell is no number."""
    cells = line.split(b",")
    return label_column < len(cells) and _number(cells[label_column]) is None


def _number(cell: bytes) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


def batches(stream: Readable, layout: Layout, *, position: int, row: int, batch_bytes: int) -> Iterator[Batch]:
    """The rows from ``position`` on, whose first is row number ``row`` (counted from 0, without the header).

    Raises:
        ConfigurationError: for a row that has no label, or that is longer than a batch.
    """
    header_pending = layout.has_header and position == 0
    for text in _pieces(stream, batch_bytes):
        position += len(text)
        lines = _lines(text.partition(b"\n")[2] if header_pending else text)
        header_pending = False
        if layout.max_rows is not None:
            lines = lines[: layout.max_rows - row]
        if lines:
            yield _batch(lines, layout, row, position)
            row += len(lines)
        if row == layout.max_rows:
            return


def _pieces(stream: Readable, size: int) -> Iterator[bytes]:
    """Whole lines, as many as fit into ``size`` bytes; the last line may lack its end."""
    rest = b""
    while len(text := rest + _fill(stream, size - len(rest))) == size:
        cut = text.rfind(b"\n") + 1
        if cut == 0:
            raise ConfigurationError(
                f"a line is longer than 'batch-bytes', {size}; it starts with {text[:40].decode('utf-8', 'replace')!r}"
            )
        yield text[:cut]
        rest = text[cut:]
    yield text


def _fill(stream: Readable, amount: int) -> bytes:
    """Exactly ``amount`` bytes, or less at the end: streams may give less at a time."""
    parts, missing = [], amount
    while missing and (part := stream.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _lines(text: bytes) -> list[bytes]:
    lines = text.split(b"\n")
    if b"\r" in text:
        lines = [line.rstrip(b"\r") for line in lines]
    return [line for line in lines if line] if b"" in lines else lines


def _batch(lines: list[bytes], layout: Layout, row: int, end: int) -> Batch:
    if layout.label_column == 0 and not layout.kept_columns:
        parts = [line.partition(b",") for line in lines]
        cells = [part[0] for part in parts]
        body = b"\n".join([part[2] for part in parts])
        return Batch(row, body, _numbers(cells, row, "label"), (), end)
    table = [line.split(b",") for line in lines]
    kept = tuple(_numbers(_column(table, column, row), row, f"column {column}") for column in layout.kept_columns)
    labels = _numbers(_column(table, layout.label_column, row), row, "label")
    for cells in table:
        del cells[layout.label_column]
    return Batch(row, b"\n".join([b",".join(cells) for cells in table]), labels, kept, end)


def _column(table: list[list[bytes]], column: int, row: int) -> list[bytes]:
    try:
        return [cells[column] for cells in table]
    except IndexError:
        short = next(index for index, cells in enumerate(table) if len(cells) <= column)
        raise ConfigurationError(
            f"row {row + short + 1} has {len(table[short])} columns, so no column {column}"
        ) from None


def _numbers(cells: list[bytes], row: int, what: str) -> "array[float]":
    try:
        return array("d", map(float, cells))
    except ValueError:
        bad = next(index for index, cell in enumerate(cells) if _number(cell) is None)
        shown = cells[bad][:40].decode("utf-8", "replace")
        raise ConfigurationError(
            f"row {row + bad + 1}: the {what} {shown!r} is not a number; rows are comma-separated numbers, the label "
            "in 'label-column'"
        ) from None
