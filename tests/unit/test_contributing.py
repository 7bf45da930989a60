"""What CONTRIBUTING.md sends its reader to is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text()
NAMED = sorted({path for path in re.findall(r"`([\w./-]+)`", TEXT) if "/" in path and not path.startswith("/")})
MODULES = sorted(set(re.findall(r"python -m ([\w.]+)", TEXT)))


def test_it_names_files_and_modules() -> None:
    assert len(NAMED) > 10
    assert MODULES


@pytest.mark.parametrize("path", NAMED)
def test_a_file_that_it_names_is_there(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize("module", MODULES)
def test_a_module_that_it_tells_to_run_is_there(module: str) -> None:
    assert (ROOT / Path(*module.split("."))).with_suffix(".py").exists()
