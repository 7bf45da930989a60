"""What several instances, spot instances, checkpoints and quotas mean for a job."""

import urllib.error
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.localaws.sagemaker.training import run
from tests.localaws.sagemaker.job_data import TRAIN, csv
from tests.localaws.waiting import wait_until

CLUSTER = {"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 5}


@pytest.fixture(scope="module")
def parts(aws, data) -> str:
    s3 = aws.client("s3")
    s3.put_object(Bucket=data, Key="shards/a.csv", Body=csv(TRAIN[:180]))
    s3.put_object(Bucket=data, Key="shards/b.csv", Body=csv(TRAIN[180:]))
    return "shards/"


def streams(training, job) -> dict[str, str]:
    """The log of each instance."""
    logs, group, name = training.aws.client("logs"), "/aws/sagemaker/TrainingJobs", job["TrainingJobName"]
    found = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=f"{name}/")["logStreams"]
    return {
        each["logStreamName"].split("/")[1].rsplit("-", 1)[0]: "\n".join(
            event["message"]
            for event in logs.get_log_events(logGroupName=group, logStreamName=each["logStreamName"])["events"]
        )
        for each in found
    }


def test_instances_train_one_model_on_sharded_input(training, parts) -> None:
    channel = training.channel("train", parts)
    channel["DataSource"]["S3DataSource"]["S3DataDistributionType"] = "ShardedByS3Key"
    job = training.run(ResourceConfig=CLUSTER, InputDataConfig=[channel, training.channel("validation")])
    assert job["TrainingJobStatus"] == "Completed", job["FailureReason"]
    found = streams(training, job)
    assert "Train matrix has 180 rows" in found["algo-1"]
    assert "Train matrix has 120 rows" in found["algo-2"]
    together = {metric["MetricName"]: metric["Value"] for metric in job["FinalMetricDataList"]}
    alone = {metric["MetricName"]: metric["Value"] for metric in training.run()["FinalMetricDataList"]}
    assert together["validation:rmse"] == pytest.approx(alone["validation:rmse"], rel=0.03)


def test_instances_see_all_of_replicated_input(training, parts) -> None:
    job = training.run(ResourceConfig=CLUSTER, InputDataConfig=[training.channel("train", parts)])
    assert job["TrainingJobStatus"] == "Completed", job["FailureReason"]
    assert all("Train matrix has 300 rows" in log for log in streams(training, job).values())


def test_one_instance_that_fails_ends_all(training) -> None:
    job = training.run({"eta": "7"}, ResourceConfig=CLUSTER)
    assert job["FailureReason"].startswith(
        "AlgorithmError: framework error: \nHyperparameter eta: 7.0 is not in [0, 1]"
    )


def test_a_program_that_was_killed_leaves_no_reason_and_one_is_given(tmp_path: Path) -> None:
    with pytest.raises(run.AlgorithmFailed, match=r"The program was killed \(SIGKILL\).*, exit code: 137"):
        container: Any = SimpleNamespace(base=tmp_path)
        ended: Any = SimpleNamespace(exit_code=137)
        run._check_exits([container], [ended], "image")


def spot(training, rounds: int) -> str:
    return training.start(
        {"num_round": str(rounds)},
        EnableManagedSpotTraining=True,
        StoppingCondition={"MaxRuntimeInSeconds": 600, "MaxWaitTimeInSeconds": 900},
        CheckpointConfig={"S3Uri": f"s3://{training.bucket}/{training.unique('checkpoints')}"},
    )


def test_an_interrupted_spot_job_goes_on_from_its_checkpoint(training) -> None:
    name = spot(training, 1_000_000)  # which does not end before it is told to
    wait_until(lambda: any(line.startswith("[20]") for line in training.lines(name)), "twenty rounds")
    training.aws.rehearsal("POST", "interrupt-training", TrainingJobName=name)
    wait_until(lambda: len(rounds_after_resuming(training, name)) > 20, "twenty rounds more")
    training.sagemaker.stop_training_job(TrainingJobName=name)
    job = training.wait(name)
    assert job["TrainingJobStatus"] == "Stopped", job["FailureReason"]
    phases = [transition["Status"] for transition in job["SecondaryStatusTransitions"]]
    assert phases == [
        *["Starting", "Downloading", "Training", "Interrupted"],
        *["Starting", "Downloading", "Training", "Stopping", "Uploading", "Stopped"],
    ]
    numbers = rounds_after_resuming(training, name)
    assert numbers[0] >= 20, "the rounds before the checkpoint are not trained again"
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    bucket, prefix = training.bucket, training.unique("checkpoints")
    kept = training.aws.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]
    assert max(int(each["Key"].rpartition(".")[2]) for each in kept) > numbers[0], "new ones are kept too"


def rounds_after_resuming(training, name: str) -> list[int]:
    """The numbers of the rounds that the job has printed since it went on from a checkpoint."""
    log = training.log(name)
    resumed = next((place for place, line in enumerate(log) if "Resuming from iteration" in line), len(log))
    return [int(line[1 : line.index("]")]) for line in log[resumed:] if "#011train-" in line]


def test_a_spot_job_that_waits_too_long_for_instances_ends(training) -> None:
    name = spot(training, 100_000)
    training.wait(name, phase="Training")
    training.aws.rehearsal("POST", "interrupt-training", TrainingJobName=name, Seconds=7200)
    training.wait(name, phase="Interrupted")
    training.aws.rehearsal("POST", "clock", seconds=900)
    job = training.wait(name)
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "MaxWaitTimeExceeded")
    assert "ModelArtifacts" not in job


def test_a_spot_job_goes_on_when_instances_are_to_be_had_again(training) -> None:
    name = spot(training, 300)
    training.wait(name, phase="Training")
    training.aws.rehearsal("POST", "interrupt-training", TrainingJobName=name, Seconds=300)
    training.wait(name, phase="Interrupted")
    training.aws.rehearsal("POST", "clock", seconds=300)
    assert training.wait(name)["TrainingJobStatus"] == "Completed"


def test_only_running_spot_jobs_can_be_interrupted(training) -> None:
    for name in ("nobody", training.run()["TrainingJobName"], training.wait(spot(training, 3))["TrainingJobName"]):
        with pytest.raises(urllib.error.HTTPError, match="400"):
            training.aws.rehearsal("POST", "interrupt-training", TrainingJobName=name)


def test_quotas_that_the_user_sets_are_kept(training) -> None:
    name = "ml.c5.xlarge for training job usage"
    training.aws.rehearsal("POST", "quotas", **{name: 1})
    resources = {"InstanceType": "ml.c5.xlarge", "VolumeSizeInGB": 5}
    with pytest.raises(
        ClientError, match=f"service limit '{name}' is 1 Instances, with current utilization of 0"
    ) as no:
        training.start(ResourceConfig={**resources, "InstanceCount": 2})
    assert no.value.response["Error"]["Code"] == "ResourceLimitExceeded"
    running = training.start({"num_round": "1000000"}, ResourceConfig={**resources, "InstanceCount": 1})
    with pytest.raises(ClientError, match="with current utilization of 1 Instances and a request delta of 1"):
        training.start(ResourceConfig={**resources, "InstanceCount": 1})
    training.sagemaker.stop_training_job(TrainingJobName=running)
    training.wait(running)
    training.aws.rehearsal("POST", "quotas", **{name: None})
    training.run(ResourceConfig={**resources, "InstanceCount": 2})
