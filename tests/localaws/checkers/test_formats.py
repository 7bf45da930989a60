"""Data sets as the analyzer's ``dataset_format`` names them."""

import base64
import json
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from rehearsal.localaws.checkers.container import CheckFailed
from rehearsal.localaws.checkers.data import batches
from rehearsal.localaws.checkers.data.formats import parse


def read(folder: Path, form: dict[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Names and rows."""
    found = list(parse(json.dumps(form)).batches(batches.files(folder)))
    names = list(dict.fromkeys(name for batch in found for name in batch.names))
    return names, [list(row) for each in found for row in zip(*(each.column(name) for name in names), strict=True)]


def captured(**sides: Any) -> str:
    def side(value: Any) -> dict[str, Any]:
        text, encoding = value
        return {"observedContentType": "text/csv", "mode": "INPUT", "data": text, "encoding": encoding}

    line: dict[str, Any] = {"captureData": {name: side(value) for name, value in sides.items() if name != "truth"}}
    if "truth" in sides:
        line["groundTruthData"] = {"data": sides["truth"], "encoding": "CSV"}
    return json.dumps({**line, "eventMetadata": {"eventId": "1"}, "eventVersion": "0"}) + "\n"


def test_csv_with_header_in_several_files(tmp_path) -> None:
    (tmp_path / "b.csv").write_text('x,y\n3,"a, b"\n')
    (tmp_path / "a.csv").write_text("x,y\n1,\n2\n")
    (tmp_path / "_SUCCESS").write_text("")
    assert read(tmp_path, {"csv": {"header": True}}) == (["x", "y"], [["1", ""], ["2", ""], ["3", "a, b"]])


def test_csv_without_header_has_numbered_columns(tmp_path) -> None:
    (tmp_path / "rows.csv").write_text("1,2\n3,4\n")
    assert read(tmp_path, {"csv": {"header": False}}) == (["_c0", "_c1"], [["1", "2"], ["3", "4"]])


def test_json_lines_are_flattened_and_may_lack_members(tmp_path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"a": 1, "b": {"c": [true, null]}}\n\n{"a": 0.5, "d": "x"}\n')
    names, rows = read(tmp_path, {"json": {"lines": True}})
    assert names == ["a", "b.c.0", "b.c.1", "d"]
    assert rows == [["1", "true", "", ""], ["0.5", "", "", "x"]]


def test_parquet_has_names_and_types(tmp_path) -> None:
    parquet.write_table(pyarrow.table({"a": [1, None], "b": ["x", "y"]}), tmp_path / "rows.parquet")
    assert read(tmp_path, {"parquet": {}}) == (["a", "b"], [["1", "x"], ["", "y"]])


def test_captured_invocations_have_the_output_first_and_a_row_for_each_record(tmp_path) -> None:
    one = captured(endpointInput=("1,2\n3,4\n", "CSV"), endpointOutput=("0.1\n0.2\n", "CSV"))
    old = captured(endpointInput=("5,6\n7,8", "CSV"), endpointOutput=("0.3,0.4", "CSV"))
    (tmp_path / "12").mkdir()
    (tmp_path / "12" / "x.jsonl").write_text(one + old)
    form = {"sagemakerCaptureJson": {"captureIndexNames": ["endpointInput", "endpointOutput"]}}
    assert read(tmp_path, form)[1] == [["0.1", "1", "2"], ["0.2", "3", "4"], ["0.3", "5", "6"], ["0.4", "7", "8"]]
    form = {"sagemakerCaptureJson": {"captureIndexNames": ["endpointInput"]}}
    assert read(tmp_path, form)[1] == [["1", "2"], ["3", "4"], ["5", "6"], ["7", "8"]]


def test_ground_truth_is_a_column_of_merged_invocations(tmp_path) -> None:
    line = captured(endpointInput=("1,2", "CSV"), endpointOutput=("0.1", "CSV"), truth="1")
    (tmp_path / "x.jsonl").write_text(line)
    names, rows = read(tmp_path, {"sagemakerMergeJson": {"captureIndexNames": ["endpointOutput"]}})
    assert (names, rows) == (["_c0", "groundTruth"], [["0.1", "1"]])


def test_captured_json_keeps_its_names(tmp_path) -> None:
    line = captured(endpointInput=('{"age": 7}', "JSON"), endpointOutput=('{"score": 0.5}', "JSON"))
    (tmp_path / "x.jsonl").write_text(line)
    form = {"sagemakerCaptureJson": {"captureIndexNames": ["endpointInput", "endpointOutput"]}}
    assert read(tmp_path, form) == (["score", "age"], [["0.5", "7"]])


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (captured(endpointInput=(base64.b64encode(b"1").decode(), "BASE64")), "name the content type text/csv"),
        (captured(endpointInput=("1\n2\n3", "CSV"), endpointOutput=("1\n2", "CSV")), "2 records beside 3"),
        ("{\n", "line 1: no captured invocation"),
    ],
)
def test_what_cannot_be_read_of_a_capture_is_named(tmp_path, line, told) -> None:
    (tmp_path / "x.jsonl").write_text(line)
    with pytest.raises(CheckFailed, match=told):
        read(tmp_path, {"sagemakerCaptureJson": {}})


@pytest.mark.parametrize("form", [None, "csv", "{}", '{"orc": {}}'])
def test_a_format_that_is_not_read_is_refused(form) -> None:
    with pytest.raises(CheckFailed, match="dataset_format"):
        parse(form)
