"""The help lists every command in a panel, in the order of first use."""

from typing import Any

import typer.main

from rehearsal.cli import main
from rehearsal.cli.app import PANELS, app


def test_every_command_stands_in_one_panel_and_in_its_order() -> None:
    assert main.COMMAND_MODULES
    root: Any = typer.main.get_command(app)
    placed = [name for names in PANELS.values() for name in names]
    assert len(placed) == len(set(placed))
    listed = root.list_commands(None)
    assert listed == [name for name in placed if name in listed]
    assert set(listed) == set(root.commands)
    for name, command in root.commands.items():
        assert name in PANELS[command.rich_help_panel]
