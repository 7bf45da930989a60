"""Rows as columns of texts, some thousand rows at a time.

A cell is the text that stands in the file, ``""`` where there is none. Numbers of JSON and Parquet are written as texts
too, so that a type is inferred in one way for all formats.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any, TypeVar

Row = TypeVar("Row")
ROWS = 20_000
"""Of one batch."""


@dataclass(frozen=True)
class Batch:
    """``columns[i]`` holds the cells of the column ``names[i]``, each column ``rows`` of them."""

    names: tuple[str, ...]
    columns: tuple[Sequence[str], ...]
    rows: int
    is_named: bool = True
    """Whether the data say how their columns are called; else they are ``_c0``, ``_c1``, ..."""

    def column(self, name: str) -> Sequence[str]:
        """The cells of a column; all empty where this batch has none of that name."""
        return self.columns[self.names.index(name)] if name in self.names else ("",) * self.rows


def files(folder: Path) -> list[Path]:
    """The files with data below a folder (or the file itself), sorted: none whose name starts with ``.`` or ``_``."""
    if folder.is_file():
        return [folder]
    found = (file for file in folder.rglob("*") if file.is_file() and file.stat().st_size)
    return sorted(file for file in found if not file.name.startswith((".", "_")))


def numbered(rows: Sequence[Sequence[str]], names: Sequence[str] | None = None) -> Batch:
    """Rows of cells as a batch. Short rows lack their last cells; columns beyond the names are numbered."""
    columns = tuple(zip_longest(*rows, fillvalue=""))
    known = tuple(names or ())
    more = tuple(f"_c{number}" for number in range(len(known), len(columns)))
    empty = tuple(("",) * len(rows) for _ in known[len(columns) :])
    return Batch((*known, *more), columns + empty, len(rows), is_named=names is not None)


def keyed(rows: Sequence[Mapping[str, str]]) -> Batch:
    """Rows with names as a batch; the columns stand in the order in which they were met."""
    names = tuple(dict.fromkeys(name for row in rows for name in row))
    return Batch(names, tuple([row.get(name, "") for row in rows] for name in names), len(rows))


def flat(value: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """A JSON value's members as cells: ``{"a": {"b": [7]}}`` is the cell ``a.b.0``."""
    if isinstance(value, Mapping):
        for name, member in value.items():
            yield from flat(member, f"{prefix}.{name}" if prefix else str(name))
    elif isinstance(value, list):
        for number, member in enumerate(value):
            yield from flat(member, f"{prefix}.{number}" if prefix else f"_c{number}")
    else:
        yield prefix or "_c0", cell(value)


def cell(value: Any) -> str:
    """A value of JSON or Parquet as the text that a CSV file would hold."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, default=str)


def in_lists(rows: Iterable[Row], count: int = ROWS) -> Iterator[list[Row]]:
    """Rows in lists of ``count``."""
    taken: list[Row] = []
    for row in rows:
        taken.append(row)
        if len(taken) == count:
            yield taken
            taken = []
    if taken:
        yield taken
