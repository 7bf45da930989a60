"""Jupyter through ``rehearse exec``: the kernels of its server, and notebooks that are executed, act on the embedded
AWS.

At full size only: Jupyter is installed. ``REHEARSAL_TEST_JUPYTER_PYTHON`` names an interpreter that has jupyterlab,
nbconvert and boto3.
"""

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import EmbeddedAws
from tests.end_to_end.jupyters import jupyter
from tests.end_to_end.rehearse import command, environment, rehearse
from tests.localaws.waiting import wait_until

__all__ = ["jupyter"]  # a fixture
ASK_KERNEL = Path(__file__).parent / "sdk_programs" / "ask_kernel.py"
CELL = """
import boto3
named = boto3.client("sts", "eu-west-1", endpoint_url="https://sts.eu-west-1.amazonaws.com")
print(boto3.client("sts").get_caller_identity()["Arn"], named.get_caller_identity()["Account"])
"""


def through_exec(aws: EmbeddedAws, *words: str) -> tuple[str, ...]:
    return ("exec", "--port", str(aws.announced.port), "--", *words)


def expected(aws: EmbeddedAws) -> str:
    """What the cell prints: the administrator of the embedded AWS, by whatever endpoint."""
    account = aws.announced.account_id
    return f"arn:aws:iam::{account}:user/admin {account}"


@pytest.mark.full("sdk")
def test_an_executed_notebook_acts_on_the_embedded_aws(aws, jupyter: str, tmp_path: Path) -> None:
    cell: dict[str, Any] = {
        "cell_type": "code",
        "id": "a",
        "metadata": {},
        "execution_count": None,
        "outputs": [],
        "source": CELL,
    }
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = {"cells": [cell], "metadata": spec, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "who.ipynb").write_text(json.dumps(notebook))
    words = (jupyter, "-m", "nbconvert", "--to", "notebook", "--execute", "who.ipynb", "--output", "done")
    done = rehearse(*through_exec(aws, *words), cwd=tmp_path, timeout=300)
    assert done.exit_code == 0, done.err
    outputs = json.loads((tmp_path / "done.ipynb").read_text())["cells"][0]["outputs"]
    assert "".join(outputs[0]["text"]).strip() == expected(aws)


@contextmanager
def jupyter_lab(aws: EmbeddedAws, python: str, folder: Path) -> Iterator[dict[str, Any]]:
    """What JupyterLab, started by ``rehearse exec``, announces in its runtime folder once it serves: its address and
    token."""
    words = through_exec(aws, python, "-m", "jupyter", "lab", "--no-browser", "--allow-root", "--port=0")
    surroundings = environment({"JUPYTER_RUNTIME_DIR": str(folder)})
    server = subprocess.Popen(command(*words), cwd=folder, env=surroundings)
    try:
        announced = wait_until(lambda: next(folder.glob("jpserver-*.json"), None), seconds=180)
        yield json.loads(announced.read_text())
    finally:
        server.terminate()
        server.wait(60)


def start_kernel(announced: dict[str, Any]) -> str:
    """The id of a new kernel, by Jupyter's API."""
    head = {"Authorization": f"token {announced['token']}"}
    request = urllib.request.Request(f"{announced['url']}api/kernels", method="POST", headers=head, data=b"{}")
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)["id"]


@pytest.mark.full("sdk")
def test_a_kernel_of_jupyter_lab_acts_on_the_embedded_aws(aws, jupyter: str, tmp_path: Path) -> None:
    with jupyter_lab(aws, jupyter, tmp_path) as announced:
        connection = tmp_path / f"kernel-{start_kernel(announced)}.json"
        words = [jupyter, str(ASK_KERNEL), str(connection), CELL]
        told = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)
    assert told.stdout.strip() == expected(aws), told.stderr
