"""Tuning jobs through boto3: trials that really run, what the answers tell of them, and how a job ends."""

import json
import re
from datetime import datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localaws.inboxes import Inbox
from tests.localaws.sagemaker.tuning.conftest import DEPTH, ETA, ranges
from tests.localaws.waiting import wait_until

OBJECTIVE = "FinalHyperParameterTuningJobObjectiveMetric"


def test_each_trial_is_a_training_job_with_logs_metrics_and_a_model(tuning: Any) -> None:
    tags = [{"Key": "team", "Value": "blue"}]
    job = tuning.run(Tags=tags)
    name = job["HyperParameterTuningJobName"]
    assert job["HyperParameterTuningJobStatus"] == "Completed", job
    assert job["HyperParameterTuningJobArn"].endswith(f":hyper-parameter-tuning-job/{name}")
    assert job["TrainingJobStatusCounters"] == {
        "Completed": 3,
        "InProgress": 0,
        "RetryableError": 0,
        "NonRetryableError": 0,
        "Stopped": 0,
    }
    assert job["ObjectiveStatusCounters"] == {"Succeeded": 3, "Pending": 0, "Failed": 0}
    rows = tuning.trials(name)
    assert [re.sub("-[0-9a-f]{8}$", "", row["TrainingJobName"]) for row in rows] == [
        f"{name}-{number:03d}" for number in (1, 2, 3)
    ]
    for row in rows:
        trained = tuning.sagemaker.describe_training_job(TrainingJobName=row["TrainingJobName"])
        assert trained["TrainingJobArn"] == row["TrainingJobArn"]
        assert trained["TuningJobArn"] == job["HyperParameterTuningJobArn"]
        given = trained["HyperParameters"]
        assert given["_tuning_objective_metric"] == "validation:rmse"
        assert {key: given[key] for key in ("eta", "max_depth")} == row["TunedHyperParameters"]
        assert given["num_round"] == "3"
        metrics = {each["MetricName"]: each["Value"] for each in trained["FinalMetricDataList"]}
        assert row[OBJECTIVE] == {"MetricName": "validation:rmse", "Value": metrics["validation:rmse"]}
        assert tuning.training.body(trained["ModelArtifacts"]["S3ModelArtifacts"])
        assert any("validation-rmse" in line for line in tuning.training.log(row["TrainingJobName"]))
        assert tuning.sagemaker.list_tags(ResourceArn=row["TrainingJobArn"])["Tags"] == tags
    best = min(rows, key=lambda row: row[OBJECTIVE]["Value"])
    assert job["BestTrainingJob"] == best
    assert "OverallBestTrainingJob" not in job
    assert tuning.sagemaker.list_tags(ResourceArn=job["HyperParameterTuningJobArn"])["Tags"] == tags


def test_a_description_has_what_sdks_read(tuning: Any) -> None:
    job = tuning.run(tuning.config(most=1, ParameterRanges={"ContinuousParameterRanges": [ETA]}))
    config, definition = job["HyperParameterTuningJobConfig"], job["TrainingJobDefinition"]
    assert config["TrainingJobEarlyStoppingType"] == "Off"
    assert config["ParameterRanges"] == ranges([ETA])
    assert definition["StaticHyperParameters"]["_tuning_objective_metric"] == "validation:rmse"
    assert "validation:rmse" in [each["Name"] for each in definition["AlgorithmSpecification"]["MetricDefinitions"]]
    assert job["CreationTime"] <= job["HyperParameterTuningEndTime"] == job["LastModifiedTime"]
    assert job["ConsumedResources"]["RuntimeInSeconds"] >= 0
    assert job["TuningJobCompletionDetails"] == {"NumberOfTrainingJobsObjectiveNotImproving": 0}


def test_the_same_seed_draws_the_same_values(tuning: Any) -> None:
    drawn = [
        [row["TunedHyperParameters"] for row in tuning.trials(tuning.run(config)["HyperParameterTuningJobName"])]
        for config in [tuning.config(RandomSeed=seed) for seed in (5, 5, 6)]
    ]
    assert drawn[0] == drawn[1] != drawn[2]


def test_grid_tries_every_combination_once(tuning: Any) -> None:
    searched = ranges(eta=["0.1", "0.3"], max_depth=["2", "4"])
    job = tuning.run(tuning.config("Grid", most=None, parallel=4, ParameterRanges=searched))
    assert job["HyperParameterTuningJobStatus"] == "Completed"
    tried = [row["TunedHyperParameters"] for row in tuning.trials(job["HyperParameterTuningJobName"])]
    assert tried == [{"eta": eta, "max_depth": depth} for eta in ("0.1", "0.3") for depth in ("2", "4")]


