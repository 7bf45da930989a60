"""``rehearse --version``."""

import tomllib
from pathlib import Path

from typer.testing import CliRunner

from rehearsal.cli.app import app


def test_the_version_is_the_packages() -> None:
    declared = tomllib.loads(Path(__file__).parents[3].joinpath("pyproject.toml").read_text())["project"]["version"]
    shown = CliRunner().invoke(app, ["--version"])
    assert (shown.exit_code, shown.stdout) == (0, f"rehearse {declared}\n")
