"""Services load when they are first asked for."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rehearsal.localaws.moto_bridge import on_import

AT_START = """
import os, sys
os.environ["MOTO_ACCOUNT_ID"] = "123456789012"
from rehearsal.localaws.authorizer import administrator
from rehearsal.localaws import server
from rehearsal.localaws.moto_bridge import wiring
wiring.install()
print(*sorted({name.split(".")[1] for name in sys.modules if name.startswith("moto.")}))
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unique: Callable[[str], str]) -> str:
    """The name of a module that can be imported and has not been yet."""
    name = unique("late").replace("-", "_")
    (tmp_path / f"{name}.py").write_text("made = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    return name


def test_what_comes_after_an_import_runs_once_and_sees_the_module(module: str) -> None:
    seen: list[int] = []
    on_import.after(module, lambda: seen.append(sys.modules[module].made))
    assert seen == []
    __import__(module)
    __import__(module)
    assert seen == [1]


def test_what_comes_after_runs_at_once_when_the_module_is_there(module: str) -> None:
    __import__(module)
    seen: list[int] = []
    on_import.after(module, lambda: seen.append(1))
    assert seen == [1]


def test_what_comes_before_an_import_can_put_something_in_its_place(module: str) -> None:
    seen: list[bool] = []
    on_import.before(module, lambda: seen.append(module in sys.modules))
    __import__(module)
    assert seen == [False]


def test_what_comes_before_comes_too_late_when_the_module_is_there(module: str) -> None:
    __import__(module)
    with pytest.raises(RuntimeError, match="imported before"):
        on_import.before(module, lambda: None)


def test_the_server_starts_with_no_service_loaded_but_iam_and_sts() -> None:
    done = subprocess.run([sys.executable, "-c", AT_START], capture_output=True, text=True, check=True)
    services = {"s3", "sqs", "sns", "sagemaker", "cloudformation", "awslambda", "ec2", "events", "stepfunctions"}
    assert not services & set(done.stdout.split())