def test_bayesian_search_learns_from_its_trials(tuning: Any) -> None:
    job = tuning.run(tuning.config("Bayesian", most=8, parallel=1, RandomSeed=1))
    assert job["ObjectiveStatusCounters"]["Succeeded"] == 8
    values = [row["TunedHyperParameters"] for row in tuning.trials(job["HyperParameterTuningJobName"])]
    assert all(0.05 <= float(each["eta"]) <= 0.5 and 1 <= int(each["max_depth"]) <= 6 for each in values)
    assert len({tuple(each.items()) for each in values}) == 8


def test_lists_sort_filter_and_page(tuning: Any) -> None:
    name = tuning.run()["HyperParameterTuningJobName"]
    by_objective = tuning.trials(name, SortBy="FinalObjectiveMetricValue", SortOrder="Descending")
    values = [row[OBJECTIVE]["Value"] for row in by_objective]
    assert values == sorted(values, reverse=True)
    assert all("FinalObjectiveMetricValue" not in row for row in by_objective)
    listed = tuning.sagemaker.list_training_jobs_for_hyper_parameter_tuning_job
    first = listed(HyperParameterTuningJobName=name, MaxResults=2)
    rest = listed(HyperParameterTuningJobName=name, MaxResults=2, NextToken=first["NextToken"])
    assert first["TrainingJobSummaries"] + rest["TrainingJobSummaries"] == tuning.trials(name)
    assert tuning.trials(name, StatusEquals="Failed") == []
    jobs = tuning.sagemaker.list_hyper_parameter_tuning_jobs(NameContains=name)["HyperParameterTuningJobSummaries"]
    assert [(each["Strategy"], each["HyperParameterTuningJobStatus"]) for each in jobs] == [("Random", "Completed")]
    assert jobs[0]["TrainingJobStatusCounters"]["Completed"] == 3
    found = tuning.sagemaker.search(
        Resource="HyperParameterTuningJob",
        SearchExpression={"Filters": [{"Name": "HyperParameterTuningJobName", "Value": name}]},
    )["Results"]
    assert [each["HyperParameterTuningJob"]["HyperParameterTuningJobStatus"] for each in found] == ["Completed"]


def test_no_more_trials_run_at_once_than_allowed(tuning: Any) -> None:
    name = tuning.run(tuning.config(most=6, parallel=2))["HyperParameterTuningJobName"]
    times: list[tuple[datetime, int]] = []
    for row in tuning.trials(name):
        times += [(row["CreationTime"], 1), (row["TrainingEndTime"], -1)]
    running, most = 0, 0
    for _, change in sorted(times):
        running += change
        most = max(most, running)
    assert most == 2


def test_several_definitions_take_turns(tuning: Any) -> None:
    aim = {"Type": "Minimize", "MetricName": "validation:rmse"}
    several = [
        tuning.definition(DefinitionName=name, TuningObjective=aim, HyperParameterRanges=searched)
        for name, searched in (("shallow", ranges([ETA])), ("deep", ranges((), [DEPTH])))
    ]
    config = {
        "Strategy": "Random",
        "ResourceLimits": {"MaxNumberOfTrainingJobs": 4, "MaxParallelTrainingJobs": 2},
    }
    name = f"{tuning.training.unique('both')}"
    tuning.sagemaker.create_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=name, HyperParameterTuningJobConfig=config, TrainingJobDefinitions=several
    )
    job = tuning.wait(name)
    assert job["HyperParameterTuningJobStatus"] == "Completed"
    rows = tuning.trials(name)
    assert [row["TrainingJobDefinitionName"] for row in rows] == ["shallow", "deep"] * 2
    assert [{*row["TunedHyperParameters"]} for row in rows] == [{"eta"}, {"max_depth"}] * 2
    assert rows[0][OBJECTIVE]["Type"] == "Minimize"
    assert [each["DefinitionName"] for each in job["TrainingJobDefinitions"]] == ["shallow", "deep"]


def test_stopping_stops_the_trials(tuning: Any) -> None:
    name = tuning.start(tuning.config(most=10), tuning.definition({"num_round": "1000000"}))
    tuning.until(name, lambda job: job["TrainingJobStatusCounters"]["InProgress"] == 2, "two trials run")
    with pytest.raises(ClientError, match="Stop it before you delete it"):
        tuning.sagemaker.delete_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    tuning.sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    job = tuning.wait(name)
    assert job["HyperParameterTuningJobStatus"] == "Stopped"
    assert job["TrainingJobStatusCounters"]["Stopped"] == 2
    trained = [
        tuning.sagemaker.describe_training_job(TrainingJobName=row["TrainingJobName"]) for row in tuning.trials(name)
    ]
    assert [each["TrainingJobStatus"] for each in trained] == ["Stopped", "Stopped"]
    with pytest.raises(ClientError, match="is in status Stopped"):
        tuning.sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    tuning.sagemaker.delete_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    with pytest.raises(ClientError) as gone:
        tuning.describe(name)
    assert gone.value.response["Error"]["Code"] == "ResourceNotFound"


