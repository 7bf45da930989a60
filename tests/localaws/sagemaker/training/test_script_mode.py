"""The user's own code in training jobs: commands of the container, script mode, what a script finds and what its
failure says."""

import json
import textwrap
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localaws.sagemaker.conftest import tar_gz
from tests.localaws.sagemaker.training.conftest import IMAGE, Training

SKLEARN = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
SCRIPT = """
    import argparse, json, os
    parser = argparse.ArgumentParser()
    parser.add_argument("--depth", type=int)
    parser.add_argument("-c", type=float)
    parser.add_argument("--model-dir", default=os.environ["SM_MODEL_DIR"])
    parser.add_argument("--train", default=os.environ["SM_CHANNEL_TRAIN"])
    options = parser.parse_args()
    rows = open(os.path.join(options.train, "train.csv")).read().splitlines()
    assert rows == open("/opt/ml/input/data/train/train.csv").read().splitlines()
    names = ("SM_HPS", "SM_HP_DEPTH", "SM_USER_ENTRY_POINT", "SM_CHANNELS", "SM_HOSTS")
    told = {name: os.environ[name] for name in names}
    told["training_env"] = json.loads(os.environ["SM_TRAINING_ENV"])
    import helper
    json.dump({"depth": options.depth, "c": options.c, "rows": len(rows), "helper": helper.NAME, **told},
              open(os.path.join(options.model_dir, "model.json"), "w"))
    print("score: 0.75")
"""


def script_mode(
    training: Training, files: dict[str, str], program: str, **hyperparameters: object
) -> dict[str, object]:
    """Members of the request, as the SDK's framework estimators send them."""
    key = f"{training.unique('source')}/sourcedir.tar.gz"
    packed = tar_gz({name: textwrap.dedent(text).encode() for name, text in files.items()})
    training.aws.client("s3").put_object(Bucket=training.bucket, Key=key, Body=packed)
    named = {
        "sagemaker_program": program,
        "sagemaker_submit_directory": f"s3://{training.bucket}/{key}",
        "sagemaker_container_log_level": 20,
        **hyperparameters,
    }
    return {
        "HyperParameters": {name: json.dumps(value) for name, value in named.items()},
        "InputDataConfig": [training.channel("train")],
    }


def model_of(training: Training, job: dict[str, Any]) -> Any:
    import io
    import tarfile

    archive = training.body(job["ModelArtifacts"]["S3ModelArtifacts"])
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        member = tar.extractfile("model.json")
        assert member is not None
        return json.load(member)


def test_a_script_gets_its_options_its_folders_and_its_variables(training) -> None:
    files = {"train.py": SCRIPT, "helper.py": "NAME = 'helper'\n"}
    request = script_mode(training, files, "train.py", depth=3, c=0.5)
    definitions = [{"Name": "score", "Regex": "score: ([0-9.]+)"}]
    specification = {"TrainingImage": SKLEARN, "TrainingInputMode": "File", "MetricDefinitions": definitions}
    job = training.run(**request, AlgorithmSpecification=specification)
    assert job["TrainingJobStatus"] == "Completed", job
    model = model_of(training, job)
    assert (model["depth"], model["c"], model["rows"], model["helper"]) == (3, 0.5, 300, "helper")
    assert json.loads(model["SM_HPS"]) == {"depth": 3, "c": 0.5}
    assert model["SM_HP_DEPTH"] == "3"
    assert model["SM_USER_ENTRY_POINT"] == "train.py"
    assert json.loads(model["SM_CHANNELS"]) == ["train"]
    assert model["training_env"]["hyperparameters"] == {"depth": 3, "c": 0.5}
    assert job["FinalMetricDataList"][0]["MetricName"] == "score"


def test_a_script_in_the_xgboost_image_takes_the_algorithms_place(training) -> None:
    script = """
        import xgboost
        rows = xgboost.DMatrix([[1.0], [2.0]], label=[1, 2])
        xgboost.train({"max_depth": 1}, rows, 1).save_model("/opt/ml/model/xgboost-model")
        open("/opt/ml/model/model.json", "w").write('"saved"')
    """
    request = script_mode(training, {"train.py": script}, "train.py")
    job = training.run(**request, AlgorithmSpecification={"TrainingImage": IMAGE, "TrainingInputMode": "File"})
    assert job["TrainingJobStatus"] == "Completed", training.log(job["TrainingJobName"])
    assert model_of(training, job) == "saved"


def test_a_shell_script_is_an_entry_point_too(training) -> None:
    script = """
        # the SDK's step that repacks a model has one
        echo "\\"$SM_HP_WORD\\"" > /opt/ml/model/model.json
        python -c 'import os; assert os.path.isdir("/opt/ml/input/data/train")'
    """
    request = script_mode(training, {"launch.sh": script}, "launch.sh", word="said")
    job = training.run(**request, AlgorithmSpecification={"TrainingImage": SKLEARN, "TrainingInputMode": "File"})
    assert job["TrainingJobStatus"] == "Completed", training.log(job["TrainingJobName"])
    assert model_of(training, job) == "said"


