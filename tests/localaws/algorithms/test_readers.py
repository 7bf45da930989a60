"""CSV and libsvm, as the training half reads them (through XGBoost's own loader), held against what Python reads, and
the scoring half's own readers held against the training half's: a model is asked about the numbers that it was trained
on.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rehearsal.localaws.algorithms.xgboost import payloads
from rehearsal.localaws.algorithms.xgboost.content_types import DataFormat
from rehearsal.localaws.algorithms.xgboost.readers import Reading, data_files, read

nan = float("nan")
near: dict[str, Any] = {"rtol": 1e-6, "atol": 1e-12}  # the loader drops the digits after the nineteenth
quick = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

values = st.floats(-(2.0**20), 2.0**20, width=32, allow_subnormal=False)
spellings = st.sampled_from(["{:.7g}", "{:.9e}", "{:.6E}", "{:+.8f}", "{:020.5f}", "{:.40f}"])
numbers = st.builds(lambda spelling, value: spelling.format(value), spellings, values) | st.integers(-99, 99).map(str)
missing = st.sampled_from(["", "nan", "NaN", "NA", "red", '"2"', '""', " ", "   "])
cells = numbers | missing
line_ends = st.sampled_from(["\n", "\r\n", "\n\n"])


def rows_of(width: int) -> st.SearchStrategy[list[list[str]]]:
    return st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=6)


def trained_on(folder: Path, text: str, data_format: DataFormat, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Labels and features (NaN where there is none) of a channel with this file alone."""
    channel = folder / "channel"
    channel.mkdir(exist_ok=True)
    (channel / "ä;b?c").write_bytes(text.encode())
    matrix = read(data_files(channel), Reading(data_format, threads=1))
    found, table = matrix.get_data(), np.full((matrix.num_row(), width), np.nan, dtype=np.float32)
    for row in range(matrix.num_row()):
        inside = slice(found.indptr[row], found.indptr[row + 1])
        table[row, found.indices[inside]] = found.data[inside]
    return matrix.get_label(), table


def is_number(cell: str) -> bool:
    return cell[-1:].isdigit()


def as_number(cell: str) -> float:
    return float(cell) if is_number(cell) else float("nan")


@given(
    st.integers(1, 4).flatmap(rows_of), st.lists(numbers, min_size=6), st.sampled_from(",;\t"), line_ends, st.booleans()
)
@quick
def test_csv_reads_as_numbers_and_missing_values_and_is_scored_on_the_same(
    tmp_path: Path, rows: list[list[str]], labels: list[str], delimiter: str, end: str, ended: bool
) -> None:
    lines = [delimiter.join([label, *row]) for label, row in zip(labels, rows, strict=False)]
    text = end.join(lines) + (end if ended else "")
    width = len(rows[0])
    found_labels, found = trained_on(tmp_path, text, DataFormat.CSV, width)
    np.testing.assert_allclose(found_labels, [np.float32(label) for label in labels[: len(rows)]], **near)
    wanted = np.array([[as_number(cell) for cell in row] for row in rows], dtype=np.float32)
    np.testing.assert_allclose(found, wanted, **near)
    # text, which is an error to the scoring half, is left out
    scorable = [["1", *(cell if is_number(cell) else "" for cell in row)] for row in rows]
    body = end.replace("\n\n", "\n").join(map(delimiter.join, scorable))
    np.testing.assert_allclose(payloads.decode(DataFormat.CSV, body.encode(), 1 + width)[:, 1:], found, **near)


def test_labels_that_are_no_numbers_are_0_and_a_last_delimiter_means_nothing(tmp_path: Path) -> None:
    labels, features = trained_on(tmp_path, "1,2,3,\nred,5,6,\n,7,8,\n", DataFormat.CSV, 2)
    assert labels.tolist() == [1, 0, 0]
    assert features.tolist() == [[2, 3], [5, 6], [7, 8]]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1,2, \n4,5,6\n", [[2, nan], [5, 6]]),
        ("1,\t,3\r\n4,5,6", [[nan, 3], [5, 6]]),
        ("1; ;3\n 4 ;5; ", [[nan, 3], [5, nan]]),
        ("1\t\t3\n4\t\t\n7\t8\t", [[nan, 3], [nan, nan], [8, nan]]),
        ("1 2  3  \n4 5 6\n", [[2, 3], [5, 6]]),
    ],
)
def test_a_blank_cell_does_not_take_the_number_of_the_next(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str, wanted: list[list[float]]
) -> None:
    _, found = trained_on(tmp_path, text, DataFormat.CSV, 2)
    np.testing.assert_array_equal(found, wanted)
    assert "blank cells between its delimiters" in caplog.text


def test_a_line_of_many_thousand_cells_is_read_whole(tmp_path: Path) -> None:
    row = np.arange(20_000)
    text = ("7," + ",".join(map(str, row)) + "\n") * 2
    _, found = trained_on(tmp_path, text, DataFormat.CSV, len(row))
    assert (found == row).all() and found.shape == (2, 20_000)
    _, found = trained_on(tmp_path, "1," + "0" * 5_000 + "1.5,3\n", DataFormat.CSV, 2)
    assert found.tolist() == [[1.5, 3]]


sparse = st.lists(st.tuples(numbers, st.dictionaries(st.integers(0, 9), numbers, max_size=4)), min_size=1, max_size=6)


@given(sparse, st.sampled_from([" ", "\t", "  "]), line_ends, st.booleans(), st.randoms(use_true_random=False))
@quick
def test_libsvm_reads_labels_and_features_in_any_order_and_is_scored_on_the_same(
    tmp_path: Path, rows: list[tuple[str, dict[int, str]]], gap: str, end: str, ended: bool, order
) -> None:
    items = [[f"{index}:{value}" for index, value in features.items()] for _, features in rows]
    for line in items:
        order.shuffle(line)
    lines = [gap.join([label, *line]) for (label, _), line in zip(rows, items, strict=True)]
    labels, found = trained_on(tmp_path, end.join(lines) + (end if ended else ""), DataFormat.LIBSVM, 10)
    np.testing.assert_allclose(labels, [np.float32(label) for label, _ in rows], **near)
    wanted = np.array([[float(features.get(index, "nan")) for index in range(10)] for _, features in rows])
    np.testing.assert_allclose(found, wanted.astype(np.float32), **near)
    body = end.replace("\n\n", "\n").join(lines)
    np.testing.assert_allclose(payloads.decode(DataFormat.LIBSVM, body.encode(), 10), found, **near)
