"""The notebooks of the labs: made of the guides, shipped without outputs, executed at full size."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from labs.building import shell_cells
from rehearsal.reference import notebooks
from tests.end_to_end.jupyters import jupyter
from tests.labs.test_guides import GUIDES, ROOT, checkout, commands

__all__ = ["checkout", "jupyter"]  # fixtures


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.parent.name)
def test_a_notebook_has_the_blocks_of_its_guide_and_no_outputs(guide: Path) -> None:
    text = guide.with_name("notebook.ipynb").read_text()
    assert text == notebooks.text(guide.read_text()), "python -m rehearsal.reference.notebooks labs/*/README.md"
    made = json.loads(text)
    assert notebooks.commands(made) == commands(guide)
    assert not [each for each in made["cells"] if each.get("outputs")]


def test_a_cell_hands_its_exports_to_the_next(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OF_A_CELL", "before")
    shell_cells.shell("", "export OF_A_CELL='two words'\nhere=lost")
    assert os.environ["OF_A_CELL"] == "two words"
    shell_cells.shell("", 'echo "$OF_A_CELL ${here-}"')
    assert capsys.readouterr().out == "two words \n"


def test_a_command_that_fails_ends_its_cell(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RuntimeError, match="exit code 3"):
        shell_cells.shell("", "echo before; (exit 3); echo after")
    assert capsys.readouterr().out == "before\n"


@pytest.mark.full("labs")
@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.parent.name)
def test_an_executed_notebook_ends_without_an_error(guide: Path, checkout: Path, jupyter: str) -> None:
    folder = checkout / "labs" / guide.parent.name
    runtime = checkout.parent / "runtime"
    runtime.mkdir(mode=0o700)
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(runtime)}
    words = [jupyter, "-m", "nbconvert", "--to", "notebook", "--execute", "notebook.ipynb", "--output", "done"]
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=1200)
    if done.returncode:
        rehearse = str(ROOT / ".venv/bin/rehearse")
        subprocess.run([rehearse, "down"], env=environment, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    outputs = [
        each["outputs"] for each in json.loads((folder / "done.ipynb").read_text())["cells"] if "outputs" in each
    ]
    assert any(outputs)
