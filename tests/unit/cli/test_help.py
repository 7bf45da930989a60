"""The help lists every command in a panel, in the order of first use, and reads the code of none."""

import subprocess
import sys
from typing import Any

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
