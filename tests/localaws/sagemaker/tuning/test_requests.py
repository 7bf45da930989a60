"""What CreateHyperParameterTuningJob refuses, in the service's words where they are known; and who may call it."""

import json
from contextlib import suppress
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localaws.sagemaker.training.conftest import IMAGE
from tests.localaws.sagemaker.tuning.conftest import DEPTH, ETA, RANGES, ranges

SCRIPTED = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
SKLEARN = {"TrainingImage": SCRIPTED, "TrainingInputMode": "File"}
DEFINED = [{"Name": "loss", "Regex": "loss=([0-9.]+)"}]


def objective(metric: str, kind: str = "Minimize") -> dict[str, str]:
    return {"Type": kind, "MetricName": metric}


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            {"ParameterRanges": ranges([{**ETA, "MaxValue": "1.5"}])},
            r"range for the hyperparameter \[eta\], \[0.05, 1.5\]",
        ),
        ({"ParameterRanges": ranges((), [{**DEPTH, "MinValue": "-1"}])}, "max_depth: -1 is not in"),
        ({"ParameterRanges": ranges(eta=["0.1", "much"])}, "could not parse value"),
        ({"ParameterRanges": ranges([{**DEPTH}])}, "could not parse value"),
        (
            {"ParameterRanges": ranges((), [DEPTH], grow_policy=["lossguide"])},
            r"untunable hyperparameters: \[grow_policy\]",
        ),
        ({"ParameterRanges": ranges([ETA], [{**DEPTH, "Name": "eta"}])}, r"\[eta\] have more than one range"),
        ({"ParameterRanges": ranges([{**ETA, "MinValue": "0.5"}])}, "MaxValue must be greater than MinValue"),
        ({"ParameterRanges": ranges([{**ETA, "MinValue": "low"}])}, "MinValue must be a number"),
        (
            {"ParameterRanges": ranges([{**ETA, "MinValue": "0", "ScalingType": "Logarithmic"}])},
            "only for ranges that have only values greater than 0",
        ),
        (
            {"ParameterRanges": ranges((), [{**DEPTH, "ScalingType": "ReverseLogarithmic"}])},
            "only for continuous ranges entirely within the range 0 <= x < 1.0",
        ),
        ({"ParameterRanges": ranges(eta=["0.1", "0.1"])}, "has duplicate values"),
        ({"ParameterRanges": ranges()}, "at least one hyperparameter range"),
        ({"ParameterRanges": ranges(eta=["0.1", "0.2"])}, r"don't have enough combinations .* \[2.0\] .* \[3\]"),
        ({"HyperParameterTuningJobObjective": objective("validation:no")}, r"\[validation:no\], isn't valid for the"),
        ({"HyperParameterTuningJobObjective": objective("train:rmse")}, r"\[train:rmse\], isn't valid for the"),
        ({"HyperParameterTuningJobObjective": objective("validation:auc")}, r"metric type, \[Minimize\], that you"),
        ({"Strategy": "Grid"}, "supports only categorical hyperparameters"),
        ({"Strategy": "Grid", "ParameterRanges": ranges(eta=["0.1", "0.2"])}, "number of distinct combinations"),
        ({"Strategy": "Hyperband"}, "MaxResource could not be inferred"),
        ({"StrategyConfig": {"HyperbandStrategyConfig": {"MaxResource": 9}}}, "only for the Hyperband strategy"),
        (
            {
                "Strategy": "Hyperband",
                "StrategyConfig": {"HyperbandStrategyConfig": {"MaxResource": 9}},
                "TrainingJobEarlyStoppingType": "Auto",
            },
            "must be Off to use the Hyperband strategy",
        ),
        ({"ResourceLimits": {"MaxParallelTrainingJobs": 1}}, "needs MaxNumberOfTrainingJobs"),
        ({"ResourceLimits": {"MaxParallelTrainingJobs": 101, "MaxNumberOfTrainingJobs": 3}}, "at most 100 parallel"),
        (
            {"ResourceLimits": {"MaxParallelTrainingJobs": 1, "MaxNumberOfTrainingJobs": 10001}},
            "at most 10000 training jobs",
        ),
        ({"ParameterRanges": {**RANGES, "AutoParameters": [{"Name": "eta", "ValueHint": "0.1"}]}}, "does not offer"),
    ],
)
def test_a_search_that_cannot_be_is_refused(tuning: Any, config: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        tuning.start({**tuning.config(), **config})


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ({"StaticHyperParameters": {"num_round": "3", "eta": "0.1"}}, r"\[eta\] are both static and tunable"),
        ({"RoleArn": "arn:aws:iam::123456789012:role/nobody"}, "Could not assume role"),
        (
            {
                "AlgorithmSpecification": {
                    "TrainingImage": IMAGE,
                    "TrainingInputMode": "File",
                    "MetricDefinitions": DEFINED,
                }
            },
            "can't override the metric definitions for Amazon SageMaker algorithms",
        ),
        ({"AlgorithmSpecification": SKLEARN}, "A metric is required for this hyperparameter tuning job objective"),
        ({"TuningObjective": objective("validation:rmse")}, "belongs to the definitions of TrainingJobDefinitions"),
        ({"ResourceConfig": None}, "either ResourceConfig or HyperParameterTuningResourceConfig"),
        ({"EnableManagedSpotTraining": True}, "Invalid MaxWaitTimeInSeconds"),
    ],
)
def test_training_jobs_that_cannot_be_are_refused(tuning: Any, definition: dict[str, Any], message: str) -> None:
    whole = {**tuning.definition(), **definition}
    with pytest.raises(ClientError, match=message):
        tuning.start(definition={name: value for name, value in whole.items() if value is not None})


