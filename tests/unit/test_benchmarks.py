"""Every benchmark can be found, and runs by its name."""

import ast
import importlib.util

import pytest

from benchmarks.catalogue import BENCHMARKS, Benchmark
from tests.conftest import ROOT

FOLDER = ROOT / "benchmarks"


def programs() -> set[str]:
    """The modules that are run: they end with a call of ``main``. ``load`` is run by another one."""
    return {
        file.stem
        for file in FOLDER.glob("*.py")
        if '__name__ == "__main__"' in file.read_text() and file.stem not in ("__main__", "load")
    }


def test_all_stand_in_the_catalogue() -> None:
    assert programs() == {each.name for each in BENCHMARKS}


@pytest.mark.parametrize("benchmark", BENCHMARKS, ids=lambda each: each.name)
def test_the_readme_has_it_with_what_it_measures(benchmark: Benchmark) -> None:
    assert f"| `{benchmark.name}` | {benchmark.measures} |" in (FOLDER / "README.md").read_text()


@pytest.mark.parametrize("benchmark", BENCHMARKS, ids=lambda each: each.name)
def test_it_knows_the_options_that_it_is_run_with(benchmark: Benchmark) -> None:
    text = (FOLDER / f"{benchmark.name}.py").read_text()
    for option in benchmark.brief:
        assert not option.startswith("--") or f'"{option}"' in text
    assert ("checkouts.add_option" in text) == benchmark.is_compared


@pytest.mark.parametrize("file", ["__main__.py", "catalogue.py"])
def test_what_a_fresh_clone_runs_needs_python_alone(file: str) -> None:
    names = [
        alias.name if isinstance(node, ast.Import) else node.module or ""
        for node in ast.walk(ast.parse((FOLDER / file).read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    ]
    for name in names:
        origin = importlib.util.find_spec(name.partition(".")[0])
        assert name.startswith("benchmarks.") or (origin and "site-packages" not in str(origin.origin)), name
