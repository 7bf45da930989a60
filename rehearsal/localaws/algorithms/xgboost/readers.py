"""The files of a channel as XGBoost's training matrix.

CSV and libsvm go through XGBoost's own text loader, as in the image, so that every cell means what it means there:
column 0 of a CSV is the label, and an empty cell, ``nan`` or a text is a missing value (a label that is a text is 0).
"""

import logging
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xgboost

from rehearsal.localaws.algorithms.xgboost import blank_cells, lean_import, recordio
from rehearsal.localaws.algorithms.xgboost.content_types import DataFormat
from rehearsal.localaws.algorithms.xgboost.errors import UserError, without_stack_trace

log = logging.getLogger(__name__)

MAX_FOLDER_DEPTH = 3
_QUOTED_CHARACTERS = 50
_SPLITTING = ";?#"
_LINES = {
    DataFormat.CSV: "a label and its features, separated by the delimiter of the first line",
    DataFormat.LIBSVM: "a label and its features as index:value, with whole indices from 0",
}


@dataclass(frozen=True)
class Reading:
    """How the files of a run are to be read."""

    data_format: DataFormat
    threads: int
    csv_weights: bool = False


def data_files(folder: Path) -> list[Path]:
    """The files with data, sorted: none that starts with ``.`` or ``_``, none deeper than three folders."""
    return sorted(_walk(folder, MAX_FOLDER_DEPTH))


def _walk(folder: Path, depth: int) -> Iterator[Path]:
    for entry in folder.iterdir() if folder.is_dir() else ():
        if entry.name.startswith((".", "_")):
            continue
        if entry.is_dir():
            if depth > 0:
                yield from _walk(entry, depth - 1)
        elif entry.stat().st_size > 0:
            yield entry


def read(files: Sequence[Path], reading: Reading) -> Any:
    """One matrix of all files.

    Raises:
        UserError: they are not in the format.
    """
    if reading.data_format is DataFormat.CSV:
        return _read_csv(files, reading)
    if reading.data_format is DataFormat.LIBSVM:
        return _read_libsvm(files, reading)
    if reading.data_format is DataFormat.RECORDIO_PROTOBUF:
        return _read_recordio(files, reading)
    return _read_parquet(files, reading)


def _read_csv(files: Sequence[Path], reading: Reading) -> Any:
    delimiter = _csv_delimiter(_first_line(files[0]))
    log.info("Determined delimiter of CSV input is '%s'", delimiter)
    for file in files:
        _warn_of_header(file, delimiter)
    options = f"format=csv&label_column=0&delimiter={delimiter}"
    if reading.csv_weights:
        options += "&weight_column=1"
    with blank_cells.filled(files, delimiter) as whole:
        return _load_text(whole, options, reading)


def _read_libsvm(files: Sequence[Path], reading: Reading) -> Any:
    for file in files:
        line = _first_line(file)
        if not _is_libsvm(line):
            raise UserError(
                f"First line '{line[:_QUOTED_CHARACTERS]}...' of file '{file.name}' is not 'LIBSVM' format. "
                f"Please ensure the file is in 'LIBSVM' format."
            )
    return _load_text(files, "format=libsvm", reading)


def _load_text(files: Sequence[Path], options: str, reading: Reading) -> Any:
    with _plainly_named(files) as named:
        uri = ";".join(map(str, named)) + "?" + options
        try:
            with xgboost.config_context(verbosity=0):  # it warns that XGBoost will drop its text loader one day
                return xgboost.DMatrix(uri, nthread=reading.threads)
        except xgboost.core.XGBoostError as error:
            raise UserError(
                f"Failed to load {reading.data_format.value} data with exception:\n{without_stack_trace(error)}\n"
                f"A line is {_LINES[reading.data_format]}."
            ) from error