def test_a_script_that_fails_tells_its_command_and_code(training) -> None:
    request = script_mode(training, {"train.py": "raise SystemExit(7)"}, "train.py", depth=3)
    job = training.run(**request, AlgorithmSpecification={"TrainingImage": SKLEARN, "TrainingInputMode": "File"})
    assert job["TrainingJobStatus"] == "Failed"
    assert job["FailureReason"].startswith("AlgorithmError: ExecuteUserScriptError:")
    assert "train.py --depth 3" in job["FailureReason"]
    assert job["FailureReason"].endswith("exit code: 7")


def test_a_module_that_is_missing_is_named_first(training) -> None:
    request = script_mode(training, {"train.py": "import no_such_thing"}, "train.py")
    job = training.run(**request, AlgorithmSpecification={"TrainingImage": SKLEARN, "TrainingInputMode": "File"})
    assert "The script lacks the module no_such_thing, which this command brings" in job["FailureReason"]


@pytest.mark.parametrize(
    ("module", "command"),
    [
        ("no_such_thing.main", "-m pip install no_such_thing"),
        ("sagemaker.remote_function.invoke_function", "-m pip install 'sagemaker<3'"),
        ("sagemaker.core.remote_function.invoke_function", "-m pip install 'sagemaker>=3,<4'"),
    ],
)
def test_a_program_that_is_missing_is_named_with_what_brings_it(training, module: str, command: str) -> None:
    """How the SDK runs functions that are jobs: ``python -m`` its own module, which an interpreter without the SDK
    lacks."""
    entry = {"ContainerEntrypoint": ["python3", "-m", module]}
    job = training.run(AlgorithmSpecification={"TrainingImage": SKLEARN, "TrainingInputMode": "File", **entry})
    assert f"The script lacks the module {module}, which this command brings: " in job["FailureReason"]
    assert command in job["FailureReason"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("RuntimeEnvironmentError: No module named 'yaml'", "lacks the module yaml, which this command brings: "),
        (
            "ERROR: No matching distribution found for sagemaker<3.0.0,>=2.256.0",
            "-m pip install 'sagemaker<3.0.0,>=2.256.0'",
        ),
    ],
)
def test_what_a_program_reports_itself_is_named_too(training, said: str, told: str) -> None:
    """The SDK catches what goes wrong before its function runs, and leaves the text."""
    script = f"open('/opt/ml/output/failure', 'w').write({said!r}); raise SystemExit(1)"
    entry = {"ContainerEntrypoint": ["python3", "-c", script]}
    job = training.run(AlgorithmSpecification={"TrainingImage": SKLEARN, "TrainingInputMode": "File", **entry})
    assert told in job["FailureReason"]
    assert said in job["FailureReason"]


def test_what_the_interpreter_has_is_not_installed_again(training) -> None:
    """No index is asked, and nothing is put beside the job."""
    script = """
        import json, os, subprocess, sys
        code = subprocess.call([sys.executable, "-m", "pip", "install", "--no-index", "numpy>=1"])
        beside = os.path.isdir(os.path.join(os.environ["PIP_TARGET"], "numpy"))
        absent = subprocess.call([sys.executable, "-m", "pip", "install", "--no-index", "numpy<1"])
        json.dump([code, beside, absent], open("/opt/ml/model/model.json", "w"))
    """
    request = script_mode(training, {"train.py": script}, "train.py")
    job = training.run(**request, AlgorithmSpecification={"TrainingImage": SKLEARN, "TrainingInputMode": "File"})
    assert model_of(training, job) == [0, False, 1], training.log(job["TrainingJobName"])


def test_a_source_that_is_missing_fails_the_job(training) -> None:
    request = script_mode(training, {"train.py": ""}, "other.py")
    job = training.run(**request, AlgorithmSpecification={"TrainingImage": SKLEARN, "TrainingInputMode": "File"})
    assert "The entry point other.py is not in s3://" in job["FailureReason"]


def test_the_command_of_a_container_is_run(training) -> None:
    def specification(*words: str) -> dict:
        entry = {"ContainerEntrypoint": ["/bin/bash", "-c"], "ContainerArguments": [*words]}
        return {"AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File", **entry}}

    failed = training.run(**specification("/bin/false"))
    assert failed["FailureReason"] == "AlgorithmError: , exit code: 1"
    done = training.run(**specification("""echo '"run"' > /opt/ml/model/model.json; python3 -c 'print("by python")'"""))
    assert done["TrainingJobStatus"] == "Completed"
    assert model_of(training, done) == "run"
    assert "by python" in training.log(done["TrainingJobName"])


def test_what_has_nothing_to_run_is_refused(training) -> None:
    specification = {"TrainingImage": SKLEARN, "TrainingInputMode": "File"}
    with pytest.raises(ClientError, match="has no algorithm of its own"):
        training.start(AlgorithmSpecification=specification)
    with pytest.raises(ClientError, match="ContainerArguments without a ContainerEntrypoint"):
        training.start(AlgorithmSpecification={**specification, "ContainerArguments": ["x"]})
