"""``rehearse status --sagemaker-pipeline``: where an execution stands, and why a step was not reused."""

import json
import subprocess
import sys

from tests.conftest import ROOT
from tests.localaws.sagemaker.pipelines.definitions import fail, get, parameter


def status(lab, name: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rehearsal.cli.main", "status", "--sagemaker-pipeline", name, *options]
    environment = {
        **lab.aws.environment,
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": f"{ROOT}:{ROOT / 'PipelineLambdaFunctions'}",
    }
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_status_shows_the_steps_and_which_key_differed(lab) -> None:
    cache = {"Enabled": True, "ExpireAfter": "P1D"}
    work = lab.script("Work", "print('at work')", {"Environment": {"SIZE": get("Parameters.Size")}}, CacheConfig=cache)
    name = lab.create(work, parameters=[parameter("Size", default="small")])
    first = lab.run(name)["PipelineExecutionArn"].rpartition("/")[2]
    lab.run(name)
    assert f"reused from {first}" in status(lab, name).stdout
    lab.run(name, {"Size": "large"})
    shown = json.loads(status(lab, name, "--json").stdout)
    assert shown["status"] == "Succeeded"
    assert shown["steps"][0]["note"] == f"not reused from {first}: these keys differ: Environment.SIZE"
    old = json.loads(status(lab, name, first, "--json").stdout)
    assert old["steps"][0]["note"] == "not reused: no earlier run of this step has succeeded"


def test_status_shows_why_an_execution_failed(lab) -> None:
    name = lab.create(fail("Stop", "no good"))
    lab.run(name)
    shown = status(lab, name)
    assert "✘ Failed" in shown.stdout
    assert "no good" in shown.stdout
    nobody = status(lab, "nobody")
    assert nobody.returncode == 1
    assert "nobody" in nobody.stderr
