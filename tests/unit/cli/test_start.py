"""Ctrl-C before there is a command to interrupt."""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType

import pytest

from rehearsal.cli import start


class Interrupting(MetaPathFinder):
    """The import during which Ctrl-C comes."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        if name == "rehearsal.cli.main":
            raise KeyboardInterrupt


def test_ctrl_c_while_the_commands_are_read_ends_with_its_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "rehearsal.cli.main", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Interrupting(), *sys.meta_path])
    with pytest.raises(SystemExit) as ended:
        start.main()
    assert ended.value.code == 130
