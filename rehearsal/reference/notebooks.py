"""Writes the notebook of each lab from its guide: ``python -m rehearsal.reference.notebooks labs/*/README.md``.

A text becomes a cell of text, a block of commands a cell that runs them (``labs/building/shell_cells.py``). Blocks in
other languages stay text: they are not to be typed. Notebooks have no outputs, and the same guide gives the same bytes.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_BLOCK = re.compile(r"^```bash\n(.*?)^```\n?", re.DOTALL | re.MULTILINE)
_BEGIN = """\
import os
import sys
from pathlib import Path

os.chdir(next(folder for folder in (Path.cwd(), *Path.cwd().parents) if (folder / "labs" / "building").is_dir()))
sys.path.insert(0, str(Path.cwd()))
%load_ext labs.building.shell_cells"""
MAGIC = "%%shell\n"


def notebook(guide: str) -> dict[str, Any]:
    """The notebook of a guide."""
    cells = [_cell("code", _BEGIN), *_cells(guide)]
    return {
        "cells": [{**each, "id": f"cell-{number}"} for number, each in enumerate(cells)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def commands(made: dict[str, Any]) -> list[str]:
    """What the cells of a notebook run, in order."""
    sources = ["".join(each["source"]) for each in made["cells"] if each["cell_type"] == "code"]
    return [each.removeprefix(MAGIC) + "\n" for each in sources if each.startswith(MAGIC)]


def _cells(guide: str) -> Iterator[dict[str, Any]]:
    for number, part in enumerate(_BLOCK.split(guide)):
        if number % 2:
            yield _cell("code", MAGIC + part.rstrip("\n"))
        elif part.strip():
            yield _cell("markdown", part.strip("\n"))


def _cell(kind: str, text: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "metadata": {}, "source": text.splitlines(keepends=True)}
    return {**cell, "execution_count": None, "outputs": []} if kind == "code" else cell


def text(guide: str) -> str:
    """The notebook's file."""
    return json.dumps(notebook(guide), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for name in sys.argv[1:]:
        file = Path(name)
        file.with_name("notebook.ipynb").write_text(text(file.read_text()))
