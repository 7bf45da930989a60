"""``rehearse run`` as a user types it: success, failure and Ctrl-C, each with nothing left behind."""

import json
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from tests.end_to_end.rehearse import ROOT, command, environment, rehearse

ACTIONS = {
    "Source": ["TrainingConfig"],
    "Train": ["TrainModel", "GetStatus"],
    "DeployDev": ["DeployModel", "GetStatus", "SmokeTest"],
    "DeployTest": ["DeployModel", "GetStatus", "FullTest"],
}


def test_the_whole_workshop_succeeds_and_prints_one_json_object(temporary: Path) -> None:
    done = rehearse("run", "--json", env={"TMPDIR": str(temporary)})
    assert done.exit_code == 0, done.err
    document = done.document
    assert document["status"] == "Succeeded"
    assert document["pipelineExecutionId"] in done.err
    assert {stage["name"]: [action["name"] for action in stage["actions"]] for stage in document["stages"]} == ACTIONS
    for stage in document["stages"]:
        assert stage["status"] == "Succeeded"
        for action in stage["actions"]:
            assert action["status"] == "Succeeded"
            assert action["startTime"]
            assert action["seconds"] >= 0
            assert action["errorDetails"] is None
    assert document["evaluations"]["SmokeTest"]["rows"] == document["evaluations"]["FullTest"]["rows"] == 160
    metrics = document["evaluations"]["FullTest"]["metrics"]
    assert 0 < metrics["rmse"] < metrics["rmse_of_mean"]
    assert document["endpoints"] == {"Dev": "winequality-rehearsal-Dev", "Test": "winequality-rehearsal-Test"}
    named = ("embeddedAws", "package", "prepStack", "upload", "pipelineStack", "pipeline")
    parts = sum(document["phases"][phase] for phase in named)
    assert parts <= document["elapsedSeconds"]
    phases = document["phases"]
    assert phases["engine"] == pytest.approx(document["elapsedSeconds"] - phases["functionsAndTraining"], abs=0.01)
    assert "continuation delay 0.5 s" in done.err
    port = int(done.err.split("on http://127.0.0.1:")[1].split()[0])
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


TRAIN_OF_THE_GUIDE = (
    '{ "traincompute": "ml.c4.2xlarge", "model-name": "winequality", "container-path": '
    '"811284229777.dkr.ecr.us-east-1.amazonaws.com/xgboost:1", "modelartifactout": '
    '"mlops-builtinalgo-model-artifacts-sde", "resourceidentifier": "sde", "databucket": "mlops-builtinalgo-data-sde", '
    '"hp-num-round": "20", "num-round": "3", "hp-min-child-weight": "6", "hp-subsample": "0.7"}'
)
SMOKE_OF_THE_GUIDE = '{ "env": "Dev", "s3bucket": "mlops-builtinalgo-data-sde", "s3key": "/validation/validation.csv" }'


def test_the_guides_examples_run_and_a_person_gets_a_line_for_each_action_the_metrics_and_what_next(
    temporary: Path,
) -> None:
    folder = temporary / ("a-folder-whose-name-is-too-long-for-the-path-of-a-socket" * 2)
    folder.mkdir()
    parameters = ("--train-user-parameters", TRAIN_OF_THE_GUIDE, "--smoke-test-user-parameters", SMOKE_OF_THE_GUIDE)
    done = rehearse("run", "--suffix", "sde", *parameters, env={"TMPDIR": str(folder)})
    assert done.exit_code == 0, done.err
    folder.rmdir()  # which it only lets when nothing is in it
    for actions in ACTIONS.values():
        for action in actions:
            assert f"{action} " in done.err
    assert "20 rounds on 1 x ml.c4.2xlarge" in done.err
    assert "\x1b[" not in done.out + done.err
    assert "Succeeded in" in done.out
    assert "FullTest       160 rows   rmse 0." in done.out
    assert "rehearse run --keep" in done.out