def test_data_that_are_not_there_are_refused(tuning: Any) -> None:
    channel = tuning.training.channel("train", "nowhere/")
    with pytest.raises(ClientError, match="No S3 objects found under S3 URL"):
        tuning.start(definition=tuning.definition(InputDataConfig=[channel]))


def test_one_definition_or_several(tuning: Any) -> None:
    with pytest.raises(ClientError, match="either TrainingJobDefinition or TrainingJobDefinitions"):
        tuning.start(TrainingJobDefinition=None)
    several = [tuning.definition(DefinitionName="one", TuningObjective=objective("validation:rmse"))]
    with pytest.raises(ClientError, match="stands in each definition"):
        tuning.start(TrainingJobDefinition=None, TrainingJobDefinitions=several)


def test_what_is_not_there_is_not_found(tuning: Any) -> None:
    for operation in ("describe_hyper_parameter_tuning_job", "stop_hyper_parameter_tuning_job"):
        with pytest.raises(ClientError, match="can't find a tuning job called nothing") as gone:
            getattr(tuning.sagemaker, operation)(HyperParameterTuningJobName="nothing")
        assert gone.value.response["Error"]["Code"] == "ResourceNotFound"


def test_the_quota_counts_all_trials_that_run_in_parallel(tuning: Any) -> None:
    quota = "ml.m5.2xlarge for training job usage"
    definition = tuning.definition(
        ResourceConfig={"InstanceType": "ml.m5.2xlarge", "InstanceCount": 1, "VolumeSizeInGB": 5}
    )
    tuning.training.aws.rehearsal("POST", "quotas", **{quota: 1})
    try:
        with pytest.raises(ClientError, match="a request delta of 2 Instances") as refused:
            tuning.start(tuning.config(parallel=2), definition)
        assert refused.value.response["Error"]["Code"] == "ResourceLimitExceeded"
        assert tuning.run(tuning.config(parallel=1), definition)["HyperParameterTuningJobStatus"] == "Completed"
    finally:
        tuning.training.aws.rehearsal("POST", "quotas", **{quota: None})


def test_trials_wait_for_instances_that_others_use(tuning: Any) -> None:
    quota = "ml.m5.4xlarge for training job usage"
    resources = {"ResourceConfig": {"InstanceType": "ml.m5.4xlarge", "InstanceCount": 1, "VolumeSizeInGB": 5}}
    limited = tuning.training.aws.rehearsal
    limited("POST", "quotas", **{quota: 1})
    try:
        endless = tuning.definition({"num_round": "1000000"}, **resources)
        first = tuning.start(tuning.config(most=1, parallel=1), endless)
        limited("POST", "quotas", **{quota: 2})
        second = tuning.start(tuning.config(most=2, parallel=1), tuning.definition(**resources))
        limited("POST", "quotas", **{quota: 1})
        tuning.sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=first)
        assert tuning.wait(first)["HyperParameterTuningJobStatus"] == "Stopped"
        assert tuning.wait(second)["TrainingJobStatusCounters"]["Completed"] == 2
    finally:
        limited("POST", "quotas", **{quota: None})


