"""What comes out of an archive: its files, inside the folder, within the limits; never a link, never more than was
promised."""

import io
import stat
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.localaws import archives
from rehearsal.localaws.archives import Limits, NotUnpacked, Refused, TooLarge
from rehearsal.localaws.archives.limits import inner_path

AMPLE = Limits(1_000_000_000)


def zip_of(*entries: tuple[str, bytes, int]) -> bytes:
    """A zip of (name, content, mode) with names as they are given."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content, mode in entries:
            info = zipfile.ZipInfo(name)
            info.external_attr, info.compress_type = mode << 16, zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return buffer.getvalue()


def tar_of(*entries: tarfile.TarInfo, content: bytes = b"") -> io.BytesIO:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for entry in entries:
            entry.size = len(content) if entry.isreg() else 0
            archive.addfile(entry, io.BytesIO(content))
    buffer.seek(0)
    return buffer


def tar_entry(name: str, kind: bytes = tarfile.REGTYPE, target: str = "", mode: int = 0o644) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname, entry.mode = kind, target, mode
    return entry


def test_files_come_out_with_their_content_and_permissions(tmp_path: Path) -> None:
    packed = zip_of(
        ("run.sh", b"x", 0o100775), ("a/b", b"y", 0o106777), ("plain", b"z", 0), ("secret", b"s", 0o100000),
        ("e/", b"", 0o40755),
    )  # fmt: skip
    archives.unzip(packed, tmp_path / "new", AMPLE)
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "new").rglob("*") if p.is_file()}
    assert modes == {"run.sh": 0o755, "b": 0o755, "plain": 0o600, "secret": 0o644}
    assert (tmp_path / "new/a/b").read_bytes() == b"y"
    assert (tmp_path / "new/e").is_dir()


OUTSIDE = ["../victim", "a/../../victim", "/{victim}", "..", ""]


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_name_that_leads_out_changes_nothing(tmp_path: Path, name: str) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    victim.chmod(0o600)
    with pytest.raises(Refused, match="outside"):
        archives.unzip(zip_of((name.format(victim=victim), b"evil", 0o777)), tmp_path / "folder", AMPLE)
    with pytest.raises(Refused, match="outside"):
        archives.untar(tar_of(tar_entry(name.format(victim=victim)), content=b"evil"), tmp_path / "folder", AMPLE)
    assert victim.read_text() == "mine"
    assert stat.S_IMODE(victim.stat().st_mode) == 0o600


@given(
    st.text(st.characters(blacklist_categories=["Cs"]), max_size=40)
    | st.from_regex(r"(\.{0,2}/?a?){1,6}", fullmatch=True)
)
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    root = Path("/root/of/all")
    try:
        inner = inner_path(name)
    except Refused:
        return
    assert Path(root, inner).is_relative_to(root)
    assert ".." not in inner.parts


@pytest.mark.parametrize(
    ("entry", "what"),
    [
        (tar_entry("l", tarfile.SYMTYPE, "inside"), "a link"),
        (tar_entry("l", tarfile.LNKTYPE, "inside"), "neither"),
        (tar_entry("p", tarfile.FIFOTYPE), "neither"),
        (tar_entry("d", tarfile.CHRTYPE), "neither"),
    ],
)
def test_links_and_devices_are_refused_in_tars(tmp_path: Path, entry: tarfile.TarInfo, what: str) -> None:
    with pytest.raises(Refused, match=what):
        archives.untar(tar_of(tar_entry("inside"), entry), tmp_path, AMPLE)
    assert [path.name for path in tmp_path.iterdir()] == ["inside"]


def test_links_are_refused_in_zips(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="'l' is a link"):
        archives.unzip(zip_of(("l", b"/etc/passwd", 0o120777)), tmp_path, AMPLE)


def test_nothing_is_written_through_a_link_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/way").symlink_to("../outside")
    (tmp_path / "folder/file").symlink_to("../outside/file")
    for name in ("way/file", "file"):
        with pytest.raises(Refused, match="link"):
            archives.unzip(zip_of((name, b"evil", 0)), tmp_path / "folder", AMPLE)
    assert list((tmp_path / "outside").iterdir()) == []


SMALL = Limits(3_000_000, unsuspicious_bytes=2_000_000)


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (replace(SMALL, ratio=2_000), "more than 3000000 bytes"),
        (replace(SMALL, total_bytes=10**9), "more than 200 times"),
        (replace(SMALL, entries=0), "more than 0 files"),
    ],
)
def test_a_bomb_is_stopped(tmp_path: Path, limits: Limits, said: str) -> None:
    """What it may write until then is bounded, too: reading stops with the piece that is one too many."""
    packed = zip_of(("zeros", bytes(4_000_000), 0))
    with pytest.raises(TooLarge, match=said):
        archives.unzip(packed, tmp_path, limits)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 3_000_000


def lying(packed: bytes, real: int, said: int) -> bytes:
    """The zip with another size in both of its headers."""
    assert packed.count(real.to_bytes(4, "little")) >= 2
    return packed.replace(real.to_bytes(4, "little"), said.to_bytes(4, "little"))


DAMAGES: list[Callable[[bytes], bytes]] = [
    lambda packed: b"no zip",
    lambda packed: packed[:-30],
    lambda packed: lying(packed, 77_777, 10),
    lambda packed: lying(packed, 77_777, 99_999),
    lambda packed: packed.replace(b"\x08\x00", b"\x63\x00"),  # an unknown method of compression
    lambda packed: packed[:40] + b"\xff" * 30 + packed[70:],
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_zip_is_an_error_of_the_archive(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    content = b"".join(str(n).encode() for n in range(20_000))[:77_777]
    with pytest.raises(NotUnpacked):
        archives.unzip(damage(zip_of(("file", content, 0))), tmp_path, AMPLE)


@given(st.binary(max_size=300), st.integers(0, 400), st.booleans())
def test_no_garbage_raises_anything_else(garbage: bytes, at: int, is_zip: bool) -> None:
    whole = zip_of(("a/b", b"content" * 20, 0o644)) if is_zip else tar_of(tar_entry("a/b"), content=b"content").read()
    packed = whole[:at] + garbage + whole[at + len(garbage) :]
    with tempfile.TemporaryDirectory() as folder:
        try:
            if is_zip:
                archives.unzip(packed, Path(folder), AMPLE)
            else:
                archives.untar(io.BytesIO(packed), Path(folder), AMPLE)
        except NotUnpacked:
            return


def test_a_clash_of_names_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="name of another"):
        archives.unzip(zip_of(("a", b"1", 0), ("a/b", b"2", 0)), tmp_path, AMPLE)


def test_the_folder_itself_may_be_an_entry(tmp_path: Path) -> None:
    archives.untar(tar_of(tar_entry("./", tarfile.DIRTYPE), tar_entry("./model"), content=b"m"), tmp_path, AMPLE)
    assert (tmp_path / "model").read_bytes() == b"m"


def test_one_file_is_read_within_the_limits() -> None:
    packed = zip_of(("a/b", b"content", 0), ("zeros", bytes(4_000_000), 0))
    assert archives.read_file(packed, "a/b", AMPLE) == b"content"
    with pytest.raises(KeyError):
        archives.read_file(packed, "other", AMPLE)
    with pytest.raises(TooLarge):
        archives.read_file(packed, "zeros", SMALL)
