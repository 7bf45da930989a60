"""Tuning steps: the search runs, later steps refer to the best training jobs, a search with equal keys is not run
again."""

import json
from typing import Any

from tests.localaws.sagemaker.pipelines.conftest import ALLOWED, Lab, make_role
from tests.localaws.sagemaker.pipelines.definitions import XGBOOST, get, join, step
from tests.localaws.waiting import wait_until

RANGES = {"ContinuousParameterRanges": [{"Name": "eta", "MinValue": "0.1", "MaxValue": "0.5"}]}


def tuning(lab: Lab, name: Any = "Tune", most: Any = 2, rounds: Any = "2", **more: Any) -> dict[str, Any]:
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{lab.bucket}/train/"}}
    channels = [
        {"ChannelName": each, "ContentType": "text/csv", "DataSource": source} for each in ("train", "validation")
    ]
    arguments = {
        "HyperParameterTuningJobConfig": {
            "Strategy": "Random",
            "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "validation:rmse"},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": most, "MaxParallelTrainingJobs": 2},
            "ParameterRanges": RANGES,
        },
        "TrainingJobDefinition": {
            "RoleArn": lab.role,
            "AlgorithmSpecification": {"TrainingImage": XGBOOST, "TrainingInputMode": "File"},
            "StaticHyperParameters": {"num_round": rounds, "objective": "reg:squarederror"},
            "InputDataConfig": channels,
            "OutputDataConfig": {"S3OutputPath": f"s3://{lab.bucket}/tuned"},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
            "StoppingCondition": {"MaxRuntimeInSeconds": 600},
        },
    }
    return step(name, "Tuning", arguments, **more)


def model(lab: Lab, name: str, data: Any) -> dict[str, Any]:
    container = {"Image": XGBOOST, "ModelDataUrl": data}
    return step(name, "Model", {"ExecutionRoleArn": lab.role, "PrimaryContainer": container})


def test_the_best_models_are_created(lab: Lab) -> None:
    def top(place: int) -> Any:
        name = get(f"Steps.Tune.TrainingJobSummaries[{place}].TrainingJobName")
        return join("/", "s3:/", lab.bucket, "tuned", name, "output/model.tar.gz")

    best = get("Steps.Tune.BestTrainingJob.TrainingJobName")
    name = lab.create(
        tuning(lab),
        model(lab, "First", top(0)),
        model(lab, "Second", top(1)),
        model(lab, "Best", join("/", "s3:/", lab.bucket, "tuned", best, "output/model.tar.gz")),
    )
    execution = lab.run(name)
    arn = execution["PipelineExecutionArn"]
    assert execution["PipelineExecutionStatus"] == "Succeeded", lab.step(arn, "Tune")["FailureReason"]
    tuned = lab.step(arn, "Tune")["Metadata"]["TuningJob"]["Arn"].rpartition("/")[2]
    assert len(tuned) <= 32
    job = lab.sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=tuned)
    rows = lab.sagemaker.list_training_jobs_for_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=tuned, SortBy="FinalObjectiveMetricValue"
    )["TrainingJobSummaries"]
    data = {
        each: lab.sagemaker.describe_model(
            ModelName=lab.step(arn, each)["Metadata"]["Model"]["Arn"].rpartition("/")[2]
        )["PrimaryContainer"]["ModelDataUrl"]
        for each in ("First", "Second", "Best")
    }
    assert [rows[0]["TrainingJobName"] in data["First"], rows[1]["TrainingJobName"] in data["Second"]] == [True, True]
    assert job["BestTrainingJob"]["TrainingJobName"] in data["Best"]


def test_a_search_with_equal_keys_is_reused(lab: Lab) -> None:
    cached = {"CacheConfig": {"Enabled": True, "ExpireAfter": "P1D"}}
    name = lab.create(tuning(lab, **cached))
    first, second = (lab.run(name)["PipelineExecutionArn"] for _ in range(2))
    told = lab.step(second, "Tune")
    assert told["CacheHitResult"]["SourcePipelineExecutionArn"] == first
    assert told["Metadata"] == lab.step(first, "Tune")["Metadata"]