def test_a_run_that_fails_shows_the_users_own_line_and_stays_for_its_logs(tmp_path: Path) -> None:
    """An error in a handler, and the advice followed as it stands."""
    project = tmp_path / "project"
    kept = shutil.ignore_patterns("__pycache__")
    for folder in ("cloudformation", "Data", "PipelineLambdaFunctions", "training-config"):
        shutil.copytree(ROOT / folder, project / folder, ignore=kept)
    handler = project / "PipelineLambdaFunctions" / "train_model.py"
    broken = "def train(action: Action) -> Succeeded:\n    {}['oops']\n"
    handler.write_text(handler.read_text().replace(broken.partition("\n")[0] + "\n", broken))
    number = handler.read_text().splitlines().index("    {}['oops']") + 1
    env = {"TMPDIR": str(tmp_path), "AWS_ENDPOINT_URL": "http://127.0.0.1:9", "REHEARSAL_PROJECT": str(project)}
    kept_logs = tmp_path / "kept logs"
    chosen = ("--keep-on-failure", "--set", "TrainModel.hp-max-depth=3", "--logs", str(kept_logs))
    done = rehearse("run", *chosen, env=env)
    port = done.err.split("rehearse down --port ")[1].split()[0]
    try:
        assert done.exit_code == 1
        assert "this run has an embedded AWS of its own" in done.err
        assert f"/var/task/train_model.py:{number} in" in done.err
        assert "KeyError" in done.err
        assert f"rehearse env --port {port}" in done.err
        assert str(kept_logs) in done.err
        assert "KeyError: 'oops'" in (kept_logs / "Train-TrainModel.log").read_text()
        assert json.loads((kept_logs / "result.json").read_text())["status"] == "Failed"
        theirs = rehearse("env", "--port", port, "--json", env=env).document
        logs = rehearse("logs", "Train/TrainModel", env={**env, **theirs})
        assert "/var/task/train_model.py" in logs.out
        told = rehearse("params", "show", "TrainModel", "--json", env={**env, **theirs}).document
        assert told["Train/TrainModel"]["hp-max-depth"] == 3
        assert told["Train/TrainModel"]["model-name"] == "winequality"
    finally:
        stopped = rehearse("down", "--port", port, env=env)
    assert stopped.exit_code == 0


def test_data_of_ones_own_is_trained_on_in_stacks_with_a_bucket_suffix_and_repositories(
    temporary: Path, tmp_path: Path
) -> None:
    rows = [f"{index % 7},{(index % 7) * 2 + index % 3},{index % 5}" for index in range(300)]
    (tmp_path / "own.csv").write_text("target,first,second\n" + "\n".join(rows) + "\n")
    split = rehearse("data", "split", "own.csv", "--label-column", "target", "-o", "own", cwd=tmp_path)
    assert split.exit_code == 0, split.err
    chosen = ("--parameter", "BucketSuffix=123456789012", "--parameter", "CreateRepositories=true")
    named = ("--suffix", "0a-b--c-123456", *chosen)
    done = rehearse("run", "--data", str(tmp_path / "own"), *named, "--json", env={"TMPDIR": str(temporary)})
    assert done.exit_code == 0, done.err
    assert "7 resources" in done.err
    assert done.document["evaluations"]["FullTest"]["rows"] == 30
    assert done.document["evaluations"]["FullTest"]["metrics"]["rmse"] < 1


def test_a_failed_action_fails_the_run_and_says_which_why_and_what_next(temporary: Path) -> None:
    parameters = '{"env": "Test", "s3bucket": "mlops-builtinalgo-data-rehearsal", "s3key": "/nowhere.csv"}'
    done = rehearse("run", "--json", "--full-test-user-parameters", parameters, env={"TMPDIR": str(temporary)})
    assert done.exit_code == 1
    document = done.document
    assert document["status"] == "Failed"
    failed = document["stages"][3]["actions"][2]
    assert (failed["name"], failed["status"]) == ("FullTest", "Failed")
    assert "nowhere.csv" in failed["errorDetails"]["message"]
    assert "error: DeployTest/FullTest Failed" in done.err
    assert "rehearse logs DeployTest/FullTest" in done.err
    assert "Traceback" not in done.err


def test_a_stack_that_fails_fails_the_run_with_a_json_object_all_the_same(temporary: Path) -> None:
    done = rehearse("run", "--json", "--parameter", "SourceType=Connection", env={"TMPDIR": str(temporary)})
    assert done.exit_code == 1
    assert (done.document["status"], done.document["stages"]) == ("Failed", [])
    assert "ConnectionIsComplete" in done.document["error"]["what"]


PHASES = (
    ("embedded AWS", signal.SIGINT),
    ("mlops-prep-rehearsal", signal.SIGTERM),
    ("mlops-pipeline-rehearsal", signal.SIGHUP),
    ("TrainModel", signal.SIGINT),
    *(
        pytest.param(phase, signal.SIGINT, marks=pytest.mark.full("interrupts"))
        for phase in ("package", "upload", "execution", "SmokeTest")
    ),
)


@pytest.mark.parametrize(("phase", "number"), PHASES)
def test_an_interrupted_run_leaves_nothing_behind(temporary: Path, phase: str, number: signal.Signals) -> None:
    process = subprocess.Popen(
        command("run", "--json"),
        env=environment({"TMPDIR": str(temporary)}),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if phase in line:
            break
    process.send_signal(number)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert json.loads(out)["status"] == "Interrupted"
    assert "nothing is left behind" in err
    assert "Traceback" not in err
