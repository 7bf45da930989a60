"""The format of a data set, as the variable ``dataset_format`` names it, and its rows.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_MonitoringDatasetFormat.html
"""

import csv
import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

from rehearsal.localaws.checkers.container import CheckFailed
from rehearsal.localaws.checkers.data.batches import ROWS, Batch, cell, flat, in_lists, keyed, numbered
from rehearsal.localaws.checkers.data.captured import CaptureFormat


class Format(Protocol):
    """Reads files."""

    def batches(self, files: Sequence[Path], /) -> Iterator[Batch]:
        """The rows of files, in order."""
        ...


@dataclass(frozen=True)
class Csv:
    """Comma-separated; ``header``: the first line of each file names the columns."""

    header: bool = False
    names: tuple[str, ...] = ()
    """Names for columns of files without header."""

    def batches(self, files: Sequence[Path]) -> Iterator[Batch]:
        for file in files:
            with opened(file) as lines:
                rows = (row for row in csv.reader(lines) if row)
                names = next(rows, []) if self.header else list(self.names) or None
                for taken in in_lists(rows):
                    yield numbered(taken, names)


@dataclass(frozen=True)
class JsonLines:
    """One JSON object a line, or a file that is one list of objects."""

    lines: bool = True

    def batches(self, files: Sequence[Path]) -> Iterator[Batch]:
        for taken in in_lists(row for file in files for row in self.rows(file)):
            yield keyed([dict(flat(row)) for row in taken])

    def rows(self, file: Path) -> Iterator[Any]:
        """The objects of one file."""
        with opened(file) as text:
            try:
                if self.lines:
                    yield from (json.loads(line) for line in text if line.strip())
                else:
                    content = json.load(text)
                    yield from content if isinstance(content, list) else [content]
            except ValueError as error:
                raise CheckFailed(f"{file.name} is no JSON{' Lines' if self.lines else ''}: {error}") from error


@dataclass(frozen=True)
class Parquet:
    """Columns with names."""

    def batches(self, files: Sequence[Path]) -> Iterator[Batch]:
        try:
            from pyarrow import ArrowException, parquet  # 150 MB that only these files need
        except ImportError as error:
            raise CheckFailed(
                "Parquet data needs pyarrow, which is not installed: pip install 'rehearsal[parquet]', or give CSV."
            ) from error
        try:
            for file in files:
                for table in parquet.ParquetFile(file).iter_batches(batch_size=ROWS):
                    columns = tuple([cell(value) for value in column.to_pylist()] for column in table.columns)
                    yield Batch(tuple(table.schema.names), columns, table.num_rows)
        except (ArrowException, OSError) as error:
            raise CheckFailed(f"Parquet data cannot be read: {error}") from error


def parse(text: str | None) -> Format:
    """The value of ``dataset_format``.

    Raises:
        CheckFailed: it names no format that is read here.
    """
    try:
        given = json.loads(text or "")
        (name, options) = next((name, value) for name, value in given.items() if name != "compression")
        made = _of(name, options if isinstance(options, Mapping) else {})
    except (ValueError, AttributeError, TypeError, StopIteration):
        raise CheckFailed(f'dataset_format {text!r}: give JSON such as {{"csv": {{"header": true}}}}.') from None
    if made is None:
        raise CheckFailed(
            f"dataset_format {name!r} is not read here: csv, json, parquet, sagemakerCaptureJson and "
            "sagemakerMergeJson are."
        )
    return made


def _of(name: str, options: Mapping[str, Any]) -> Format | None:
    if name == "csv":
        return Csv(_true(options.get("header", False)))
    if name == "json":
        return JsonLines(_true(options.get("lines", options.get("line", True))))
    if name == "parquet":
        return Parquet()
    if name in ("sagemakerCaptureJson", "sagemakerMergeJson"):
        return CaptureFormat.of(options, is_merged=name == "sagemakerMergeJson")
    return None


def _true(value: Any) -> bool:
    return value is True or str(value).lower() == "true"


def opened(file: Path) -> IO[str]:
    """A text file, unpacked where its name ends with .gz."""
    if file.suffix == ".gz":
        return gzip.open(file, "rt", encoding="utf-8", newline="")
    return open(file, encoding="utf-8-sig", newline="")
