"""The algorithm as a program that serves."""

import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.localaws.algorithms.test_serving import ROWS, booster, csv, expected

ROOT = Path(__file__).parents[3]


def start(base: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "rehearsal.localaws.algorithms.xgboost", "serve", "--port", "0"],
        env={**os.environ, "PYTHONPATH": str(ROOT), "SAGEMAKER_BASE_DIR": str(base)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "xgboost-model").write_bytes(booster("reg:squarederror").save_raw("ubj"))
    with start(tmp_path) as process:
        assert process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert found is not None
        yield found[0]
        process.terminate()
        process.communicate(timeout=180)
        assert process.returncode == 0


def test_it_answers_as_the_container_does(url: str) -> None:
    with urllib.request.urlopen(f"{url}/ping") as reply:
        assert (reply.status, reply.read()) == (200, b"")
    with urllib.request.urlopen(f"{url}/execution-parameters") as reply:
        parameters = json.load(reply)
    assert parameters == {
        "MaxConcurrentTransforms": os.cpu_count(),
        "BatchStrategy": "MULTI_RECORD",
        "MaxPayloadInMB": 6,
    }
    request = urllib.request.Request(f"{url}/invocations", data=csv(ROWS[:2]), headers={"Content-Type": "text/csv"})
    with urllib.request.urlopen(request) as reply:
        assert reply.read().split() == [str(value).encode() for value in expected("reg:squarederror", ROWS[:2])]
    libsvm = urllib.request.Request(f"{url}/invocations", data=b"0:0.5", headers={"Content-Type": "text/x-libsvm"})
    with urllib.request.urlopen(libsvm) as reply:
        assert reply.status == 200
    request.data = b"a,b,c"
    with pytest.raises(urllib.error.HTTPError, match="415"):
        urllib.request.urlopen(request)
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{url}/models")


def test_a_folder_without_a_model_ends_it(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    output, _ = start(tmp_path).communicate(timeout=180)
    assert "there is no model file in model" in output
