"""An embedded AWS that stays: up, env, down."""

import io
import json
import os
import signal
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from tests.end_to_end.rehearse import ROOT, command, environment, rehearse


@pytest.fixture
def served() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """``rehearse up`` on a free port, and that port."""
    process = subprocess.Popen(
        command("up", "--port", "0"),
        env=environment(),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("ready http://127.0.0.1:"), line
    yield process, line.rsplit(":", 1)[1].strip()
    if process.poll() is None:
        process.terminate()
    process.communicate(timeout=120)


def test_any_sdk_reaches_it_with_the_exports_and_down_stops_it(
    served: tuple[subprocess.Popen[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    process, port = served
    exports = rehearse("env", "--port", port)
    assert exports.exit_code == 0, exports.err
    shown = subprocess.run(
        ["sh", "-c", f"{exports.out}\nenv"], capture_output=True, text=True, check=True, env={"AWS_PROFILE": "mine"}
    )
    assert "AWS_PROFILE" not in shown.stdout
    variables = rehearse("env", "--port", port, "--json").document
    for name, value in variables.items():
        assert f"{name}={value}" in shown.stdout.splitlines()
        monkeypatch.setenv(name, value)
    assert boto3.client("sts").get_caller_identity()["Arn"].endswith("user/admin")
    stopped = rehearse("down", "--port", port)
    assert (stopped.exit_code, process.wait(120)) == (0, 0)
    assert rehearse("down", "--port", port).exit_code == 1


def test_retired_runtimes_are_allowed_by_the_option_that_the_documentation_names() -> None:
    """With a Python that AWS has retired a function is made; without the option it is refused (as ``test_runtimes``
    shows)."""
    typed = command("up", "--port", "0", "--allow-retired-runtimes")
    process = subprocess.Popen(
        typed, env=environment(), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout is not None
        port = process.stdout.readline().rsplit(":", 1)[1].strip()
        keys = rehearse("env", "--port", port, "--json").document
        session = boto3.session.Session(
            keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"], region_name="us-east-1"
        )
        clients = {name: session.client(name, endpoint_url=keys["AWS_ENDPOINT_URL"]) for name in ("iam", "lambda")}
        statement = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        role = clients["iam"].create_role(RoleName="f", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("index.py", "def handler(event, context):\n    return 1\n")
        made = clients["lambda"].create_function(
            FunctionName="f",
            Runtime="python3.7",
            Role=role,
            Handler="index.handler",
            Code={"ZipFile": packed.getvalue()},
        )
        assert made["Runtime"] == "python3.7"
    finally:
        process.terminate()
        process.communicate(timeout=120)


def test_a_busy_port_is_a_clear_error(served: tuple[subprocess.Popen[str], str]) -> None:
    refused = rehearse("up", "--port", served[1])
    assert refused.exit_code == 1
    assert f"port {served[1]} of 127.0.0.1 is in use by another embedded AWS" in refused.err
    assert f"rehearse down --port {served[1]}" in refused.err
    assert "In another terminal" not in refused.err
    assert "--port" in refused.err
    assert "Traceback" not in refused.err


def test_ctrl_c_ends_it(served: tuple[subprocess.Popen[str], str]) -> None:
    process, port = served
    os.kill(process.pid, signal.SIGINT)
    assert process.wait(120) == 0
    gone = rehearse("env", "--port", port)
    assert gone.exit_code == 1
    assert f"no embedded AWS runs on port {port}" in gone.err


def test_a_table_of_ones_own_is_split_for_a_run(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a;quality\n" + "".join(f"{index};{index % 5}\n" for index in range(40)))
    done = rehearse("data", "split", "t.csv", "--label-column", "quality", "-o", "out", "--json", cwd=tmp_path)
    assert done.exit_code == 0, done.err
    assert done.document["rows"] == {"train/train.csv": 32, "validation/validation.csv": 4, "test/test.csv": 4}
    checked = rehearse("data", "check", str(tmp_path / "out"))
    assert checked.out == "32 / 4 / 4 rows, 2 columns: good\n"
