"""Every command on a workshop that was run and kept, as a user types them one after the other."""

import io
import json
import tarfile
from pathlib import Path

import numpy as np
import pytest
import xgboost

from tests.end_to_end.conftest import Kept
from tests.end_to_end.rehearse import ROOT
from tests.localaws.waiting import wait_until

DATA = ROOT / "Data"


def newest_booster(kept: Kept) -> xgboost.Booster:
    """The model that the last successful training job wrote."""
    sagemaker = kept.client("sagemaker")
    jobs = sagemaker.list_training_jobs(SortBy="CreationTime", SortOrder="Descending")["TrainingJobSummaries"]
    url = sagemaker.describe_training_job(TrainingJobName=jobs[0]["TrainingJobName"])["ModelArtifacts"][
        "S3ModelArtifacts"
    ]
    bucket, key = url.removeprefix("s3://").split("/", 1)
    packed = kept.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        model = archive.extractfile("xgboost-model")
        assert model is not None
        return xgboost.Booster(model_file=bytearray(model.read()))


def test_predictions_and_full_test_equal_xgboosts_own(kept: Kept) -> None:
    table = np.loadtxt(DATA / "test" / "test.csv", delimiter=",")
    expected = newest_booster(kept).predict(xgboost.DMatrix(table[:, 1:]))
    rows = "\n".join(line.split(",", 1)[1] for line in (DATA / "test" / "test.csv").read_text().splitlines())
    answer = kept.rehearse("invoke", "Test", stdin=rows)
    assert answer.exit_code == 0, answer.err
    predictions = np.array([float(line) for line in answer.out.split()])
    assert np.abs(predictions - expected).max() <= 1e-6
    rmse = float(np.sqrt(np.mean((expected.astype(float) - table[:, 0]) ** 2)))
    status = kept.rehearse("status", "--json").document
    assert status["evaluations"]["FullTest"]["metrics"]["rmse"] == pytest.approx(rmse, abs=1e-6)


def test_status_and_history_show_the_run(kept: Kept) -> None:
    runs = kept.rehearse("history", "--json").document["executions"]
    assert runs[-1]["trigger"] == "CreatePipeline"
    shown = kept.rehearse("status", runs[-1]["pipelineExecutionId"][:8])
    assert shown.exit_code == 0, shown.err
    assert "FullTest" in shown.out
    assert "160 rows" in shown.out


def test_parameters_are_shown_changed_and_told_apart(kept: Kept) -> None:
    before = kept.rehearse("params", "show", "TrainModel", "--json").document["Train/TrainModel"]
    assert before["model-name"] == "winequality"
    changed = kept.rehearse("params", "set", "TrainModel", "hp-num-round=7", "hp-eta=0.3", "--json")
    assert changed.exit_code == 0, changed.err
    assert changed.document["changes"] == [
        {"key": "hp-num-round", "before": None, "after": 7},
        {"key": "hp-eta", "before": None, "after": 0.3},
    ]
    difference = kept.rehearse("params", "diff", "--json").document
    assert [change["key"] for change in difference["Train/TrainModel"]] == ["hp-num-round", "hp-eta"]
    again = kept.rehearse("params", "set", "Train/TrainModel", "hp-num-round=7")
    assert "nothing changes" in again.out


def test_a_release_uses_the_change_and_diff_shows_what_it_did(kept: Kept) -> None:
    kept.rehearse("params", "set", "TrainModel", "hp-num-round=3")
    released = kept.rehearse("release", "--json")
    assert released.exit_code == 0, released.err
    runs = [run["pipelineExecutionId"] for run in kept.rehearse("history", "--json").document["executions"]]
    assert runs[0] == released.document["pipelineExecutionId"]
    difference = kept.rehearse("diff", runs[-1], runs[0], "--json").document["differences"]
    facts = {each["fact"]: (each["before"], each["after"]) for each in difference}
    assert facts["Train/TrainModel hp-num-round"] == (None, "3")
    assert "DeployTest/FullTest rmse" in facts
    restored = kept.rehearse("params", "set", "TrainModel", "--unset", "hp-num-round", "--unset", "hp-eta")
    assert restored.exit_code in (0, 2), restored.err


