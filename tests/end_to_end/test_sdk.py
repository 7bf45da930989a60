"""SageMaker's Python SDK, unchanged, through ``rehearse exec``: both of its lines, each in an environment of its own.

At full size only: the SDK weighs about 1 GB. ``REHEARSAL_TEST_SDK2_PYTHON`` and ``REHEARSAL_TEST_SDK3_PYTHON`` name
interpreters that have it; else it is installed.
"""

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import EmbeddedAws, start_embedded_aws, stop_embedded_aws
from tests.end_to_end.rehearse import rehearse

PROGRAMS = Path(__file__).parent / "sdk_programs"
SECONDS = 1800
BARE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
"""An image whose interpreter is the tests' own, which has no SDK."""
HANDLER = "def handler(event, context):\n    return {'told': event['model']}\n"
FUNCTION_SERVICE, JOB_SERVICE = "lambda.amazonaws.com", "sagemaker.amazonaws.com"
MANAGED = "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"
ALLOWED = ["s3:*", "iam:PassRole", "iam:GetRole", "lambda:*", "ssm:GetParameter"]


def interpreter(tmp_path_factory: pytest.TempPathFactory, line: int, requirement: str) -> str:
    """The interpreter of an environment with that line of the SDK."""
    named = os.environ.get(f"REHEARSAL_TEST_SDK{line}_PYTHON")
    if named:
        return named
    folder = tmp_path_factory.mktemp(f"sdk{line}")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = str(folder / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "-q", requirement], check=True)
    return python


@pytest.fixture(scope="session")
def sdk2(tmp_path_factory: pytest.TempPathFactory) -> str:
    return interpreter(tmp_path_factory, 2, "sagemaker==2.257.*")


@pytest.fixture(scope="session")
def sdk3(tmp_path_factory: pytest.TempPathFactory) -> str:
    return interpreter(tmp_path_factory, 3, "sagemaker>=3.27,<4")


def make_role(aws: EmbeddedAws, name: str, service: str, actions: list[str]) -> str:
    iam = aws.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    made = iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )
    allowed = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_role_policy(RoleName=name, PolicyName="Allowed", PolicyDocument=document)
    return made["Role"]["Arn"]


