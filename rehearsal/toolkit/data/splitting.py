"""One table becomes train, validation and test set: label first, text encoded or refused, rows shuffled by a seed."""

import csv
import io
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.data.dataset import TEST, TRAIN, VALIDATION, is_number

_MISSING = {"", "?", "na", "n/a", "nan", "null", "none"}
_SMALLEST_TABLE = 10


class Encoding(StrEnum):
    """What becomes of a column of text."""

    REFUSE = "refuse"
    ORDINAL = "ordinal"
    """One column; categories are numbered in alphabetical order."""
    ONE_HOT = "one-hot"
    """One column of 0 and 1 for each category. A label is numbered all the same."""


@dataclass(frozen=True)
class Table:
    """A parsed table: column names (made up where there was no header) and rows of stripped cells."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    first_line: int
    """The line of the file that holds the first row, for messages."""


@dataclass(frozen=True)
class Column:
    """A column as written: its name, where it came from, and the codes of its categories when it was text."""

    name: str
    source: str
    codes: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class SplitResult:
    """What was written."""

    folder: Path
    rows: dict[str, int]
    columns: tuple[Column, ...]


def split(file: Path, label: str, folder: Path, *, seed: int = 0, encoding: Encoding = Encoding.REFUSE) -> SplitResult:
    """Write the three sets under ``folder``, and ``columns.json``, which says what each column is.

    ``label`` is a column's name, or its index from 0 (negative from the end).

    Raises:
        BadInput: the file is no table, the label is unknown, or text would have to be encoded.
    """
    table = parse(file)
    columns, rows = numeric(table, label_index(table, label), encoding, str(file))
    random.Random(seed).shuffle(rows)
    sets = shares_of(rows)
    for key, members in sets.items():
        _write(folder / key, members)
    description = [{"name": column.name, "source": column.source, "codes": column.codes} for column in columns]
    (folder / "columns.json").write_text(json.dumps(description, indent=2) + "\n")
    return SplitResult(folder, {key: len(members) for key, members in sets.items()}, tuple(columns))


def parse(file: Path) -> Table:
    """Read the table, whatever its delimiter and whether it has a header or not."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise BadInput(f"{file} does not exist", where="FILE", next_step="check the path") from error
    except (UnicodeDecodeError, IsADirectoryError) as error:
        raise BadInput(
            f"{file} is not a text file in UTF-8: {error}", where="FILE", next_step="give a CSV file"
        ) from error
    numbered = [
        (line, tuple(cell.strip() for cell in cells))
        for line, cells in enumerate(csv.reader(io.StringIO(text), delimiter=_delimiter(text)), start=1)
        if any(cell.strip() for cell in cells)
    ]
    if not numbered:
        raise BadInput(f"{file} is empty", where="FILE", next_step="give a CSV file with rows")
    width = len(numbered[0][1])
    for line, cells in numbered:
        if len(cells) != width:
            raise BadInput(
                f"{len(cells)} columns where the first line has {width}",
                where=f"{file}, line {line}",
                next_step="mend the line",
            )
    header = _header(numbered[0][1], [cells for _line, cells in numbered[1:]])
    body = numbered[1:] if header else numbered
    if len(body) < _SMALLEST_TABLE:
        raise BadInput(
            f"{len(body)} rows are too few for three sets", where=str(file), next_step="give at least 10 rows"
        )
    names = header or tuple(f"column{index}" for index in range(width))
    return Table(names, tuple(cells for _line, cells in body), body[0][0])


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t|", key=first.count)


def _header(first: tuple[str, ...], rest: Sequence[tuple[str, ...]]) -> tuple[str, ...] | None:
    """The first line when it names the columns: text above a column of numbers, or names that no row repeats."""
    if any(is_number(cell) for cell in first):
        return None
    above_numbers = any(
        rest and all(is_number(row[i]) or is_missing(row[i]) for row in rest) for i in range(len(first))
    )
    seen_below = any(row[i] == cell for row in rest for i, cell in enumerate(first))
    return first if above_numbers or not seen_below else None


def is_missing(cell: str) -> bool:
    """An empty cell, or a word for one."""
    return cell.lower() in _MISSING


def label_index(table: Table, label: str) -> int:
    """The label's position, by name or by index from 0."""
    if label in table.names:
        return table.names.index(label)
    width = len(table.names)
    if label.lstrip("-").isdigit() and -width <= int(label) < width:
        return int(label) % width
    raise BadInput(
        f"there is no column {label!r}",
        where="--label-column",
        next_step=f"the columns are {', '.join(table.names)}; or give an index from 0 to {width - 1}",
    )


def numeric(table: Table, label: int, encoding: Encoding, source: str) -> tuple[list[Column], list[tuple[str, ...]]]:
    """The columns as numbers, label first. Pure."""
    order = [label, *(index for index in range(len(table.names)) if index != label)]
    columns: list[Column] = []
    values: list[list[str]] = []
    for index in order:
        cells = [row[index] for row in table.rows]
        if index == label:
            _refuse_missing_label(cells, table, source)
        for column, encoded in _encoded(table, index, cells, _encoding_of(index == label, encoding), source):
            columns.append(column)
            values.append(encoded)
    return columns, list(zip(*values, strict=True))


def _encoding_of(is_label: bool, encoding: Encoding) -> Encoding:
    return Encoding.ORDINAL if is_label and encoding is Encoding.ONE_HOT else encoding


def _refuse_missing_label(cells: list[str], table: Table, source: str) -> None:
    for position, cell in enumerate(cells):
        if is_missing(cell):
            raise BadInput(
                "the label is missing",
                where=f"{source}, line {table.first_line + position}",
                next_step="fill it in or delete the line",
            )


def _encoded(
    table: Table, index: int, cells: list[str], encoding: Encoding, source: str
) -> list[tuple[Column, list[str]]]:
    name = table.names[index]
    texts = [(position, cell) for position, cell in enumerate(cells) if not is_number(cell) and not is_missing(cell)]
    if not texts:
        return [(Column(name, name), ["" if is_missing(cell) else cell for cell in cells])]
    position, text = texts[0]
    if encoding is Encoding.REFUSE:
        raise BadInput(
            f"{text!r} in column {name} (index {index}) is not a number",
            where=f"{source}, line {table.first_line + position}",
            next_step="encode text columns with --encode one-hot (or ordinal), or correct the cell",
        )
    categories = sorted({cell for cell in cells if not is_missing(cell)})
    codes = {category: code for code, category in enumerate(categories)}
    if encoding is Encoding.ORDINAL:
        return [(Column(name, name, codes), ["" if is_missing(cell) else str(codes[cell]) for cell in cells])]
    return [
        (Column(f"{name}={category}", name), ["1" if cell == category else "0" for cell in cells])
        for category in categories
    ]


def shares_of(rows: Sequence[tuple[str, ...]]) -> dict[str, list[tuple[str, ...]]]:
    """80, 10 and 10 per cent, in order; no set is empty."""
    validation = max(1, round(len(rows) * 0.1))
    train = len(rows) - 2 * validation
    return {
        TRAIN: list(rows[:train]),
        VALIDATION: list(rows[train : train + validation]),
        TEST: list(rows[train + validation :]),
    }


def _write(path: Path, rows: Sequence[tuple[str, ...]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as opened:
        csv.writer(opened, lineterminator="\n").writerows(rows)