@contextmanager
def _plainly_named(files: Sequence[Path]) -> Iterator[Sequence[Path]]:
    """The files under names that XGBoost's loader takes whole.

    It splits a path at ``;``, ``?`` and ``#``, behind links too, and does not find one that is not in ASCII. The names
    are relative, because the temporary folder may itself have such a name.
    """
    if not any(set(str(file)) & set(_SPLITTING) or not str(file).isascii() for file in files):
        yield files
        return
    with tempfile.TemporaryDirectory(prefix="staged-") as folder:
        names = [str(number) for number in range(len(files))]
        for file, name in zip(files, names, strict=True):
            shutil.copyfile(file, Path(folder, name))
        with chdir(folder):
            yield [Path(name) for name in names]


def _read_recordio(files: Sequence[Path], reading: Reading) -> Any:
    try:
        rows = [record for file in files for record in recordio.records(file.read_bytes())]
        labels = np.array([_label(row) for row in rows], dtype=np.float32)
        return xgboost.DMatrix(recordio.features(rows), label=labels, nthread=reading.threads)
    except ValueError as error:
        raise UserError(
            f"Failed to load recordio-protobuf data with exception:\n{without_stack_trace(error)}"
        ) from error


def _label(row: recordio.Record) -> float:
    if row.label is None or not len(row.label.values):
        raise ValueError('a record has no label named "values"')
    return float(row.label.values[0])


def _read_parquet(files: Sequence[Path], reading: Reading) -> Any:
    lean_import.remove()  # pyarrow asks pandas for its version, where there is a module of that name
    try:
        from pyarrow import ArrowException, parquet
    except ImportError as error:
        raise UserError(
            "Parquet data needs pyarrow, which is not installed: pip install 'rehearsal[parquet]', or give the data as "
            "CSV"
        ) from error
    try:
        tables = [parquet.read_table(file, use_threads=reading.threads > 1) for file in files]
        columns = [
            np.concatenate([_column(table, index) for table in tables]) for index in range(tables[0].num_columns)
        ]
        features = np.stack(columns[1:], axis=1) if columns[1:] else np.empty((len(columns[0]), 0), np.float32)
        return xgboost.DMatrix(features, label=columns[0], nthread=reading.threads)
    except (ArrowException, ValueError, IndexError, OSError) as error:  # of them XGBoost's own
        raise UserError(f"Failed to load parquet data with exception:\n{without_stack_trace(error)}") from error


def _column(table: Any, index: int) -> Any:
    """A column as float32, null as NaN."""
    return table.column(index).cast("float32").to_numpy()


def _first_line(file: Path) -> str:
    with open(file, encoding="utf-8", errors="replace") as opened:
        return opened.readline(1 << 20).rstrip("\r\n")


def _csv_delimiter(line: str) -> str:
    for delimiter in (",", ";", "\t", " "):
        if delimiter in line:
            return delimiter
    raise UserError(
        f"Could not determine delimiter on line {line[:_QUOTED_CHARACTERS]}: "
        f"a row is a label and its features, separated by commas, semicolons, tabs or spaces"
    )


def _warn_of_header(file: Path, delimiter: str) -> None:
    """The image trains on a header line or a label in words as on any other row, and says nothing; here it is at least
    said."""
    line = _first_line(file)
    cells = [cell.strip() for cell in line.split(delimiter)]
    quoted = line[:_QUOTED_CHARACTERS]
    if not any(map(_is_number, cells)) and any(cells):
        log.warning(
            "The first line of %s looks like a header: %r. It is trained on as a row with label 0 and no values. "
            "Remove it: the algorithm takes CSV files without header, with the label in the first column.",
            file.name,
            quoted,
        )
    elif not _is_number(cells[0]):
        log.warning(
            "The label of the first line of %s is no number: %r. Such a label is trained on as 0. Write classes as "
            "numbers from 0, and the file as UTF-8 without a byte order mark.",
            file.name,
            quoted,
        )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_libsvm(line: str) -> bool:
    """``label[:weight] index:value ...``; ``qid:n`` may come first."""
    label, *features = line.split() or [""]
    parts = label.split(":")
    if len(parts) > 2 or not all(map(_is_number, parts)):
        return False
    return all(colon and _is_number(value) for _, colon, value in (item.partition(":") for item in features))
