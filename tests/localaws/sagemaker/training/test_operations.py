"""Training jobs through boto3: what they give, how they are refused, found and stopped."""

import io
import json
import re
import tarfile
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
import xgboost
from botocore.exceptions import ClientError

from tests.localaws.sagemaker.job_data import TRAIN, VALIDATION
from tests.localaws.sagemaker.training.conftest import IMAGE
from tests.localaws.waiting import wait_until


def loaded_model(training, job) -> xgboost.Booster:
    archive = training.body(job["ModelArtifacts"]["S3ModelArtifacts"])
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
        assert tar.getnames() == ["xgboost-model"]
        member = tar.extractfile("xgboost-model")
        assert member is not None
        return xgboost.Booster(model_file=bytearray(member.read()))


def test_a_job_trains_what_xgboost_itself_trains(training) -> None:
    job = training.run({"max_depth": "3", "eta": "0.3"})
    assert job["TrainingJobStatus"] == job["SecondaryStatus"] == "Completed", job.get("FailureReason")
    name = job["TrainingJobName"]
    assert job["ModelArtifacts"]["S3ModelArtifacts"] == f"s3://{training.bucket}/models/{name}/output/model.tar.gz"
    bare = xgboost.train(
        {"objective": "reg:squarederror", "max_depth": 3, "eta": 0.3},
        xgboost.DMatrix(TRAIN[:, 1:], label=TRAIN[:, 0]),
        5,
    )
    rows = xgboost.DMatrix(VALIDATION[:, 1:])
    np.testing.assert_allclose(loaded_model(training, job).predict(rows), bare.predict(rows), atol=1e-6)


def test_a_description_tells_phases_times_metrics_and_the_request(training) -> None:
    job = training.run({"eval_metric": "rmse,mae"})
    phases = [transition["Status"] for transition in job["SecondaryStatusTransitions"]]
    assert phases == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    assert all(transition["StartTime"] <= transition["EndTime"] for transition in job["SecondaryStatusTransitions"])
    assert job["CreationTime"] <= job["TrainingStartTime"] <= job["TrainingEndTime"] == job["LastModifiedTime"]
    assert job["TrainingTimeInSeconds"] == job["BillableTimeInSeconds"] >= 1
    assert job["HyperParameters"]["num_round"] == "5"
    assert job["AlgorithmSpecification"]["MetricDefinitions"]
    metrics = {metric["MetricName"]: metric["Value"] for metric in job["FinalMetricDataList"]}
    assert {*metrics} == {"train:rmse", "train:mae", "validation:rmse", "validation:mae"}
    last_line = training.log(job["TrainingJobName"])[-1]
    told = re.findall(r"#011(\w+)-(\w+):([0-9.]+)", last_line)
    assert metrics == {f"{data}:{metric}": pytest.approx(float(value), rel=1e-6) for data, metric, value in told}


def test_the_log_has_a_line_for_each_round(training) -> None:
    lines = training.log(training.run()["TrainingJobName"])
    rounds = [line for line in lines if line.startswith("[") and "#011" in line]
    assert [line.split("#011")[0] for line in rounds] == [f"[{number}]" for number in range(5)]
    assert all("#011train-rmse:" in line and "#011validation-rmse:" in line for line in rounds)
    assert any("Train matrix has 300 rows and 4 columns" in line for line in lines)
    assert any("Validation matrix has 100 rows" in line for line in lines)


def test_metrics_are_in_cloudwatch(training) -> None:
    name = training.run()["TrainingJobName"]
    now = datetime.now(UTC)
    found = training.aws.client("cloudwatch").get_metric_statistics(
        Namespace="/aws/sagemaker/TrainingJobs",
        MetricName="validation:rmse",
        Dimensions=[{"Name": "TrainingJobName", "Value": name}],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(days=30),  # other tests move the embedded clock forward
        Period=86400 * 60,
        Statistics=["SampleCount"],
    )
    assert sum(point["SampleCount"] for point in found["Datapoints"]) == 5


def test_state_changes_are_events(training, unique) -> None:
    sqs, events = training.aws.client("sqs"), training.aws.client("events")
    queue = sqs.create_queue(QueueName=unique("states"))["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allowed = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = {"Version": "2012-10-17", "Statement": [{**allowed, "Resource": arn}]}
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(policy)})
    rule = unique("states")
    events.put_rule(
        Name=rule,
        EventPattern=json.dumps(
            {"detail-type": ["SageMaker Training Job State Change"], "detail": {"SecondaryStatus": ["Completed"]}}
        ),
    )
    events.put_targets(Rule=rule, Targets=[{"Id": "queue", "Arn": arn}])
    name = training.run()["TrainingJobName"]

    def of_this_job() -> list[dict[str, Any]]:
        messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
        details = [json.loads(message["Body"])["detail"] for message in messages]
        return [detail for detail in details if detail["TrainingJobName"] == name]

    [detail] = wait_until(of_this_job, f"the event of {name}")
    events.remove_targets(Rule=rule, Ids=["queue"])
    assert detail["TrainingJobStatus"] == "Completed"
    assert isinstance(detail["CreationTime"], int)


