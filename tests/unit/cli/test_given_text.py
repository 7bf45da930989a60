"""JSON options take a file or standard input instead of the text."""

import io
from pathlib import Path

import pytest

from rehearsal.cli.given_text import text_of
from rehearsal.toolkit.aws.errors import BadInput


def test_a_text_stands_for_itself() -> None:
    assert text_of('{"a": 1}', "--x") == '{"a": 1}'


@pytest.mark.parametrize("mark", ["@", "file://"])
def test_a_file_is_read(mark: str, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text('{"a": 2}')
    assert text_of(f"{mark}{tmp_path}/p.json", "--x") == '{"a": 2}'


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO('{"a": 3}'))
    assert text_of("-", "--x") == '{"a": 3}'


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "large").write_bytes(b" " * 1_000_001)
    for name, words in (("none", "No such file"), ("binary", "no text"), ("large", "megabyte")):
        with pytest.raises(BadInput, match=words) as refused:
            text_of(f"@{tmp_path}/{name}", "--train-user-parameters")
        assert refused.value.where == "--train-user-parameters"
