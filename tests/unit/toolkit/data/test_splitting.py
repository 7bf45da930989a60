"""Splitting a table of one's own into the three sets."""

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.data import dataset, splitting
from rehearsal.toolkit.data.splitting import Encoding


def table(path: Path, header: str | None, rows: list[str]) -> Path:
    path.write_text("\n".join(([header] if header else []) + rows) + "\n")
    return path


def read(path: Path) -> list[list[str]]:
    with path.open(newline="") as opened:
        return list(csv.reader(opened))


WINE = [f"{index}.5,0.{index},{index % 3 + 4}" for index in range(50)]


def test_a_table_with_header_becomes_three_sets_with_the_label_first(tmp_path: Path) -> None:
    file = table(tmp_path / "wine.csv", "acid,sugar,quality", WINE)
    done = splitting.split(file, "quality", tmp_path / "out")
    assert done.rows == {"train/train.csv": 40, "validation/validation.csv": 5, "test/test.csv": 5}
    rows = [row for key in done.rows for row in read(tmp_path / "out" / key)]
    assert sorted(",".join([*row[1:], row[0]]) for row in rows) == sorted(WINE)
    assert dataset.check(tmp_path / "out").columns == 3


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("label", ["2", "-1"])
def test_any_usual_delimiter_and_an_index_as_label_work_without_header(
    tmp_path: Path, delimiter: str, label: str
) -> None:
    file = table(tmp_path / "wine.csv", None, [row.replace(",", delimiter) for row in WINE])
    splitting.split(file, label, tmp_path / "out")
    assert {row[0] for row in read(tmp_path / "out" / dataset.TRAIN)} <= {"4", "5", "6"}


def test_the_seed_decides_the_sets(tmp_path: Path) -> None:
    file = table(tmp_path / "wine.csv", None, WINE)

    def train_with(seed: int, name: str) -> str:
        splitting.split(file, "2", tmp_path / name, seed=seed)
        return (tmp_path / name / dataset.TRAIN).read_text()

    assert train_with(1, "a") == train_with(1, "b")
    assert train_with(1, "a") != train_with(2, "c")


def test_text_is_refused_with_row_and_column(tmp_path: Path) -> None:
    rows = [*WINE[:30], "red,0.3,5", *WINE[30:]]
    file = table(tmp_path / "wine.csv", "acid,sugar,quality", rows)
    with pytest.raises(BadInput, match="'red' in column acid") as refused:
        splitting.split(file, "quality", tmp_path / "out")
    assert refused.value.where.endswith("line 32")
    assert "--encode" in refused.value.next_step
    assert not (tmp_path / "out").exists()


def test_ordinal_encoding_numbers_categories_and_writes_the_codes_down(tmp_path: Path) -> None:
    rows = [f"{'MFI'[index % 3]},{index},{index % 4}" for index in range(20)]
    file = table(tmp_path / "abalone.csv", "sex,length,rings", rows)
    splitting.split(file, "rings", tmp_path / "out", encoding=Encoding.ORDINAL)
    columns = json.loads((tmp_path / "out" / "columns.json").read_text())
    assert columns[1] == {"name": "sex", "source": "sex", "codes": {"F": 0, "I": 1, "M": 2}}
    assert {row[1] for row in read(tmp_path / "out" / dataset.TRAIN)} == {"0", "1", "2"}


def test_one_hot_encoding_makes_a_column_of_each_category_and_numbers_a_text_label(tmp_path: Path) -> None:
    rows = [f"{'MFI'[index % 3]},{index},{'no' if index % 2 else 'yes'}" for index in range(20)]
    file = table(tmp_path / "people.csv", "sex,age,class", rows)
    done = splitting.split(file, "class", tmp_path / "out", encoding=Encoding.ONE_HOT)
    assert [column.name for column in done.columns] == ["class", "sex=F", "sex=I", "sex=M", "age"]
    assert done.columns[0].codes == {"no": 0, "yes": 1}
    assert all(sum(map(int, row[1:4])) == 1 for row in read(tmp_path / "out" / dataset.TRAIN))


def test_missing_cells_stay_missing(tmp_path: Path) -> None:
    file = table(tmp_path / "wine.csv", "acid,sugar,quality", ["?,NA,5", *WINE])
    splitting.split(file, "quality", tmp_path / "out")
    assert ["5", "", ""] in [row for key in dataset.SETS for row in read(tmp_path / "out" / key)]


@pytest.mark.parametrize(
    ("header", "rows", "label", "says"),
    [
        ("a,b", ["1,2"] * 20, "quality", "no column 'quality'"),
        ("a,b", ["1,2"] * 20, "2", "no column '2'"),
        ("a,b", ["1,2"] * 3, "b", "too few"),
        ("a,b", ["1,2"] * 10 + ["1,2,3"], "b", "3 columns where"),
        ("a,b", ["1,2"] * 10 + ["1,"], "b", "label is missing"),
        (None, [""], "0", "is empty"),
    ],
)
def test_what_cannot_be_split_is_refused(
    tmp_path: Path, header: str | None, rows: list[str], label: str, says: str
) -> None:
    with pytest.raises(BadInput, match=says) as refused:
        splitting.split(table(tmp_path / "t.csv", header, rows), label, tmp_path / "out")
    assert refused.value.next_step


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="does not exist"):
        splitting.split(tmp_path / "nope.csv", "0", tmp_path)


@given(st.integers(min_value=10, max_value=5000))
def test_the_shares_hold_every_row_once_and_none_is_empty(count: int) -> None:
    rows = [(str(index),) for index in range(count)]
    sets = splitting.shares_of(rows)
    assert [row for members in sets.values() for row in members] == rows
    assert all(sets.values())
    assert abs(len(sets[dataset.TRAIN]) - 0.8 * count) <= 2
