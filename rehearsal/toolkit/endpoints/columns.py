"""Rows as people have them, for a model that was trained on what ``rehearse data split`` wrote: names in any order,
categories as text; and the answer as the label's own word. ``columns.json`` says what each column is."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.data.dataset import is_number
from rehearsal.toolkit.data.splitting import Column, is_missing

FILE = "columns.json"
_WHERE = "standard input"


@dataclass(frozen=True)
class Columns:
    """What a model was trained on: the label, then the features in order."""

    label: Column
    features: tuple[Column, ...]

    @property
    def sources(self) -> list[str]:
        """The columns of the table that the features came from."""
        return list(dict.fromkeys(column.source for column in self.features))

    def encoded(self, rows: Sequence[str]) -> list[str]:
        """The rows as the model takes them. A first row that names columns gives their order; else it is the table's,
        without the label.

        Raises:
            BadInput: a column is missing, there are too many, or a category is unknown; names row and column.
        """
        table = [[cell.strip() for cell in cells] for cells in csv.reader(rows)]
        has_names = bool(table) and set(self.sources) <= set(table[0])
        names = table[0] if has_names else self.sources
        body = table[1:] if has_names else table
        return [self._row(number, self._named(number, names, cells)) for number, cells in enumerate(body, start=1)]

    def _named(self, number: int, names: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
        if len(cells) != len(names):
            label = f", {self.label.source} not among them" if len(cells) == len(names) + 1 else ""
            raise BadInput(
                f"row {number} has {len(cells)} columns where {len(names)} are expected",
                where=_WHERE,
                next_step=f"give {', '.join(names)}{label}; or a first row with names, in any order",
            )
        return dict(zip(names, cells, strict=True))

    def _row(self, number: int, cells: Mapping[str, str]) -> str:
        categories: dict[str, list[str]] = {}
        for column in self.features:
            if column.name != column.source:
                categories.setdefault(column.source, []).append(column.name.removeprefix(f"{column.source}="))
        return ",".join(_cell(number, column, cells[column.source], categories) for column in self.features)

    def word(self, prediction: str) -> str:
        """The label's own word for a prediction: of a probability (0.5 and more) or of one for each class; the
        prediction itself where the label was a number."""
        if not self.label.codes:
            return prediction
        words = {code: word for word, code in self.label.codes.items()}
        values = [float(value) for value in prediction.split(",")]
        if len(values) > 1:
            return words.get(values.index(max(values)), prediction)
        return words.get(round(values[0]) if len(words) > 2 else int(values[0] >= 0.5), prediction)


def _cell(number: int, column: Column, cell: str, categories: Mapping[str, list[str]]) -> str:
    if is_missing(cell):
        return "" if column.name == column.source else "0"
    known = list(column.codes) or categories.get(column.source, [])
    if not known:
        if not is_number(cell):
            raise _unknown(number, column, cell, "a number")
        return cell
    if cell not in known:
        raise _unknown(number, column, cell, f"one of {', '.join(known[:12])}{', ...' if len(known) > 12 else ''}")
    return str(column.codes[cell]) if column.codes else str(int(column.name == f"{column.source}={cell}"))


def _unknown(number: int, column: Column, cell: str, wanted: str) -> BadInput:
    return BadInput(
        f"row {number}: {cell!r} in column {column.source} is not {wanted}",
        where=_WHERE,
        next_step="correct the cell, or leave it empty if it is not known",
    )


def read(place: Path) -> Columns:
    """What ``data split`` wrote: the file, or the folder that it lies in.

    Raises:
        BadInput: it is not there, or is another file.
    """
    file = place / FILE if place.is_dir() else place
    try:
        found = [Column(each["name"], each["source"], dict(each["codes"])) for each in json.loads(file.read_text())]
        return Columns(found[0], tuple(found[1:]))
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise BadInput(
            f"{file} does not say what the columns are: {error}",
            where="--columns",
            next_step="name the folder that rehearse data split wrote",
        ) from error
