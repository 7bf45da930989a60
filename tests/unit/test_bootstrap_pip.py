"""The fall-back for a Python that came without pip."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "bootstrap_pip.py"


@pytest.fixture(scope="module")
def bootstrap() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap_pip", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def link(version: str, digest: str = "0" * 64) -> str:
    return f'<a href="../files/pip-{version}-py3-none-any.whl#sha256={digest}">pip-{version}</a>'


def test_takes_the_highest_version_and_not_the_last_by_spelling(bootstrap: ModuleType) -> None:
    page = link("9.0.3") + link("25.10", "a" * 64) + link("25.9") + link("26.0b1")
    address, name, digest = bootstrap.newest_wheel(page, "https://index.example/simple/pip/")
    assert (name, digest) == ("pip-25.10-py3-none-any.whl", "a" * 64)
    assert address == "https://index.example/simple/files/pip-25.10-py3-none-any.whl"


def test_says_what_to_do_when_the_index_lists_no_wheel(bootstrap: ModuleType) -> None:
    with pytest.raises(SystemExit, match="python3-venv"):
        bootstrap.newest_wheel("<html></html>", "https://index.example/simple/pip/")
