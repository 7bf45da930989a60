"""An interpreter with Jupyter, for tests at full size: named in ``REHEARSAL_TEST_JUPYTER_PYTHON``, else made."""

import os
import subprocess
import sys

import pytest


@pytest.fixture(scope="session")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An interpreter with Jupyter and boto3."""
    named = os.environ.get("REHEARSAL_TEST_JUPYTER_PYTHON")
    if named:
        return named
    folder = tmp_path_factory.mktemp("jupyter")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = str(folder / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "-q", "jupyterlab", "nbconvert", "ipykernel", "boto3"], check=True)
    return python
