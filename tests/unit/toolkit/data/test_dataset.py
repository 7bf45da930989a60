"""A folder of data is checked to the cell before anything is launched with it."""

from pathlib import Path

import pytest

from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.data import dataset

GOOD = "5,1.0,2\n6,,3e-1\n"


def folder_with(root: Path, **files: str) -> Path:
    for key in dataset.SETS:
        path = root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files.get(path.stem, GOOD))
    return root


def test_a_good_folder_tells_its_rows_and_columns(tmp_path: Path) -> None:
    found = dataset.check(folder_with(tmp_path))
    assert found.rows == {"train/train.csv": 2, "validation/validation.csv": 2, "test/test.csv": 2}
    assert found.columns == 3


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "is empty"),
        ("quality,acidity,sugar\n5,1,2\n", "header"),
        ("5,1,2\n5,red,2\n", "'red' in column 2 is not a number"),
        ("5,1,2\n5,1\n", "2 columns where the lines before have 3"),
        ("5,1,2\n,1,2\n", "label"),
        ("5\n6\n", "one column"),
        ("5,1,2,3\n", "differ in their number of columns"),
        ("5,nan,2\n", "'nan' in column 2"),
        ("5,inf,2\n", "'inf' in column 2"),
    ],
)
def test_a_bad_file_is_refused_naming_the_place(tmp_path: Path, content: str, says: str) -> None:
    with pytest.raises(BadInput, match=says) as refused:
        dataset.check(folder_with(tmp_path, test=content))
    assert refused.value.next_step
    assert str(tmp_path) in refused.value.what + refused.value.where


def test_the_line_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        dataset.check(folder_with(tmp_path, train="5,1,2\n6,1,2\n7,x,2\n"))
    assert refused.value.where.endswith("train.csv, line 3")


def test_a_missing_set_is_named(tmp_path: Path) -> None:
    folder_with(tmp_path)
    (tmp_path / dataset.TEST).unlink()
    with pytest.raises(BadInput, match=r"test\.csv is missing"):
        dataset.check(tmp_path)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    folder_with(tmp_path)
    (tmp_path / dataset.TEST).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="UTF-8"):
        dataset.check(tmp_path)


@pytest.mark.parametrize(
    ("content", "says"), [("\ufeff5,1\r\n6,2\r\n", "byte order mark"), ('"5","1"\n', "quotation marks")]
)
def test_what_a_spreadsheet_writes_and_the_algorithm_does_not_know_is_refused(
    tmp_path: Path, content: str, says: str
) -> None:
    folder_with(tmp_path)
    (tmp_path / dataset.TEST).write_text(content, encoding="utf-8", newline="")
    with pytest.raises(BadInput, match=says) as refused:
        dataset.check(tmp_path)
    assert "rehearse data split" in refused.value.next_step