def test_the_second_configuration_of_instances_serves_where_the_first_has_no_room(tuning: Any) -> None:
    quota = "ml.m5.12xlarge for training job usage"
    each = {"InstanceCount": 1, "VolumeSizeInGB": 5}
    configs = [{"InstanceType": kind, **each} for kind in ("ml.m5.12xlarge", "ml.m5.large")]
    definition = tuning.definition(
        HyperParameterTuningResourceConfig={"AllocationStrategy": "Prioritized", "InstanceConfigs": configs}
    )
    del definition["ResourceConfig"]
    tuning.training.aws.rehearsal("POST", "quotas", **{quota: 0})
    try:
        job = tuning.run(tuning.config(most=1, parallel=1), definition)
        row = tuning.trials(job["HyperParameterTuningJobName"])[0]
        trained = tuning.sagemaker.describe_training_job(TrainingJobName=row["TrainingJobName"])
        assert trained["ResourceConfig"]["InstanceType"] == "ml.m5.large"
    finally:
        tuning.training.aws.rehearsal("POST", "quotas", **{quota: None})


@pytest.fixture
def user(tuning: Any) -> Any:
    """Makes a client of a user with these statements."""
    iam, name = tuning.training.aws.client("iam"), tuning.training.unique("tuner")
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]

    def client(*statements: dict[str, Any]) -> Any:
        document = json.dumps({"Version": "2012-10-17", "Statement": [*statements]})
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document)
        keys = {"AccessKeyId": key["AccessKeyId"], "SecretAccessKey": key["SecretAccessKey"], "SessionToken": None}
        return tuning.training.aws.client("sagemaker", credentials=keys)

    return client


def test_the_caller_passes_the_role_and_needs_no_permission_for_training_jobs(tuning: Any, user: Any) -> None:
    name = tuning.training.unique("mine")
    request = {
        "HyperParameterTuningJobName": name,
        "HyperParameterTuningJobConfig": tuning.config(most=1),
        "TrainingJobDefinition": tuning.definition(),
    }
    create = {
        "Effect": "Allow",
        "Action": "sagemaker:CreateHyperParameterTuningJob",
        "Resource": f"arn:aws:sagemaker:*:*:hyper-parameter-tuning-job/{name}",
        "Condition": {"ForAllValues:StringEquals": {"sagemaker:InstanceTypes": ["ml.m5.large"]}},
    }
    with pytest.raises(ClientError, match="iam:PassRole"):
        user(create).create_hyper_parameter_tuning_job(**request)
    passing = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": tuning.training.role}
    larger = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 5}
    with pytest.raises(ClientError, match="sagemaker:CreateHyperParameterTuningJob"):
        user(create, passing).create_hyper_parameter_tuning_job(
            **{**request, "TrainingJobDefinition": tuning.definition(ResourceConfig=larger)}
        )
    user(create, passing).create_hyper_parameter_tuning_job(**request)
    assert tuning.wait(name)["HyperParameterTuningJobStatus"] == "Completed"


def test_data_that_go_meanwhile_fail_the_job(tuning: Any) -> None:
    """Trials are started as any training job is: what would be refused then ends the search with the reason."""
    aws, bucket = tuning.training.aws, tuning.training.unique("short-lived")
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=bucket)
    body = tuning.training.body(f"s3://{tuning.training.bucket}/train/train.csv")
    s3.put_object(Bucket=bucket, Key="train/rows.csv", Body=body)
    source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/train/"}
    channel = {"ChannelName": "train", "ContentType": "text/csv", "DataSource": {"S3DataSource": source}}
    name = tuning.start(
        tuning.config(most=2, parallel=1), tuning.definition({"num_round": "1000000"}, InputDataConfig=[channel])
    )
    job = tuning.until(name, lambda job: job["TrainingJobStatusCounters"]["InProgress"], "a trial runs")
    s3.delete_object(Bucket=bucket, Key="train/rows.csv")
    (row,) = tuning.trials(name)
    with suppress(tuning.sagemaker.exceptions.ClientError):  # it may have failed already, for lack of the object
        tuning.sagemaker.stop_training_job(TrainingJobName=row["TrainingJobName"])
    job = tuning.wait(name)
    assert job["HyperParameterTuningJobStatus"] == "Failed"
    assert "No S3 objects found under S3 URL" in job["FailureReason"]
