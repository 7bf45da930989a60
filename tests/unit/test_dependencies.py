"""What is imported is declared: a package that comes along with another may stop to come."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
REFERENCE = ROOT / "rehearsal" / "reference"
"""Writes the pages of docs/, on a developer's machine alone: it is not shipped."""
OURS = {"rehearsal", "pipeline_job", "tests", "benchmarks"}


def top_level_imports(file: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return {name.partition(".")[0] for name in names} - sys.stdlib_module_names - OURS


def declared(requirements: Iterable[str]) -> set[str]:
    return {normal(re.split(r"[\[<>=;~! ]", requirement)[0]) for requirement in requirements}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("folder", ["rehearsal", "PipelineLambdaFunctions"])
def test_every_package_that_the_product_imports_is_declared(folder: str) -> None:
    extras = PROJECT["optional-dependencies"]
    known = declared([*PROJECT["dependencies"], *extras["parquet"], *extras["sagemaker"], *extras["tuning"]])
    known |= {"pytest"}  # whose plugin rehearsal.testing is: who has pytest loads it
    distributions = {
        "sagemaker": ["sagemaker"],
        **packages_distributions(),
    }  # the extra that is not installed for tests
    missing = {
        f"{file.relative_to(ROOT)} imports {name}"
        for file in (ROOT / folder).rglob("*.py")
        for name in top_level_imports(file)
        if file.parent != REFERENCE
        if not file.with_name(f"{name}.py").exists()  # a program for a child process, which finds its neighbours
        and not {normal(each) for each in distributions.get(name, [])} & known
    }
    assert missing == set()
