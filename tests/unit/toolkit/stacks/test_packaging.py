"""The zips: small, the same everywhere, and enough to run."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from rehearsal.toolkit.stacks import packaging


def test_the_same_sources_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = packaging.build(tmp_path / "one")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    previous = os.umask(0o077)
    try:
        second = packaging.build(tmp_path / "two")
    finally:
        os.umask(previous)
    assert [path.name for path in first] == [f"MLOps-BIA-{function}.py.zip" for function in packaging.HANDLERS]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_a_zip_holds_its_handler_and_its_schema_only(tmp_path: Path) -> None:
    for path, (function, module) in zip(packaging.build(tmp_path), packaging.HANDLERS.items(), strict=True):
        names = zipfile.ZipFile(path).namelist()
        assert path.stat().st_size < 2_000_000
        assert [name for name in names if "/" not in name] == [f"{module}.py"]
        assert [name for name in names if name.endswith(".json")] == [f"pipeline_job/schemas/{function}.json"]
        assert names == sorted(names)
        assert any(name.startswith("pipeline_job/evaluation/") for name in names) == (function == "EvaluateModel")


@pytest.mark.parametrize("function", packaging.HANDLERS)
def test_a_zip_runs_alone(tmp_path: Path, function: str) -> None:
    packaging.build(tmp_path)
    folder = tmp_path / function
    zipfile.ZipFile(tmp_path / packaging.zip_name(function)).extractall(folder)
    module = packaging.HANDLERS[function]
    program = f"import {module}; from pipeline_job import schema; schema.load({function!r}); {module}.lambda_handler"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run([sys.executable, "-c", program], cwd=folder, env=environment, check=True)
