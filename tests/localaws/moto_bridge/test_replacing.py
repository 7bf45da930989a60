"""moto is written into by one function, which fails when what it replaces has moved."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.localaws.ground import rooms
from rehearsal.localaws.moto_bridge.replacing import CannotReplace, add, around, replace

ROOT = Path(__file__).parents[3] / "rehearsal" / "localaws"


class Theirs:
    value = property(lambda self: 1)

    def work(self, name: str, *, count: int) -> str:
        return name * count

    @classmethod
    def load(cls, text: str) -> str:
        return text


@pytest.fixture
def theirs() -> type[Theirs]:
    return type("Copy", (Theirs,), dict(vars(Theirs)))


def test_ours_takes_the_place_and_theirs_is_returned(theirs: type[Theirs]) -> None:
    def ours(self: Theirs, name: str, *, count: int) -> str:
        return original(self, name, count=count).upper()

    original = replace(theirs, "work", ours)
    assert theirs().work("a", count=2) == "AA"


def test_around_wraps_theirs(theirs: type[Theirs]) -> None:
    around(theirs, "work", lambda original: lambda self, name, *, count: f"<{original(self, name, count=count)}>")
    assert theirs().work("a", count=2) == "<aa>"


@pytest.mark.parametrize("way", [replace, around])
def test_a_name_that_moto_has_no_more_is_said(theirs: type[Theirs], way: object) -> None:
    with pytest.raises(CannotReplace, match=r"Copy has no works any more"):
        way(theirs, "works", lambda original: original)  # type: ignore[operator]


def test_ours_must_be_callable_as_theirs_is(theirs: type[Theirs]) -> None:
    with pytest.raises(CannotReplace, match=r"Copy\.work\(self, name: str, \*, count: int\)"):
        replace(theirs, "work", lambda self, name: "")
    with pytest.raises(CannotReplace):
        replace(theirs, "load", classmethod(lambda cls: ""))


def test_what_moto_has_by_now_is_not_added(theirs: type[Theirs]) -> None:
    add(theirs, "rest", lambda self: None)
    with pytest.raises(CannotReplace, match="has a work of its own"):
        add(theirs, "work", lambda self: None)


def test_everything_that_the_rooms_replace_is_there_in_this_moto() -> None:
    """Loads every service, in a process of its own: an ``install()`` that finds nothing to replace raises."""
    services = sorted({patch.needed_with for patch in rooms.patches()})
    script = f"""
import os
os.environ["MOTO_ACCOUNT_ID"] = "123456789012"
from importlib import import_module
from rehearsal.localaws.moto_bridge import replacing, wiring
wiring.install()
for service in {services}:
    import_module(service)
    wiring.catch_up()
import moto.stepfunctions.parser.backend.execution_worker
for each in replacing.replaced:
    assert hasattr(each.owner, each.name)
    print(each.name)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert {"put_rule", "value", "boto_client_for", "start", "_authenticate_and_authorize_action"} <= set(
        done.stdout.split()
    )


def test_nobody_else_writes_into_moto() -> None:
    wrong = [
        f"{file.relative_to(ROOT)}:{line}"
        for file in sorted(ROOT.rglob("*.py"))
        if file.name not in ("replacing.py", "wiring.py")
        for line in _writes_into_moto(ast.parse(file.read_text()))
    ]
    assert wrong == [], "use moto_bridge.replacing.replace: it fails when the name is gone"


def _writes_into_moto(tree: ast.Module) -> Iterator[int]:
    """Lines that assign to an attribute of a name that was imported from moto, or call setattr on it."""
    theirs = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "moto"
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            written = [target.value for target in node.targets if isinstance(target, ast.Attribute)]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "setattr":
            written = [node.args[0]]
        else:
            continue
        if any(isinstance(owner, ast.Name) and owner.id in theirs for owner in written):
            yield node.lineno