@pytest.fixture(scope="module")
def functions_aws(sdk2: str, sdk3: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedAws]:
    """An embedded AWS with an image for either line of the SDK, whose jobs run in the interpreter that has it."""
    file = tmp_path_factory.mktemp("images") / "images.toml"
    named = {image_with_sdk(2): sdk2, image_with_sdk(3): sdk3}
    file.write_text("".join(f'[images."{image}"]\npython = "{python}"\n' for image, python in named.items()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REHEARSAL_IMAGES", str(file))
        embedded = start_embedded_aws()
    yield embedded
    stop_embedded_aws(embedded)


def image_with_sdk(line: int) -> str:
    return f"123456789012.dkr.ecr.us-east-1.amazonaws.com/with-sdk{line}:1"


@pytest.fixture
def function(aws: EmbeddedAws) -> str:
    """The ARN of a function that a Lambda step calls."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("tell.py", HANDLER)
    made = aws.client("lambda").create_function(
        FunctionName="tell-of-a-model",
        Runtime="python3.12",
        Role=make_role(aws, "tell-of-a-model", FUNCTION_SERVICE, ["logs:*"]),
        Handler="tell.handler",
        Code={"ZipFile": packed.getvalue()},
        Timeout=60,
    )
    return made["FunctionArn"]


def run(aws: EmbeddedAws, folder: Path, role: str, *words: str) -> dict[str, Any]:
    """What a program told in its last line, run as a role that may what a notebook's may."""
    make_role(aws, role, JOB_SERVICE, ALLOWED)
    aws.client("iam").attach_role_policy(RoleName=role, PolicyArn=MANAGED)
    for file in PROGRAMS.glob("*.py"):
        shutil.copy(file, folder)
    options = ("--port", str(aws.announced.port), "--role", role)
    done = rehearse("exec", *options, "--", *words, cwd=folder, timeout=SECONDS)
    assert done.exit_code == 0, done.err[-4000:]
    told: dict[str, Any] = json.loads(done.out.splitlines()[-1])
    return told


def ended(told: dict[str, Any], *steps: str) -> None:
    """Every step of the pipeline ran to its end, these among them."""
    assert told["status"] == "Succeeded"
    assert set(told["steps"].values()) == {"Succeeded"}
    assert set(steps) <= set(told["steps"])


@pytest.mark.full("sdk")
def test_the_second_line_runs_a_pipeline_and_serves_its_model(aws, sdk2: str, function: str, tmp_path: Path) -> None:
    told = run(aws, tmp_path, "census2", sdk2, "-W", "ignore", "sdk2_census.py", function)
    ended(told, "Prepare", "Train", "Evaluate", "IsGood", "Create", "Tell", "CreateAgain-CreateModel")
    assert told["packages"] == ["Approved"]
    assert len(told["transformed"].split()) == 5
    assert float(told["predicted"]) == pytest.approx(1.4, abs=0.8)
    assert len(told["scripted"]) == 1


@pytest.mark.full("sdk")
def test_the_third_line_runs_a_pipeline_and_serves_its_model(aws, sdk3: str, tmp_path: Path) -> None:
    told = run(aws, tmp_path, "census3", sdk3, "-W", "ignore", "sdk3_census.py")
    ended(told, "Prepare", "Train", "Evaluate", "IsGood", "Create", "Register")
    assert (told["approval"], told["reused"]) == ("Approved", ["Prepare"])
    assert len(told["transformed"].split()) == 5
    assert float(told["predicted"]) == pytest.approx(1.4, abs=0.8)


@pytest.mark.full("sdk")
@pytest.mark.parametrize("line", [2, 3])
def test_a_lambda_step_of_either_line_hands_on_the_model_that_was_made(aws, line, request, tmp_path: Path) -> None:
    python = request.getfixturevalue(f"sdk{line}")
    writer = make_role(aws, f"write-name-{line}", FUNCTION_SERVICE, ["ssm:PutParameter", "logs:*"])
    told = run(aws, tmp_path, f"abalone{line}", python, "-W", "ignore", f"sdk{line}_abalone.py", writer)
    ended(told, "Process", "Train", "Create", "WriteName")
    assert told["same"]
    assert told["parameter"] == {2: "4", 3: "7"}[line]


@pytest.mark.full("sdk")
@pytest.mark.parametrize("line", [2, 3])
def test_a_pipeline_of_either_line_is_started_again_on_newer_data(aws, line, request, tmp_path: Path) -> None:
    python = request.getfixturevalue(f"sdk{line}")
    told = run(aws, tmp_path, f"retrain{line}", python, "-W", "ignore", f"sdk{line}_retrain.py")
    suffixes = {2: ("-CreateModel", "-RegisterModel"), 3: ("", "")}[line]
    ended(told, "Train", f"Create{suffixes[0]}", f"Register{suffixes[1]}")
    assert (told["versions"], told["executions"]) == ([1, 2], ["Succeeded", "Succeeded"])


@pytest.mark.full("sdk")
def test_the_third_line_does_each_step_by_a_call_of_its_own(aws, sdk3: str, tmp_path: Path) -> None:
    told = run(aws, tmp_path, "direct3", sdk3, "-W", "ignore", "sdk3_direct.py")
    assert told["mse"] < 1
    assert told["package"].endswith(":model-package/directv3/1")
    assert len(told["transformed"].split()) == 5
    assert float(told["predicted"]) == pytest.approx(1.4, abs=0.8)
    assert told["scripted"]["status"] == "Completed"
    assert told["scripted"]["model"].endswith("/output/model.tar.gz")


@pytest.mark.full("sdk")
def test_the_second_lines_tuner_searches_warm_starts_stops_and_is_a_step(aws, sdk2: str, tmp_path: Path) -> None:
    told = run(aws, tmp_path, "tuner2", sdk2, "-W", "ignore", "with_sdk2_tuner.py")
    assert told["best"] == told["lowest"]
    assert told["rows"] == 4
    assert {"eta", "max_depth", "FinalObjectiveValue", "TrainingElapsedTimeSeconds"} <= set(told["columns"])
    assert told["estimator"] == "10"
    assert [told[each] for each in ("warm", "scripted", "stopped")] == ["Completed", "Completed", "Stopped"]
    assert told["overall"]
    assert told["pipeline"] == "Succeeded"
    assert told["jobs"] == 5


@pytest.mark.full("sdk")
def test_the_third_lines_tuner_searches_warm_starts_and_stops(aws, sdk3: str, tmp_path: Path) -> None:
    told = run(aws, tmp_path, "tuner3", sdk3, "-W", "ignore", "with_sdk3_tuner.py")
    assert told["best"] == told["lowest"]
    assert told["rows"] == 3
    assert [told[each] for each in ("status", "warm", "scripted", "stopped")] == [*["Completed"] * 3, "Stopped"]


@pytest.mark.full("sdk")
@pytest.mark.parametrize(("line", "steps"), [(2, ("Create-CreateModel", "Register-RegisterModel")), (3, ("Create",))])
def test_a_model_gets_its_inference_code_within_a_pipeline(aws, line, steps, request, tmp_path: Path) -> None:
    python = request.getfixturevalue(f"sdk{line}")
    told = run(aws, tmp_path, f"repack{line}", python, "-W", "ignore", f"sdk{line}_repack.py")
    ended(told, "Train", *steps)
    repacking = [step for step in told["steps"] if "RepackModel" in step]
    assert len(repacking) == len(steps)
    assert float(json.loads(told["answer"])[0]) == pytest.approx(3, abs=0.5)


@pytest.mark.full("sdk")
@pytest.mark.parametrize("line", [2, 3])
def test_functions_run_as_jobs_and_as_steps(functions_aws, line, request, tmp_path: Path) -> None:
    python = request.getfixturevalue(f"sdk{line}")
    words = (python, "-W", "ignore", f"sdk{line}_functions.py", image_with_sdk(line), BARE)
    told = run(functions_aws, tmp_path, f"functions{line}", *words)
    ended(told, "Generate", "Add")
    assert (told["sum"], told["quotient"], told["error"]) == (7, 3.5, "ZeroDivisionError: division by zero")
    if line == 2:  # that line has pip bring the SDK to each job
        assert told["lost"] == "brought"
    else:
        assert "pip install 'sagemaker>=3,<4'" in told["reason"]
