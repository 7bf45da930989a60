"""Hooks at the start of interpreters: they reach programs that a program starts, whatever Python runs them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rehearsal import at_start
from rehearsal.at_start.aws_endpoints import redirected


@pytest.mark.parametrize(
    ("given", "goes_to"),
    [
        ("https://sts.eu-west-1.amazonaws.com", "http://127.0.0.1:4566"),
        ("https://s3.cn-north-1.amazonaws.com.cn", "http://127.0.0.1:4566"),
        ("https://lambda.us-east-1.api.aws/", "http://127.0.0.1:4566"),
        ("http://localhost:9000", "http://localhost:9000"),
        ("https://amazonaws.com.example.org", "https://amazonaws.com.example.org"),
        (None, None),
    ],
)
def test_an_endpoint_of_aws_is_led_away_and_no_other(monkeypatch, given, goes_to) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    assert redirected(given) == goes_to


def run(program: str, environment: dict[str, str]) -> str:
    base = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", program], env={**base, **environment}, check=True, capture_output=True, text=True
    ).stdout.strip()


def test_a_client_with_an_explicit_endpoint_is_redirected_in_a_program_of_its_own() -> None:
    program = """
import boto3
client = boto3.client("sts", "eu-west-1", endpoint_url="https://sts.eu-west-1.amazonaws.com")
print(client.meta.endpoint_url)
"""
    environment = at_start.redirected({"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"})
    assert run(program, environment) == "http://127.0.0.1:4566"


def test_a_hook_runs_in_programs_below_and_after_an_import(tmp_path: Path) -> None:
    hook = tmp_path / "hook.py"
    hook.write_text(
        "import os\n"
        "def at_start(): os.environ['SEEN'] = os.environ.get('SEEN', '') + 'x'\n"
        "AFTER_IMPORT = {'colorsys': lambda module: setattr(module, 'hooked', True)}\n"
    )
    below = "import colorsys, os; print(os.environ['SEEN'], colorsys.hooked)"
    program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {below!r}], check=True)"
    assert run(program, at_start.with_hooks({}, [hook])) == "xx True"


def test_another_sitecustomize_still_runs(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import os; os.environ['THEIRS'] = 'ran'\n")
    environment = at_start.with_hooks({"PYTHONPATH": str(tmp_path)}, [])
    assert run("import os; print(os.environ['THEIRS'])", environment) == "ran"
