"""A folder of three CSV files as the pipeline wants them: label first, numbers only, no header. Checked before anything
starts."""

import csv
import math
from dataclasses import dataclass
from pathlib import Path

from rehearsal.toolkit.aws.errors import BadInput

TRAIN, VALIDATION, TEST = "train/train.csv", "validation/validation.csv", "test/test.csv"
SETS = (TRAIN, VALIDATION, TEST)
_HINT = "rehearse data split FILE --label-column NAME -o DIR writes the three files from one table"


@dataclass(frozen=True)
class DataFolder:
    """A checked folder: rows by set, and the number of columns with the label."""

    folder: Path
    rows: dict[str, int]
    columns: int

    def __str__(self) -> str:
        return " / ".join(f"{self.rows[key]:,}" for key in SETS) + " rows"


def check(folder: Path) -> DataFolder:
    """Read the three files once and hold them to the format.

    Raises:
        BadInput: a file is missing or empty, begins with a header, or a cell is not a number; names file, line and
        column.
    """
    if not folder.is_dir():
        raise BadInput(f"{folder} is not a folder", where="--data", next_step=_HINT)
    shapes = {key: _check_file(folder / key) for key in SETS}
    columns = {width for _rows, width in shapes.values()}
    if len(columns) > 1:
        widths = ", ".join(f"{key} {width}" for key, (_rows, width) in shapes.items())
        raise BadInput(
            f"the three files differ in their number of columns: {widths}", where=str(folder), next_step=_HINT
        )
    return DataFolder(folder, {key: rows for key, (rows, _width) in shapes.items()}, columns.pop())


def _check_file(path: Path) -> tuple[int, int]:
    """Rows and columns of a good file."""
    if not path.is_file():
        raise BadInput(f"{path} is missing", where="--data", next_step=_HINT)
    rows = width = 0
    try:
        with path.open(newline="", encoding="utf-8") as opened:
            for number, cells in enumerate(csv.reader(opened, quoting=csv.QUOTE_NONE), start=1):
                if not cells:
                    continue
                _refuse_marks(path, number, cells)
                width = width or len(cells)
                _check_row(path, number, cells, width)
                rows += 1
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{path} is not a CSV file in UTF-8: {error}", where=str(path), next_step=_HINT) from error
    if not rows:
        raise BadInput(f"{path} is empty", where=str(path), next_step=_HINT)
    if width < 2:
        raise BadInput(
            f"{path} has one column; a label and at least one feature are needed", where=str(path), next_step=_HINT
        )
    return rows, width


def _refuse_marks(path: Path, number: int, cells: list[str]) -> None:
    """What spreadsheets write and the algorithm does not know: the label after a byte order mark would be lost, as
    would text in quotes."""
    marks = {"a byte order mark": "\ufeff", "quotation marks": '"'}
    for name, mark in marks.items():
        if any(mark in cell for cell in cells):
            raise BadInput(
                f"{name} in a row; the algorithm reads plain numbers only",
                where=f"{path}, line {number}",
                next_step="rehearse data split reads such a table and writes plain files",
            )


def _check_row(path: Path, number: int, cells: list[str], width: int) -> None:
    here = f"{path}, line {number}"
    if number == 1 and not any(is_number(cell) for cell in cells):
        raise BadInput(
            f"the first line is a header ({', '.join(cells[:3])}...); the algorithm would read it as a row",
            where=here,
            next_step="delete the first line, or use rehearse data split, which does",
        )
    if len(cells) != width:
        raise BadInput(
            f"{len(cells)} columns where the lines before have {width}", where=here, next_step="mend the line"
        )
    if not cells[0].strip():
        raise BadInput("the label (column 1) is missing", where=here, next_step="fill it in or delete the line")
    for column, cell in enumerate(cells, start=1):
        if cell.strip() and not is_number(cell):
            raise BadInput(
                f"{cell!r} in column {column} is not a number",
                where=here,
                next_step="the algorithm would silently take it as missing; encode text as numbers "
                "(rehearse data split --encode)",
            )


def is_number(cell: str) -> bool:
    """A finite decimal number, as the algorithm reads it."""
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False