def test_an_objective_that_is_never_told_fails_the_job(tuning: Any) -> None:
    """Without a validation channel there is nothing to validate on."""
    definition = tuning.definition()
    definition["InputDataConfig"] = definition["InputDataConfig"][:1]
    job = tuning.run(tuning.config(most=3), definition)
    assert job["HyperParameterTuningJobStatus"] == "Failed"
    assert job["FailureReason"].startswith("No objective metrics found after running 3 training jobs.")
    assert job["TrainingJobStatusCounters"]["Completed"] == 3
    assert job["ObjectiveStatusCounters"] == {"Succeeded": 0, "Pending": 0, "Failed": 3}


def test_five_failures_in_a_row_end_the_job(tuning: Any) -> None:
    job = tuning.run(tuning.config(most=20, parallel=2), tuning.definition({"objective": "no:such"}))
    assert job["HyperParameterTuningJobStatus"] == "Failed"
    assert job["FailureReason"].startswith("No training job succeeded after 5 attempts.")
    rows = tuning.trials(job["HyperParameterTuningJobName"])
    assert 5 <= len(rows) <= 6
    assert rows[0]["FailureReason"].startswith("AlgorithmError: ")
    assert rows[0]["ObjectiveStatus"] == "Failed"
    assert OBJECTIVE not in rows[0]


def test_a_few_failures_are_all_that_there_were(tuning: Any) -> None:
    job = tuning.run(tuning.config(most=2), tuning.definition({"objective": "no:such"}))
    assert job["FailureReason"].startswith("All training jobs failed.")
    assert job["TrainingJobStatusCounters"]["NonRetryableError"] == 2
    assert "BestTrainingJob" not in job


def test_a_target_ends_the_job(tuning: Any) -> None:
    criteria = {"TargetObjectiveMetricValue": 1000.0}
    job = tuning.run(tuning.config(most=50, parallel=1, TuningJobCompletionCriteria=criteria))
    assert job["HyperParameterTuningJobStatus"] == "Completed"
    assert job["TrainingJobStatusCounters"]["Completed"] == 1


def test_the_longest_runtime_ends_the_job(tuning: Any) -> None:
    config = tuning.config(most=50)
    config["ResourceLimits"]["MaxRuntimeInSeconds"] = 7200
    endless = tuning.definition({"num_round": "1000000"}, StoppingCondition={"MaxRuntimeInSeconds": 86400})
    name = tuning.start(config, endless)
    tuning.until(name, lambda job: job["TrainingJobStatusCounters"]["InProgress"] == 2, "two trials run")
    describe = tuning.sagemaker.describe_training_job
    for row in tuning.trials(
        name
    ):  # which have their data, for which the role's session lasts an hour, and an objective
        wait_until(lambda name=row["TrainingJobName"]: describe(TrainingJobName=name).get("FinalMetricDataList"))
    tuning.training.aws.rehearsal("POST", "clock", seconds=7201)
    job = tuning.wait(name)
    assert job["TrainingJobStatusCounters"]["Stopped"] == 2, tuning.trials(name)
    assert job["HyperParameterTuningJobStatus"] == "Completed"
    assert job["ConsumedResources"]["RuntimeInSeconds"] >= 7200


def test_names_are_unique(tuning: Any) -> None:
    name = tuning.run(tuning.config(most=1))["HyperParameterTuningJobName"]
    with pytest.raises(ClientError) as refused:
        tuning.start(HyperParameterTuningJobName=name.upper())
    assert refused.value.response["Error"]["Code"] == "ResourceInUse"


def test_changes_of_status_are_events(tuning: Any, inbox: Inbox) -> None:
    events, rule = tuning.training.aws.client("events"), tuning.training.unique("tuned")
    pattern = {"source": ["aws.sagemaker"], "detail-type": ["SageMaker HyperParameter Tuning Job State Change"]}
    events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=rule, Targets=[{"Id": "inbox", "Arn": inbox.arn}])
    job = tuning.run(tuning.config(most=1), Tags=[{"Key": "team", "Value": "blue"}])
    told = [inbox.body() for _ in range(2)]
    events.remove_targets(Rule=rule, Ids=["inbox"])
    events.delete_rule(Name=rule)
    assert [each["detail"]["HyperParameterTuningJobStatus"] for each in told] == ["InProgress", "Completed"]
    detail = told[1]["detail"]
    assert told[1]["resources"] == [job["HyperParameterTuningJobArn"]]
    assert detail["Tags"] == {"team": "blue"}
    assert detail["TrainingJobStatusCounters"]["Completed"] == 1
    assert isinstance(detail["BestTrainingJob"]["CreationTime"], int)
