"""The zips: small, the same everywhere, and enough to run."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pipeline_job.functions import FUNCTIONS
from rehearsal.toolkit import project
from rehearsal.toolkit.aws.errors import NotThere
from rehearsal.toolkit.stacks import packaging

SOURCES = project.find().functions


def test_the_same_sources_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = packaging.build(tmp_path / "one", SOURCES)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    previous = os.umask(0o077)
    try:
        second = packaging.build(tmp_path / "two", SOURCES)
    finally:
        os.umask(previous)
    assert [path.name for path in first] == [f"MLOps-BIA-{function}.py.zip" for function in FUNCTIONS]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_a_zip_holds_its_handler_and_its_schema_only(tmp_path: Path) -> None:
    for path, (function, row) in zip(packaging.build(tmp_path, SOURCES), FUNCTIONS.items(), strict=True):
        names = zipfile.ZipFile(path).namelist()
        assert path.stat().st_size < 2_000_000
        assert [name for name in names if "/" not in name] == [f"{row.module}.py"]
        assert [name for name in names if name.endswith(".json")] == [f"pipeline_job/schemas/{function}.json"]
        assert names == sorted(names)
        assert any(name.startswith("pipeline_job/evaluation/") for name in names) == (function == "EvaluateModel")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_zip_runs_alone(tmp_path: Path, function: str) -> None:
    packaging.build(tmp_path, SOURCES)
    folder = tmp_path / function
    zipfile.ZipFile(tmp_path / FUNCTIONS[function].zip_name).extractall(folder)
    module = FUNCTIONS[function].module
    program = f"import {module}; from pipeline_job import schema; schema.load({function!r}); {module}.lambda_handler"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run([sys.executable, "-c", program], cwd=folder, env=environment, check=True)


def test_the_zips_are_of_the_project_in_whose_folder_the_user_is(tmp_path: Path) -> None:
    """Two clones: the installed package is the one, the templates that are launched are the other's, and so must the
    code be."""
    clone = tmp_path / "clone"
    shutil.copytree(SOURCES.parent / "cloudformation", clone / "cloudformation")
    shutil.copytree(SOURCES, clone / "PipelineLambdaFunctions", ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("train_model.py", "pipeline_job/job.py"):
        with (clone / "PipelineLambdaFunctions" / file).open("a") as changed:
            changed.write("CHANGED_IN_THE_CLONE = True\n")
    program = "from rehearsal.cli.main import main; main()"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (SOURCES.parent, SOURCES)))}
    command = [sys.executable, "-c", program, "package", "-o", "dist"]
    subprocess.run(command, cwd=clone, env=environment, check=True, capture_output=True)
    zipped = zipfile.ZipFile(clone / "dist" / FUNCTIONS["TrainModel"].zip_name)
    assert "CHANGED_IN_THE_CLONE" in zipped.read("train_model.py").decode()
    assert "CHANGED_IN_THE_CLONE" in zipped.read("pipeline_job/job.py").decode()


def test_a_project_without_the_functions_sources_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotThere, match="train_model"):
        packaging.build(tmp_path / "zips", tmp_path)
    assert not (tmp_path / "zips").exists()


def test_the_build_stage_packs_the_same_bytes(tmp_path: Path) -> None:
    here = packaging.build(tmp_path / "here", SOURCES)
    done = subprocess.run(
        [sys.executable, "-m", "pipeline_job.packing", str(tmp_path / "there")],
        cwd=SOURCES,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    there = [Path(line) for line in done.stdout.splitlines()]
    assert [path.name for path in there] == [path.name for path in here]
    assert [path.read_bytes() for path in there] == [path.read_bytes() for path in here]