def test_another_search_space_is_searched_anew_and_named(lab: Lab) -> None:
    cached = {"CacheConfig": {"Enabled": True, "ExpireAfter": "P1D"}}
    name = lab.create(tuning(lab, **cached))
    first = lab.run(name)["PipelineExecutionArn"]
    changed = {"Version": "2020-12-01", "Steps": [tuning(lab, rounds="3", **cached)]}
    lab.sagemaker.update_pipeline(PipelineName=name, PipelineDefinition=json.dumps(changed), RoleArn=lab.role)
    second = lab.run(name)["PipelineExecutionArn"]
    assert "CacheHitResult" not in lab.step(second, "Tune")
    (told,) = lab.aws.rehearsal("GET", f"model-pipelines?execution={second}")
    miss = told["steps"][0]["notReused"]
    assert (miss["execution"], miss["differingKeys"]) == (
        first,
        ["TrainingJobDefinition.StaticHyperParameters.num_round"],
    )


def test_stopping_an_execution_stops_the_search(lab: Lab) -> None:
    name = lab.create(tuning(lab, most=10, rounds="1000000"))
    arn = lab.start(name)

    def running() -> Any:
        listed = lab.steps(arn)
        if "TuningJob" not in listed.get("Tune", {}).get("Metadata", {}):
            return None
        found = listed["Tune"]["Metadata"]["TuningJob"]["Arn"].rpartition("/")[2]
        job = lab.sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=found)
        return found if job["TrainingJobStatusCounters"]["InProgress"] == 2 else None

    tuned = wait_until(running)
    lab.sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn, ClientRequestToken="t" * 32)
    assert lab.ended(arn)["PipelineExecutionStatus"] == "Stopped"
    job = lab.sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=tuned)
    assert job["HyperParameterTuningJobStatus"] == "Stopped"


def test_a_search_that_fails_fails_the_step(lab: Lab) -> None:
    broken = tuning(lab)
    broken["Arguments"]["TrainingJobDefinition"]["StaticHyperParameters"]["objective"] = "no:such"
    execution = lab.run(lab.create(broken))
    told = lab.step(execution["PipelineExecutionArn"], "Tune")
    assert told["StepStatus"] == "Failed"
    assert told["FailureReason"].startswith("All training jobs failed.")


def test_the_pipelines_role_must_be_allowed_to_search(lab: Lab) -> None:
    refused = {"Effect": "Deny", "Action": "sagemaker:CreateHyperParameterTuningJob", "Resource": "*"}
    role = make_role(lab.aws, lab.names("no-search"), [*ALLOWED, refused])
    execution = lab.run(lab.create(tuning(lab), RoleArn=role))
    told = lab.step(execution["PipelineExecutionArn"], "Tune")
    assert told["FailureReason"].startswith("ClientError: Failed to invoke sagemaker:CreateHyperParameterTuningJob.")
    assert "explicit deny" in told["FailureReason"]


def test_a_quota_is_retried_as_the_policy_says(lab: Lab) -> None:
    quota = "ml.m5.24xlarge for training job usage"
    limited = tuning(
        lab,
        RetryPolicies=[{"ExceptionType": ["SageMaker.RESOURCE_LIMIT"], "IntervalSeconds": 1, "MaxAttempts": 2}],
    )
    limited["Arguments"]["TrainingJobDefinition"]["ResourceConfig"]["InstanceType"] = "ml.m5.24xlarge"
    lab.aws.rehearsal("POST", "quotas", **{quota: 0})
    try:
        execution = lab.run(lab.create(limited))
        told = lab.step(execution["PipelineExecutionArn"], "Tune")
        assert (told["StepStatus"], told["AttemptCount"]) == ("Failed", 3)
    finally:
        lab.aws.rehearsal("POST", "quotas", **{quota: None})
