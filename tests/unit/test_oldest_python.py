"""Nothing is used that the oldest Python 3.11 does not have; a test marked ``full`` runs the first command with it."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_no_archive_is_unpacked_by_arguments_that_came_with_a_later_3_11() -> None:
    """``filter`` of tarfile's extract and extractall came with Python 3.11.4; Debian 12 has 3.11.2."""
    wrong = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for folder in ("rehearsal", "PipelineLambdaFunctions")
        for file in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("extract", "extractall")
        and any(keyword.arg == "filter" for keyword in node.keywords)
    ]
    assert wrong == []