def test_a_missed_gate_is_told_compared_and_released_anew(kept: Kept) -> None:
    """What a user does: the gate is missed, the threshold is changed, retry is refused, release is the way."""
    missed = 'thresholds=[{"metric":"rmse","max":0.01}]'
    assert "next: rehearse release" in kept.rehearse("params", "set", "FullTest", missed).err
    assert kept.rehearse("release").exit_code == 1
    shown = kept.rehearse("status")
    assert shown.exit_code == 0, "it was shown, which is what was asked for"
    assert shown.err.count("Failed: the gate is missed: rmse") == 1, "the error is told once, whole"
    assert "next:" in shown.err
    assert kept.rehearse("status", "--check").exit_code == 1
    evaluations = kept.rehearse("status", "--json").document["evaluations"]
    assert evaluations["FullTest"]["rows"] == 160, "the report of the missed gate is in the model bucket"
    differences = kept.rehearse("diff", "--json").document
    runs = [run["pipelineExecutionId"] for run in kept.rehearse("history", "--json").document["executions"]]
    assert [differences["after"], differences["before"]] == runs[:2]
    facts = {each["fact"]: each for each in differences["differences"]}
    assert facts["DeployTest/FullTest thresholds"]["before"] is None
    assert "DeployTest/FullTest Rows" not in facts
    assert all(each["after"] is not None for fact, each in facts.items() if fact.startswith("DeployTest/FullTest"))
    kept.rehearse("params", "set", "FullTest", "--unset", "thresholds")
    refused = kept.rehearse("retry")
    assert refused.exit_code == 1
    assert "rehearse release" in refused.err
    assert "--debug" not in refused.err
    assert kept.rehearse("release").exit_code == 0
    assert kept.rehearse("status", "--check").exit_code == 0


def test_logs_show_the_functions_and_the_jobs_words(kept: Kept) -> None:
    shown = kept.rehearse("logs", "Train/TrainModel", "-n", "500", "--json")
    assert shown.exit_code == 0, shown.err
    lines = shown.document["lines"]
    assert any("REPORT RequestId" in line["message"] for line in lines)
    assert any("validation-rmse" in line["message"] and "TrainingJobs" in line["group"] for line in lines)
    events = kept.rehearse("logs", "--stack", "mlops-prep-sde", "--json").document["events"]
    assert {"CREATE_IN_PROGRESS", "CREATE_COMPLETE"} <= {event["status"] for event in events}


def test_rows_may_have_names_in_any_order_where_the_columns_are_known(kept: Kept, tmp_path: Path) -> None:
    split = kept.rehearse(
        "data", "split", str(DATA / "train" / "train.csv"), "--label-column", "0", "-o", str(tmp_path)
    )
    assert split.exit_code == 0, split.err
    names = [each["name"] for each in json.loads((tmp_path / "columns.json").read_text())]
    rows = [line.split(",") for line in (DATA / "test" / "test.csv").read_text().splitlines()[:5]]
    plain = kept.rehearse("invoke", "Test", "--json", stdin="\n".join(",".join(row[1:]) for row in rows)).document
    turned = [names[::-1], *(row[::-1] for row in rows)]
    typed = "\n".join(map(",".join, turned))
    told = kept.rehearse("invoke", "Test", "--columns", str(tmp_path), "--json", stdin=typed)
    assert told.exit_code == 0, told.err
    assert told.document["predictions"] == plain["predictions"]
    wrong = kept.rehearse("invoke", "Test", "--columns", str(tmp_path), "--json", stdin="1,2,red")
    assert wrong.exit_code == 2
    assert "row 1 has 3 columns" in wrong.document["error"]["what"]


def test_a_fault_that_is_forgotten_is_told(kept: Kept) -> None:
    kept.rehearse("fault", "add", "throttle", "--service", "sagemaker", "--operation", "ListTrials")
    assert kept.rehearse("fault", "clear").out.strip() == "1 fault forgotten"
    assert kept.rehearse("fault", "clear").out.strip() == "no fault was planned"


def test_a_review_that_nobody_answers_leaves_no_stack(kept: Kept) -> None:
    unanswered = kept.rehearse("launch", "--suffix", "asked", "--review", stdin="")
    assert unanswered.exit_code == 1
    assert "DataBucket" in unanswered.err
    assert "the stack mlops-prep-asked stays as it is" in unanswered.err
    stacks = kept.client("cloudformation").describe_stacks()["Stacks"]
    assert not [stack for stack in stacks if stack["StackName"].endswith("-asked")]


def test_launching_again_changes_and_starts_nothing(kept: Kept) -> None:
    before = kept.rehearse("history", "--json").document["executions"]
    again = kept.rehearse("launch", "--suffix", "sde", "--json")
    assert again.exit_code == 0, again.err
    assert {stack["name"]: stack["status"] for stack in again.document["stacks"]} == {
        "mlops-prep-sde": "UNCHANGED",
        "mlops-pipeline-sde": "UNCHANGED",
    }
    assert again.document["startsExecution"] is False
    assert "no execution starts" in again.err
    assert "7 unchanged" in again.err
    assert kept.rehearse("history", "--json").document["executions"] == before