def test_a_model_is_encrypted_with_the_key_of_the_job(training) -> None:
    key = training.aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    job = training.run(OutputDataConfig={"S3OutputPath": f"s3://{training.bucket}/models/", "KmsKeyId": key})
    head = training.aws.client("s3").head_object(
        Bucket=training.bucket, Key=f"models/{job['TrainingJobName']}/output/model.tar.gz"
    )
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key)


def test_a_key_that_is_not_there_fails_the_job_and_nothing_is_written(training) -> None:
    output = {"S3OutputPath": f"s3://{training.bucket}/sealed", "KmsKeyId": "alias/nobodys"}
    job = training.run(OutputDataConfig=output)
    assert job["FailureReason"].startswith("ClientError: Failed to upload to s3://training-data/sealed/")
    assert "KMS.NotFoundException: KMS key 'alias/nobodys' does not exist" in job["FailureReason"]
    assert training.aws.client("s3").list_objects_v2(Bucket=training.bucket, Prefix="sealed")["KeyCount"] == 0


def test_an_uncompressed_model_lies_under_a_prefix(training) -> None:
    job = training.run(OutputDataConfig={"S3OutputPath": f"s3://{training.bucket}/models", "CompressionType": "NONE"})
    uri = job["ModelArtifacts"]["S3ModelArtifacts"]
    assert uri.endswith("/output/model/")
    assert training.body(uri + "xgboost-model").startswith(b"{")


def test_a_wrong_hyperparameter_fails_the_job_and_says_why(training) -> None:
    job = training.run({"eta": "1.5"})
    assert job["TrainingJobStatus"] == job["SecondaryStatus"] == "Failed"
    assert job["FailureReason"].startswith(
        "AlgorithmError: framework error: \nHyperparameter eta: 1.5 is not in [0, 1]"
    )
    assert job["FailureReason"].endswith(", exit code: 1")
    assert "ModelArtifacts" not in job
    assert any("Hyperparameter eta: 1.5 is not in [0, 1]" in line for line in training.log(job["TrainingJobName"]))
    written = training.aws.client("s3").list_objects_v2(
        Bucket=training.bucket, Prefix=f"models/{job['TrainingJobName']}"
    )
    assert written["KeyCount"] == 0


def test_stopping_a_job_ends_it_without_a_model(training) -> None:
    name = training.start({"num_round": "1000000"})
    training.wait(name, phase="Training")
    training.sagemaker.stop_training_job(TrainingJobName=name)
    job = training.wait(name)
    assert job["TrainingJobStatus"] == job["SecondaryStatus"] == "Stopped"
    assert [transition["Status"] for transition in job["SecondaryStatusTransitions"]][-3:] == [
        "Stopping",
        "Uploading",
        "Stopped",
    ]
    assert "ModelArtifacts" not in job
    with pytest.raises(ClientError, match="is in status Stopped"):
        training.sagemaker.stop_training_job(TrainingJobName=name)


def test_a_stopped_job_keeps_the_model_so_far_if_asked(training) -> None:
    name = training.start({"num_round": "1000000", "save_model_on_termination": "true"})
    training.wait(name, phase="Training")
    wait_until(lambda: any(line.startswith("[3]") for line in training.lines(name)), "three rounds")
    training.sagemaker.stop_training_job(TrainingJobName=name)
    job = training.wait(name)
    assert job["TrainingJobStatus"] == "Stopped"
    assert loaded_model(training, job).num_boosted_rounds() > 3


def test_the_maximal_runtime_ends_a_job(training) -> None:
    name = training.start({"num_round": "1000000"}, StoppingCondition={"MaxRuntimeInSeconds": 3600})
    training.wait(name, phase="Training")
    training.aws.rehearsal("POST", "clock", seconds=3601)
    job = training.wait(name)
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")
    assert job["BillableTimeInSeconds"] >= 3600


