"""The table of providers is complete: every file that acts is in it, and no type is claimed twice."""

import ast
from pathlib import Path

from rehearsal.localaws.codepipeline.actions import providers


def test_every_file_that_acts_is_listed() -> None:
    files = Path(providers.__file__).parent.glob("*.py")
    acting = {file.stem for file in files if "act" in _functions(file)}
    assert acting == {module.__name__.rpartition(".")[2] for module in providers._MODULES}


def test_no_two_providers_stand_for_the_same_type() -> None:
    rows = [(each.category, each.name) for module in providers._MODULES for each in module.PROVIDERS]
    assert len(rows) == len(providers.PROVIDERS)


def _functions(file: Path) -> set[str]:
    return {node.name for node in ast.parse(file.read_text()).body if isinstance(node, ast.FunctionDef)}