def test_a_new_training_configuration_is_uploaded_after_the_stack_and_starts_one_execution(
    kept: Kept, tmp_path: Path
) -> None:
    """The functions have their new code before the configuration's arrival starts the pipeline."""
    config = tmp_path / "config"
    config.mkdir()
    for file in (ROOT / "training-config").glob("*.json"):
        (config / file.name).write_text(file.read_text() + "\n")
    before = len(kept.rehearse("history", "--json").document["executions"])
    parameter = ("--parameter", "LogRetentionInDays=14")  # a change that the stack's update takes a moment for
    launched = kept.rehearse("launch", "--suffix", "sde", "--training-config", str(config), *parameter, "--json")
    assert launched.exit_code == 0, launched.err
    assert launched.document["startsExecution"] is True
    assert "an execution starts: the training configuration is another" in launched.err
    stack = kept.client("cloudformation").describe_stacks(StackName="mlops-pipeline-sde")["Stacks"][0]
    head = kept.client("s3").head_object(Bucket="mlops-builtinalgo-data-sde", Key="training-config.zip")
    assert head["LastModified"] >= stack["LastUpdatedTime"].replace(microsecond=0)
    client = kept.client("codepipeline")
    listed = "pipelineExecutionSummaries"
    wait_until(lambda: len(client.list_pipeline_executions(pipelineName="mlops-builtinalgo-sde")[listed]) > before)
    assert kept.rehearse("status", "--watch", "--json").document["status"] == "Succeeded"
    assert len(kept.rehearse("history", "--json").document["executions"]) == before + 1


def test_a_review_of_what_is_unchanged_says_so(kept: Kept) -> None:
    kept.rehearse("launch", "--suffix", "sde")
    again = kept.rehearse("launch", "--suffix", "sde", "--review", "--yes", "--json")
    assert again.exit_code == 0, again.err
    assert "mlops-prep-sde: nothing would change" in again.err
    stacks = {stack["name"]: stack for stack in again.document["stacks"]}
    assert stacks["mlops-pipeline-sde"]["outputs"]["PipelineName"] == "mlops-builtinalgo-sde"


def test_an_upload_starts_exactly_one_execution(kept: Kept) -> None:
    before = len(kept.rehearse("history", "--json").document["executions"])
    uploaded = kept.rehearse("upload", "--json")
    assert uploaded.exit_code == 0, uploaded.err
    client = kept.client("codepipeline")

    def executions() -> int:
        return len(client.list_pipeline_executions(pipelineName="mlops-builtinalgo-sde")["pipelineExecutionSummaries"])

    wait_until(lambda: executions() > before)  # the event is on its way
    watched = kept.rehearse("status", "--watch", "--json")
    after = kept.rehearse("history", "--json").document["executions"]
    assert len(after) == before + 1
    assert watched.document["status"] == "Succeeded"


def test_a_running_execution_is_stopped_and_a_failed_stage_retried(kept: Kept) -> None:
    kept.rehearse("params", "set", "FullTest", "s3key=missing.csv")
    failed = kept.rehearse("release", "--json")
    assert failed.exit_code == 1
    assert "missing.csv" in failed.err
    retried = kept.rehearse("retry", "--json")
    assert (retried.exit_code, retried.document["stage"]) == (0, "DeployTest"), retried.err
    assert kept.rehearse("status", "--watch").exit_code == 1
    kept.rehearse("params", "set", "FullTest", "s3key=test/test.csv")
    hold = ("fault", "add", "delay", "--service", "sagemaker", "--operation", "CreateTrainingJob", "--seconds", "120")
    assert kept.rehearse(*hold).exit_code == 0  # so that it still runs when it is stopped, however busy the machine
    released = kept.rehearse("release", "--no-watch", "--json").document["pipelineExecutionId"]
    stopped = kept.rehearse("stop", "--abandon", "--reason", "enough", "--json")
    assert stopped.document["pipelineExecutionId"] == released, stopped.err
    kept.rehearse("fault", "clear")
    ended = kept.rehearse("status", released, "--watch", "--json")
    assert (ended.exit_code, ended.document["status"]) == (1, "Stopped")
    assert kept.rehearse("stop").exit_code == 1


def test_nothing_waits_for_approval(kept: Kept) -> None:
    answer = kept.rehearse("approve")
    assert answer.exit_code == 1
    assert "no approval waits" in answer.err


