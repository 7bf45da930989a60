"""Trials that are stopped early: by the medians of those before, and by Hyperband; and scripts whose objective is found
in their log."""

import io
import tarfile
from typing import Any

from tests.localaws.sagemaker.tuning.conftest import ETA, ranges

OBJECTIVE = "FinalHyperParameterTuningJobObjectiveMetric"
SKLEARN = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
SCRIPT = """
import argparse, time
parser = argparse.ArgumentParser()
parser.add_argument("--shift", type=float)
shift = parser.parse_args().shift
for epoch in range(3):
    print("epoch %d loss=%.4f" % (epoch, (shift - 2) ** 2 + 1 / (epoch + 1)), flush=True)
"""


def test_a_trial_worse_than_the_median_is_stopped(tuning: Any) -> None:
    config = tuning.config(
        "Grid",
        most=None,
        parallel=1,
        ParameterRanges=ranges(eta=["0.5", "0.0001"]),
        TrainingJobEarlyStoppingType="Auto",
    )
    job = tuning.run(config, tuning.definition({"num_round": "3000"}))
    good, poor = tuning.trials(job["HyperParameterTuningJobName"])
    assert [good["TrainingJobStatus"], poor["TrainingJobStatus"]] == ["Completed", "Stopped"]
    assert poor["ObjectiveStatus"] == "Succeeded"
    assert poor[OBJECTIVE]["Value"] > good[OBJECTIVE]["Value"]
    assert job["TrainingJobStatusCounters"]["Stopped"] == 1
    assert job["HyperParameterTuningJobStatus"] == "Completed"
    assert job["BestTrainingJob"] == good


def test_hyperband_ends_each_trial_at_its_resource(tuning: Any) -> None:
    config = tuning.config(
        "Hyperband",
        most=4,
        ParameterRanges=ranges([ETA]),
        StrategyConfig={"HyperbandStrategyConfig": {"MinResource": 1, "MaxResource": 9}},
    )
    job = tuning.run(config, tuning.definition({"num_round": "1000000"}))
    assert job["HyperParameterTuningJobStatus"] == "Completed"
    assert job["TrainingJobStatusCounters"]["Stopped"] == 4
    assert job["ObjectiveStatusCounters"]["Succeeded"] == 4


def test_a_script_tells_its_objective_and_gets_its_values_as_options(tuning: Any) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        member = tarfile.TarInfo("train.py")
        member.size = len(SCRIPT)
        archive.addfile(member, io.BytesIO(SCRIPT.encode()))
    key = f"code/{tuning.training.unique('script')}/source.tar.gz"
    tuning.training.aws.client("s3").put_object(Bucket=tuning.training.bucket, Key=key, Body=packed.getvalue())
    definition = tuning.definition(
        AlgorithmSpecification={
            "TrainingImage": SKLEARN,
            "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": "loss", "Regex": "loss=([0-9.]+)"}],
        },
        StaticHyperParameters={
            "sagemaker_program": '"train.py"',
            "sagemaker_submit_directory": f'"s3://{tuning.training.bucket}/{key}"',
        },
    )
    config = tuning.config(
        "Grid",
        most=None,
        HyperParameterTuningJobObjective={"Type": "Minimize", "MetricName": "loss"},
        ParameterRanges=ranges(shift=["1", "2", "4"]),
    )
    job = tuning.run(config, definition)
    assert job["HyperParameterTuningJobStatus"] == "Completed", job.get("FailureReason") + str(
        [(r["TrainingJobStatus"], r.get("FailureReason")) for r in tuning.trials(job["HyperParameterTuningJobName"])]
    )
    assert job["BestTrainingJob"]["TunedHyperParameters"] == {"shift": "2"}
    trained = tuning.sagemaker.describe_training_job(TrainingJobName=job["BestTrainingJob"]["TrainingJobName"])
    assert trained["HyperParameters"]["_tuning_objective_metric"] == '"loss"'
