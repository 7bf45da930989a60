"""What the wheel holds: a user who installs it has no checkout."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILD = """
import sys
from setuptools import Distribution
sys.argv = ["setup.py", "--quiet", "build_py", "--build-lib", sys.argv[1]]
exec(compile(open("setup.py").read(), "setup.py", "exec"))
"""


def test_the_projects_own_files_are_in_it(tmp_path: Path) -> None:
    """Built as the wheel is, without packing it."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", BUILD, str(tmp_path)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    files = tmp_path / "rehearsal" / "project_files"
    for path in (
        "cloudformation/builtin-algo-prep.yaml",
        "PipelineLambdaFunctions/train_model.py",
        "PipelineLambdaFunctions/pipeline_job/job.py",
        "Data/train/train.csv",
        "training-config",
        "labs/census/README.md",
        "examples/one-function/template.yaml",
    ):
        assert (files / path).exists(), path
    assert not list(files.rglob("__pycache__"))
    program = "from rehearsal.toolkit import project; print(project.find().root)"
    found = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path.parent,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == str(files)


@pytest.mark.full("wheel")
def test_it_is_installed_into_a_clean_environment_and_runs_the_workshop(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    subprocess.run([*pip, "wheel", "--no-deps", "-w", str(tmp_path), str(ROOT)], check=True)
    (wheel,) = tmp_path.glob("rehearsal-*.whl")
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([str(python), "-m", "pip", "install", "-q", str(wheel)], check=True, timeout=900)
    rehearse = tmp_path / "venv" / "bin" / "rehearse"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([str(rehearse), "run", "--json"], cwd=tmp_path, env=environment, timeout=600, check=False)
    assert done.returncode == 0
    made = subprocess.run([str(rehearse), "init", "mine"], cwd=tmp_path, env=environment, check=False)
    assert made.returncode == 0
    again = subprocess.run([str(rehearse), "run"], cwd=tmp_path / "mine", env=environment, timeout=600, check=False)
    assert again.returncode == 0
