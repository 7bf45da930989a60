"""A snapshot is data: whatever its bytes say, nothing is run, imported or called but what makes records."""

import builtins
import io
import os
import pickle
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from rehearsal.localaws.codecommit import models as codecommit
from rehearsal.localaws.codecommit.repository import Repository
from rehearsal.localaws.sagemaker.hosting.servers.instances import Instance
from rehearsal.localaws.state import backends, shells
from rehearsal.localaws.state.pickling import OF_KEPT_NAME, dumps, loads
from rehearsal.localaws.state.record_classes import RECORD_CLASSES, NotKept, class_named

STACK = b"\x93"  # STACK_GLOBAL: what the two texts before it name
PICKLING = "rehearsal.localaws.state.pickling"


def text(value: str) -> bytes:
    return b"X" + len(value.encode()).to_bytes(4, "little") + value.encode()


def named(module: str, name: str) -> bytes:
    return text(module) + text(name) + STACK


def called(function: bytes, *arguments: bytes) -> bytes:
    """REDUCE: what the bytes name, called with the arguments."""
    return function + b"(" + b"".join(arguments) + b"tR"


def read(program: bytes) -> Any:
    return loads(b"\x80\x05" + program + b".", lambda content: Path("/nowhere", content.sha256))


def a_record(name: str) -> bytes:
    return called(named(PICKLING, "record"), text(name))


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("os", "system"),
        ("posix", "system"),
        ("subprocess", "Popen"),
        ("builtins", "getattr"),
        ("builtins", "eval"),
        ("builtins", "__import__"),
        ("importlib", "import_module"),
        ("functools", "partial"),
        ("rehearsal.localaws.isolation.launch", "os.system"),
        ("rehearsal.localaws.isolation", "spawn"),
        ("rehearsal.localaws.services.logs", "LogStream"),
        ("moto.s3.models", "FakeKey"),
        (PICKLING, "os.system"),
        (PICKLING, "os"),
        (PICKLING, "import_module"),
        (PICKLING, "dumps"),
    ],
)
def test_bytes_that_name_anything_but_the_builders_are_refused(tmp_path: Path, module: str, name: str) -> None:
    mark = tmp_path / "run"
    with pytest.raises((pickle.UnpicklingError, NotKept)):
        read(called(named(module, name), text(f"touch {mark}")))
    assert not mark.exists()


@pytest.mark.parametrize(
    "name",
    [
        "os:system",
        "builtins:eval",
        "rehearsal.localaws.isolation.launch:os.system",
        "rehearsal.localaws.isolation.launch:spawn",
        "rehearsal.localaws.functions.sandbox:Sandbox",
        "rehearsal.localaws.cloudformation.stack:Stack.__init__",
        "rehearsal.localaws.cloudformation.stack:dataclass",
        "rehearsal.toolkit.aws.account:Aws",
        "moto.batch.models:Job",  # a thread
        "moto.s3.models:os",
        "moto.core.models:botocore_stubber",
        "idlelib.idle:x",
        "",
    ],
)
def test_a_record_of_what_is_no_record_class_is_refused(name: str) -> None:
    with pytest.raises(NotKept):
        read(a_record(name))


def test_while_a_snapshot_is_read_a_record_has_no_methods(monkeypatch: pytest.MonkeyPatch) -> None:
    cancellation = "rehearsal.localaws.cloudformation.cancellation:Cancellation"
    run: list[str] = []
    for method in ("append", "extend", "add", "__setitem__", "__setstate__", "__call__"):
        monkeypatch.setattr(class_named(cancellation), method, lambda *_: run.append("a method"), raising=False)
    one = a_record(cancellation)
    for program in (
        one + text("x") + b"a",
        one + b"(" + text("x") + b"e",
        one + text("x") + text("y") + b"s",
        one + b")R",
    ):
        with pytest.raises((AttributeError, TypeError, pickle.UnpicklingError)):
            read(program)
    made = read(one + b"}" + text("stage") + text("x") + b"sb")
    assert type(made) is class_named(cancellation)
    assert vars(made) == {"stage": "x"}
    assert run == []


