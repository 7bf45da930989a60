"""Warm start: what a tuning job takes from its parents, and which jobs may be parents."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localaws.sagemaker.tuning.conftest import ETA, RANGES, ranges

OBJECTIVE = "FinalHyperParameterTuningJobObjectiveMetric"


def warm(*parents: str, kind: str = "IdenticalDataAndAlgorithm") -> dict[str, Any]:
    named = [{"HyperParameterTuningJobName": name} for name in parents]
    return {"WarmStartConfig": {"ParentHyperParameterTuningJobs": named, "WarmStartType": kind}}


@pytest.fixture
def parent(tuning: Any) -> str:
    return str(tuning.run(tuning.config(most=2))["HyperParameterTuningJobName"])


def test_the_best_of_job_and_parents_is_told(tuning: Any, parent: str) -> None:
    static = {"num_round": "1"}  # the parent's own had three
    poor = tuning.run(tuning.config("Bayesian", most=2), tuning.definition(static), **warm(parent))
    assert poor["HyperParameterTuningJobStatus"] == "Completed"
    assert poor["WarmStartConfig"] == warm(parent)["WarmStartConfig"]
    assert poor["OverallBestTrainingJob"] == tuning.describe(parent)["BestTrainingJob"]
    assert poor["OverallBestTrainingJob"]["TuningJobName"] == parent
    good = tuning.run(tuning.config(most=1), tuning.definition({"num_round": "60"}), **warm(parent))
    assert good["OverallBestTrainingJob"] == good["BestTrainingJob"]


def test_a_static_hyperparameter_may_become_tunable(tuning: Any, parent: str) -> None:
    searched = ranges([ETA], [{"Name": "num_round", "MinValue": "1", "MaxValue": "5"}])
    definition = tuning.definition({"max_depth": "3"})
    del definition["StaticHyperParameters"]["num_round"]
    config = tuning.config("Bayesian", most=2, ParameterRanges=searched)
    assert tuning.run(config, definition, **warm(parent))["HyperParameterTuningJobStatus"] == "Completed"


def test_transfer_learning_takes_other_data(tuning: Any, parent: str) -> None:
    definition = tuning.definition(
        InputDataConfig=[tuning.training.channel("train", "validation/"), tuning.training.channel("validation")]
    )
    with pytest.raises(ClientError, match="the input data must be the same"):
        tuning.start(definition=definition, **warm(parent))
    job = tuning.run(tuning.config("Bayesian", most=2), definition, **warm(parent, kind="TransferLearning"))
    assert job["HyperParameterTuningJobStatus"] == "Completed"
    assert "OverallBestTrainingJob" not in job


def test_a_job_that_runs_is_no_parent(tuning: Any) -> None:
    name = tuning.start(tuning.config(most=1), tuning.definition({"num_round": "1000000"}))
    with pytest.raises(ClientError, match=r"is in status InProgress\. A parent must be"):
        tuning.start(**warm(name))
    tuning.sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    tuning.wait(name)


def test_parents_must_be_there_and_alike(tuning: Any, parent: str) -> None:
    with pytest.raises(ClientError, match="can't find a tuning job called nobody") as gone:
        tuning.start(**warm("nobody"))
    assert gone.value.response["Error"]["Code"] == "ResourceNotFound"
    with pytest.raises(ClientError, match="set of tunable plus static HyperParameter names is not the same"):
        tuning.start(definition=tuning.definition({"gamma": "1"}), **warm(parent))
    other = {"Type": "Minimize", "MetricName": "validation:mae"}
    with pytest.raises(ClientError, match=r"objective metric must be the same .* Minimize validation:rmse"):
        tuning.start(tuning.config(HyperParameterTuningJobObjective=other), **warm(parent))
    image = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
    older = tuning.definition(AlgorithmSpecification={"TrainingImage": image, "TrainingInputMode": "File"})
    with pytest.raises(ClientError, match="the training image must be the same"):
        tuning.start(definition=older, **warm(parent))
    with pytest.raises(ClientError, match="at most 500 together"):
        tuning.start(tuning.config(most=499, ParameterRanges=RANGES), **warm(parent))
