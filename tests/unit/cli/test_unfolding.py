"""A group of options unfolds into a command's own parameters."""

from dataclasses import dataclass
from typing import Annotated

import typer
from typer.testing import CliRunner

from rehearsal.cli.unfolding import unfolded


@dataclass(frozen=True)
class Where:
    region: Annotated[str | None, typer.Option(help="Region.")] = None
    deep: Annotated[int, typer.Option()] = 1


def test_a_group_of_options_is_read_and_handed_over_as_a_value() -> None:
    seen = []
    app = typer.Typer()

    @app.command()
    @unfolded
    def go(where: Where, name: Annotated[str, typer.Argument()], loud: bool = False) -> None:
        """Go there."""
        seen.append((where, name, loud))

    result = CliRunner().invoke(app, ["x", "--region", "eu-west-1", "--deep", "3", "--loud"])
    assert result.exit_code == 0, result.output
    assert seen == [(Where("eu-west-1", 3), "x", True)]
    assert "Go there" in CliRunner().invoke(app, ["--help"]).output