LISTED = [f"{module}:{own}" for module, names in RECORD_CLASSES.items() for own in sorted(names)]


@pytest.mark.parametrize("name", LISTED)
def test_every_listed_class_is_there_and_is_made_without_being_called(name: str) -> None:
    """A listed class that was renamed, or that could be called while bytes are read, is a fault of the list."""
    kind = class_named(name)
    if not issubclass(kind, Enum | tuple):
        shells.shell_of(kind)  # type: ignore[arg-type]  # a class is hashable


@pytest.mark.parametrize("name", LISTED)
def test_what_a_listed_record_holds_is_listed_too(name: str) -> None:
    """Otherwise the first snapshot that meets it would leave its whole backend out."""
    kind = class_named(name)
    held = get_type_hints(kind).values() if is_dataclass(kind) and not hasattr(kind, OF_KEPT_NAME) else ()
    ours = {each for hint in held for each in _parts(hint) if each.__module__.startswith("rehearsal.localaws")}
    unlisted = {each for each in ours if each.__qualname__ not in RECORD_CLASSES.get(each.__module__, ())}
    assert unlisted <= {Instance}, "its own __getstate__ leaves out processes"


def _parts(hint: Any) -> Iterator[type]:
    """Every class that an annotation names."""
    if isinstance(hint, type):
        yield hint
    for part in get_args(hint):
        yield from _parts(part)


def test_nothing_is_found_by_name_but_in_classes_of_ours() -> None:
    with pytest.raises(NotKept):
        read(called(named(PICKLING, "found_by_name"), text("moto.s3.models:FakeKey"), text("x")))


@pytest.mark.parametrize(
    ("place", "table"), [("idlelib.idle", "main"), ("os", "environ"), ("moto.s3.models", "os"), ("moto.s3.models", "x")]
)
def test_backends_are_put_into_motos_tables_and_nowhere_else(place: str, table: str) -> None:
    with pytest.raises((TypeError, ValueError)):
        backends.restore({(place, table): {"123456789012": {}}})


@pytest.mark.parametrize("sha256", ["../../../etc/passwd", "/etc/passwd", "A" * 64, ""])
def test_a_content_is_named_by_its_digest_alone(sha256: str) -> None:
    content = b"(" + text(sha256) + b"K\x01t"
    with pytest.raises(pickle.UnpicklingError, match="SHA-256"):
        read(called(named(PICKLING, "stored_object"), b"}", content))


@pytest.mark.parametrize("name", ["hooks/post-receive", "config", "objects/info/alternates", "refs/../hooks/update"])
def test_a_repository_gets_no_file_that_git_would_run_or_follow(tmp_path: Path, name: str, git_program: None) -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        entry = tarfile.TarInfo(name)
        entry.mode, entry.size = 0o755, 2
        archive.addfile(entry, io.BytesIO(b"x\n"))
    with pytest.raises(ValueError, match="does not belong to a repository"):
        Repository(tmp_path / "region" / "code.git").unpack(file.getvalue())


@pytest.mark.parametrize("place", ["../../home/code.git", "/code.git", "a/b/code.git", "us-east-1/code"])
def test_a_repository_is_put_into_its_own_folder_and_nowhere_else(place: str) -> None:
    with pytest.raises(ValueError, match="no place of a repository"):
        codecommit.restore({place: b""})


@pytest.mark.parametrize("thing", [subprocess.run, os.system, builtins.eval, Path.touch, object(), lambda: 1])
def test_what_could_not_be_loaded_is_not_written(thing: Callable[..., Any]) -> None:
    with pytest.raises(NotKept):
        dumps({"program": thing}, lambda content: pytest.fail("nothing is stored"))
