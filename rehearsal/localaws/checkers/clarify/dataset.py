"""The data set of an analysis, in batches with named columns."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import jmespath

from rehearsal.localaws.checkers.clarify.config import JSON_LINES, PARQUET, Config
from rehearsal.localaws.checkers.container import CheckFailed
from rehearsal.localaws.checkers.data.batches import Batch, cell, in_lists, numbered
from rehearsal.localaws.checkers.data.formats import Csv, JsonLines, Parquet


def batches(config: Config, files: Sequence[Path]) -> Iterator[Batch]:
    """The rows of all files."""
    if config.dataset_type == PARQUET:
        yield from Parquet().batches(files)
    elif config.dataset_type == JSON_LINES:
        yield from _json_lines(config, files)
    else:
        for file in files:
            yield from _csv(config, file)


def _csv(config: Config, file: Path) -> Iterator[Batch]:
    """The first line is a header where it repeats ``headers``, or without these where no cell of it is a number."""
    names, starts = config.headers, 0
    for number, batch in enumerate(Csv().batches([file])):
        if number == 0:
            first = [column[0].strip() for column in batch.columns]
            starts = int(first == [*names] if names else not any(map(_is_number, first)))
            names = names or (tuple(first) if starts else tuple(f"column_{each}" for each in range(len(first))))
        if len(names) != len(batch.columns):
            raise CheckFailed(f"{file.name} has {len(batch.columns)} columns, and headers names {len(names)}.")
        yield Batch(names, tuple(column[starts:] for column in batch.columns), batch.rows - starts)
        starts = 0


def _json_lines(config: Config, files: Sequence[Path]) -> Iterator[Batch]:
    if config.features is None:
        yield from JsonLines().batches(files)
        return
    features, label = jmespath.compile(config.features), jmespath.compile(config.label) if config.label else None
    for rows in in_lists(row for file in files for row in JsonLines().rows(file)):
        cells = [_row(features.search(row), label.search(row) if label else None, label is not None) for row in rows]
        batch = numbered(cells)
        width = len(batch.columns)
        names = config.headers or (
            *(f"column_{number}" for number in range(width - bool(label))),
            *(["label"] if label else []),
        )
        if len(names) != width:
            raise CheckFailed(f"A line has {width} values with its label, and headers names {len(names)}.")
        yield Batch(names, batch.columns, batch.rows)


def _row(features: Any, label: Any, has_label: bool) -> list[str]:
    found = list(map(cell, features if isinstance(features, list) else [features]))
    return [*found, cell(label)] if has_label else found


def label_of(config: Config, names: Sequence[str]) -> str | None:
    """The label's column; of JSON lines with ``features`` the last one."""
    if config.label is None:
        return None
    if config.dataset_type == JSON_LINES and config.features is not None:
        return names[-1]
    return column(config.label, names)


def column(given: str, names: Sequence[str]) -> str:
    """A column by its name or number.

    Raises:
        CheckFailed: there is none.
    """
    if given in names:
        return given
    if given.isdigit() and int(given) < len(names):
        return names[int(given)]
    raise CheckFailed(f"analysis_config.json: there is no column {given!r}, only {', '.join(names)}.")


def features(config: Config, names: Sequence[str]) -> list[str]:
    """The columns that the model is given: all but label, identifier and excluded ones."""
    apart = {column(each, names) for each in config.unused} | {label_of(config, names)}
    return [name for name in names if name not in apart]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return text == ""
    return True
