"""Rows with names and categories, as somebody has them who split a table of text."""

from pathlib import Path

import pytest

from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.data import splitting
from rehearsal.toolkit.data.splitting import Encoding
from rehearsal.toolkit.endpoints import columns
from rehearsal.toolkit.endpoints.columns import Columns

TABLE = "age,work,income\n" + "".join(
    f"{20 + number},{('Private', 'State', 'Self')[number % 3]},{('<=50K', '>50K')[number % 2]}\n"
    for number in range(20)
)


def split(folder: Path, encoding: Encoding) -> Columns:
    (folder / "t.csv").write_text(TABLE)
    splitting.split(folder / "t.csv", "income", folder / "out", encoding=encoding)
    return columns.read(folder / "out")


@pytest.mark.parametrize(("encoding", "row"), [(Encoding.ORDINAL, "39,2"), (Encoding.ONE_HOT, "39,0,0,1")])
def test_categories_are_written_as_the_model_was_trained(tmp_path: Path, encoding: Encoding, row: str) -> None:
    known = split(tmp_path, encoding)
    assert known.encoded(["39,State"]) == [row]
    assert known.encoded(["work, age", "State, 39"]) == [row], "names in any order"
    assert known.encoded(["income,age,work", ">50K,39,State"]) == [row], "the label may be among them"


def test_what_is_not_known_is_missing_to_the_model(tmp_path: Path) -> None:
    assert split(tmp_path, Encoding.ORDINAL).encoded(["?,"]) == [","]
    assert split(tmp_path, Encoding.ONE_HOT).encoded([",?"]) == [",0,0,0"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("39", "1 columns where 2"),
        ("39,Sate", "one of Private, Self, State"),
        ("old,State", "column age is not a number"),
    ],
)
def test_what_is_wrong_is_named_by_row_and_column(tmp_path: Path, row: str, words: str) -> None:
    with pytest.raises(BadInput) as refused:
        split(tmp_path, Encoding.ORDINAL).encoded(["20,Self", row])
    assert "row 2" in refused.value.what
    assert words in refused.value.what


def test_a_prediction_is_told_as_the_labels_word(tmp_path: Path) -> None:
    known = split(tmp_path, Encoding.ORDINAL)
    assert [known.word(each) for each in ("0.49", "0.5", "0.2,0.8")] == ["<=50K", ">50K", ">50K"]


def test_a_number_stays_a_number(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("y,x\n" + "".join(f"{n},{n + 1}\n" for n in range(12)))
    splitting.split(tmp_path / "t.csv", "y", tmp_path / "out")
    assert columns.read(tmp_path / "out" / "columns.json").word("9.53") == "9.53"


def test_another_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="does not say what the columns are"):
        columns.read(tmp_path)
