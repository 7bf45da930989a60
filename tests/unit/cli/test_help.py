"""The help lists every command in a panel, in the order of first use, and reads the code of none."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from rehearsal.cli.app import all_commands, app
from rehearsal.cli.panels import PANEL_OF, PANELS, PLACES


def test_every_command_stands_in_one_panel_and_in_its_order() -> None:
    placed = [name for places in PANELS.values() for name in places]
    assert len(placed) == len(set(placed))
    root = all_commands()
    assert root.list_commands(None) == placed
    for name, command in root.commands.items():
        assert command.rich_help_panel == PANEL_OF[name]
        assert getattr(command, "commands", None) or command.callback, f"the module of {name} does not register it"


def test_what_the_help_lists_of_a_command_is_what_the_command_says_itself() -> None:
    for name, command in all_commands().commands.items():
        assert " ".join(command.help.split("\n\n")[0].split()) == PLACES[name].summary, name


def test_the_help_imports_no_command() -> None:
    program = (
        "import sys; from rehearsal.cli.app import app; app(['--help'], standalone_mode=False);"
        "print(sorted(name for name in sys.modules if name.startswith(('boto', 'rehearsal.toolkit'))))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_mistyped_command_is_told_the_right_one() -> None:
    told: Any = CliRunner().invoke(app, ["stauts"])
    assert told.exit_code == 2
    assert "status" in told.output


def test_help_of_a_command_with_commands_below_it() -> None:
    shown = CliRunner().invoke(app, ["clock", "--help"])
    assert shown.exit_code == 0
    assert "advance" in shown.output


def test_on_eighty_columns_no_name_of_an_option_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("typer.rich_utils.MAX_WIDTH", 80)
    shown = [text for path in _paths(all_commands(), ()) if (text := CliRunner().invoke(app, [*path, "--help"]).output)]
    assert len(shown) > len(PLACES)
    cut = [line for text in shown for line in text.splitlines() if re.search(r"--\S*…", line)]
    assert cut == []


def _paths(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield path
    for name, below in getattr(command, "commands", {}).items():
        yield from _paths(below, (*path, name))


def test_wrong_usage_is_told_in_json_where_json_is_asked_for() -> None:
    for arguments, words in (
        (["frob"], "frob"),
        (["status", "--nope"], "--nope"),
        (["params", "check"], "STAGE/ACTION"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "rehearsal.cli.main", *arguments, "--json"], capture_output=True, text=True
        )
        assert done.returncode == 2
        assert words in json.loads(done.stdout)["error"]["what"]
        assert "Usage:" in done.stderr
