"""Looking into archives."""

import io
import tarfile
import zipfile

from rehearsal.toolkit.executions import artifacts


def zipped(files: dict[str, bytes]) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return body.getvalue()


def tarred(files: dict[str, bytes]) -> bytes:
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return body.getvalue()


def test_the_files_of_zips_and_tars_are_listed_and_read() -> None:
    files = {"a.json": b'{"a": 1}', "dir/model": b"\0\1"}
    for body in (zipped(files), tarred(files)):
        assert [(each.name, each.size) for each in artifacts.entries_of(body)] == [("a.json", 8), ("dir/model", 2)]
        assert artifacts.text_of(body, "a.json") == '{"a": 1}'
        assert artifacts.text_of(body, "dir/model") is None


def test_what_is_no_archive_has_no_files() -> None:
    assert artifacts.entries_of(b"a,b\n1,2\n") == ()


def test_of_a_long_text_the_beginning_is_shown() -> None:
    body = zipped({"long": b"x" * (artifacts.LARGEST_TEXT + 1)})
    assert len(artifacts.text_of(body, "long") or "") == artifacts.LARGEST_TEXT