def test_names_are_unique(training) -> None:
    name = training.run()["TrainingJobName"]
    with pytest.raises(ClientError, match="Training job names must be unique") as refused:
        training.start(TrainingJobName=name)
    assert refused.value.response["Error"]["Code"] == "ResourceInUse"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"TrainingJobName": "no_underscore"}, "failed to satisfy constraint"),
        ({"RoleArn": "arn:aws:iam::123456789012:role/nobody"}, "Could not assume role .*nobody. Please ensure"),
        (
            {"AlgorithmSpecification": {"TrainingImage": IMAGE.replace("3.2-0", "9.9-9"), "TrainingInputMode": "File"}},
            "Requested image .*:9.9-9 not found",
        ),
        (
            {"ResourceConfig": {"InstanceType": "ml.tiny", "InstanceCount": 1, "VolumeSizeInGB": 1}},
            "failed to satisfy constraint: Member must satisfy enum value set",
        ),
        ({"EnableManagedSpotTraining": True}, "Invalid MaxWaitTimeInSeconds"),
    ],
    ids=["name", "role", "image", "instance type", "spot"],
)
def test_a_wrong_request_is_refused_in_the_words_of_the_service(training, change, message) -> None:
    with pytest.raises(ClientError, match=message) as refused:
        training.start(**change)
    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_input_that_is_not_there_is_refused(training) -> None:
    with pytest.raises(ClientError, match='No S3 objects found under S3 URL "s3://training-data/nothing/"'):
        training.start(InputDataConfig=[training.channel("train", "nothing/")])
    with pytest.raises(ClientError, match="bucket does not exist"):
        training.start(
            InputDataConfig=[
                training.channel("train")
                | {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://no-such-bucket-here/x"}}}
            ]
        )


def test_output_that_cannot_be_written_fails_the_job(training) -> None:
    job = training.run(OutputDataConfig={"S3OutputPath": "s3://no-such-bucket-here/models"})
    assert job["TrainingJobStatus"] == "Failed"
    assert job["FailureReason"].startswith("ClientError: Failed to upload to s3://no-such-bucket-here/models/")


def test_an_unknown_job_is_not_found(training) -> None:
    for operation in (training.sagemaker.describe_training_job, training.sagemaker.stop_training_job):
        with pytest.raises(ClientError, match="Requested resource not found"):
            operation(TrainingJobName="nobody")


def test_jobs_are_listed_by_filters_and_pages(training) -> None:
    stem = training.unique("listed")
    names = [
        training.wait(training.start(TrainingJobName=f"{stem}-{number}"))["TrainingJobName"] for number in range(3)
    ]
    wanted = {"NameContains": stem.upper(), "MaxResults": 2, "StatusEquals": "Completed"}
    page = training.sagemaker.list_training_jobs(**wanted)
    assert [job["TrainingJobName"] for job in page["TrainingJobSummaries"]] == [names[2], names[1]]
    page = training.sagemaker.list_training_jobs(**wanted, NextToken=page["NextToken"])
    assert [job["TrainingJobName"] for job in page["TrainingJobSummaries"]] == [names[0]]
    by_name = training.sagemaker.list_training_jobs(NameContains=stem, SortBy="Name", SortOrder="Ascending")
    assert [job["TrainingJobName"] for job in by_name["TrainingJobSummaries"]] == names
    assert training.sagemaker.list_training_jobs(NameContains=stem, StatusEquals="Failed")["TrainingJobSummaries"] == []


def test_jobs_carry_tags(training) -> None:
    job = training.run(Tags=[{"Key": "team", "Value": "wine"}])
    arn = job["TrainingJobArn"]
    assert arn.endswith(f":training-job/{job['TrainingJobName']}")
    training.sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "run", "Value": "7"}])
    assert training.sagemaker.list_tags(ResourceArn=arn)["Tags"] == [
        {"Key": "team", "Value": "wine"},
        {"Key": "run", "Value": "7"},
    ]


def test_the_first_image_takes_its_own_hyperparameters(training) -> None:
    legacy = "811284229777.dkr.ecr.us-east-1.amazonaws.com/xgboost:1"
    specification = {"TrainingImage": legacy, "TrainingInputMode": "File"}
    job = training.run({"silent": "0", "objective": "reg:linear"}, AlgorithmSpecification=specification)
    assert job["TrainingJobStatus"] == "Completed", job["FailureReason"]
    engine = "Training with XGBoost 3.2.0 by the rules of the image's release 1"
    assert any(line.endswith(engine) for line in training.log(job["TrainingJobName"]))
    job = training.run({"silent": "0"})
    assert "Extraneous hyperparameter found: silent" in job["FailureReason"]


def test_spot_without_checkpoints_waits_an_hour_at_most(training) -> None:
    image = {"TrainingImage": "811284229777.dkr.ecr.us-east-1.amazonaws.com/xgboost:1", "TrainingInputMode": "File"}
    stopping = {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 3601}
    with pytest.raises(ClientError, match="at most 3600 seconds"):
        training.start(EnableManagedSpotTraining=True, StoppingCondition=stopping, AlgorithmSpecification=image)


def test_a_volume_needs_a_key_that_is_there_and_a_vpc_its_subnets(training) -> None:
    gone = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
    resources = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5, "VolumeKmsKeyId": gone}
    with pytest.raises(ClientError, match="does not exist"):
        training.start(ResourceConfig=resources)
    with pytest.raises(ClientError, match="subnet ID 'subnet-0a1b2c3d' does not exist"):
        training.start(VpcConfig={"Subnets": ["subnet-0a1b2c3d"], "SecurityGroupIds": ["sg-0a1b2c3d"]})