def test_a_manual_approval_is_given_by_command(kept: Kept) -> None:
    client = kept.client("codepipeline")
    pipeline = client.get_pipeline(name="mlops-builtinalgo-sde")["pipeline"]
    gate = {
        "name": "Ask",
        "actions": [
            {
                "name": "Approve",
                "actionTypeId": {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"},
            }
        ],
    }
    client.update_pipeline(pipeline={**pipeline, "stages": [pipeline["stages"][0], gate, *pipeline["stages"][1:]]})
    released = kept.rehearse("release", "--no-watch", "--json").document["pipelineExecutionId"]

    def asked() -> bool:
        states = client.get_pipeline_state(name="mlops-builtinalgo-sde")["stageStates"]
        return "token" in states[1]["actionStates"][0].get("latestExecution", {})

    wait_until(asked)
    approved = kept.rehearse("approve", "Ask/Approve", "--summary", "fine", "--json")
    assert approved.document == {"action": "Ask/Approve", "status": "Approved"}
    ended = kept.rehearse("status", released, "--watch", "--json")
    client.update_pipeline(pipeline=pipeline)
    assert ended.document["status"] == "Succeeded", ended.err


def test_publishing_prints_launch_links_to_what_it_uploaded(kept: Kept) -> None:
    published = kept.rehearse("publish", "--bucket-prefix", "class", "--also", "eu-west-1", "--json")
    assert published.exit_code == 0, published.err
    first, second = published.document["published"]
    assert (first["bucket"], second["bucket"]) == ("class-us-east-1", "class-eu-west-1")
    keys = {entry["Key"] for entry in kept.client("s3").list_objects_v2(Bucket="class-eu-west-1")["Contents"]}
    assert keys == set(second["keys"])
    assert "built-in-algo/MLOps-BIA-TrainModel.py.zip" in keys
    link = second["links"][0]
    assert "region=eu-west-1#/stacks/quickcreate?templateURL=https%3A%2F%2Fclass-eu-west-1.s3.eu-west-1" in link["url"]
    assert "param_SourceBucket=class-eu-west-1" in link["url"]
    assert link["badge"].startswith("[![Launch mlops-one-click")


def test_the_doctor_examines_machine_and_account(kept: Kept) -> None:
    examined = kept.rehearse("doctor", "--port", "4571", "--json")
    findings = {each["check"]: each for each in examined.document["findings"]}
    assert findings["Python"]["verdict"] == "good"
    assert findings["credentials"]["verdict"] == "good"
    assert findings["region"]["found"] == "us-east-1 has SageMaker"
    assert findings["permissions"]["verdict"] == "good"
    assert findings["quotas"]["verdict"] == "unknown"  # an embedded AWS has none to tell


def test_leaks_are_listed_and_destroy_removes_everything(kept: Kept) -> None:
    leaking = kept.rehearse("leaks", "--json")
    assert leaking.exit_code == 1
    kinds = {each["kind"] for each in leaking.document["leaks"]["sde"]}
    assert {"endpoint", "objects", "log group"} <= kinds
    destroyed = kept.rehearse("destroy", "--json")
    assert destroyed.exit_code == 0, destroyed.err
    assert destroyed.document["remaining"] == {}
    assert kept.rehearse("leaks", "--suffix", "sde", "--json").document["leaks"] == {}
    sagemaker = kept.client("sagemaker")
    assert sagemaker.list_endpoints()["Endpoints"] == []
    assert sagemaker.list_endpoint_configs()["EndpointConfigs"] == []
    assert sagemaker.list_models()["Models"] == []
    buckets = {bucket["Name"] for bucket in kept.client("s3").list_buckets()["Buckets"]}
    assert not {name for name in buckets if name.startswith("mlops-")}
    assert kept.rehearse("destroy").exit_code == 0


def test_packages_are_the_same_twice(kept: Kept, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        done = kept.rehearse("package", "-o", str(tmp_path / folder), "--json")
        assert len(done.document["zips"]) == 4
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_a_class_is_launched_looked_at_and_destroyed(kept: Kept, tmp_path: Path) -> None:
    (tmp_path / "attendees.txt").write_text("ada  # first\nbob, cy\n")
    file = str(tmp_path / "attendees.txt")
    launched = kept.rehearse("class", "launch", "--suffixes", file, "--json")
    assert launched.exit_code == 0, launched.err
    assert [each["status"] for each in launched.document["attendees"]] == ["Succeeded"] * 3
    assert kept.rehearse("class", "status", "--suffixes", file).out.endswith("3 of 3 are fine\n")
    several = kept.rehearse("status")
    assert several.exit_code == 2
    assert "ada, bob, cy" in several.err
    destroyed = kept.rehearse("class", "destroy", "--suffixes", file, "--json")
    assert destroyed.exit_code == 0, destroyed.err
    assert json.dumps(destroyed.document).count("Removed") == 3
