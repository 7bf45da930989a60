"""The calls of the script that start what is charged by time: one training job of a few rows, one endpoint of
minutes."""

from collections.abc import Mapping
from typing import Any

from rehearsal.toolkit.parity.calls import Call, Removal
from rehearsal.toolkit.parity.script.common import BUCKET, ROLE_ARN, TAGS

TRAINING_INSTANCE, ENDPOINT_INSTANCE = "ml.m5.large", "ml.m5.large"
USER_PARAMETERS = {
    "Train/TrainModel": f'{{"traincompute": "{TRAINING_INSTANCE}"}}',
    "Deploy/DeployModel": f'{{"instance-type": "{ENDPOINT_INSTANCE}"}}',
}
"""What the calls use, in the form that prices are asked for."""

_JOB, _MODEL, _ENDPOINT = "{prefix}-job", "{prefix}-trained", "{prefix}-endpoint"
_ROWS = "".join(f"{number % 7},{number % 5},{number % 3}\n" for number in range(64)).encode()
_ENDED = ("Completed", "Failed", "Stopped")


def _job(name: str, **changed: Any) -> dict[str, Any]:
    data = {"S3DataType": "S3Prefix", "S3Uri": "s3://{prefix}-data/train/", "S3DataDistributionType": "FullyReplicated"}
    resources = {"InstanceType": TRAINING_INSTANCE, "InstanceCount": 1, "VolumeSizeInGB": 1}
    made: dict[str, Any] = {
        "TrainingJobName": name,
        "AlgorithmSpecification": {"TrainingImage": "{image}", "TrainingInputMode": "File"},
        "RoleArn": ROLE_ARN,
        "HyperParameters": {"num_round": "3", "objective": "reg:squarederror"},
        "InputDataConfig": [{"ChannelName": "train", "DataSource": {"S3DataSource": data}, "ContentType": "text/csv"}],
        "OutputDataConfig": {"S3OutputPath": "s3://{prefix}-data/models"},
        "ResourceConfig": resources,
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
        "Tags": TAGS,
    }
    return {**made, **changed}


def paid() -> tuple[Call, ...]:
    """A good training job, one with a hyperparameter out of its range, and an endpoint that is asked what it should
    refuse."""
    return (*_training(), *_serving())


def _training() -> tuple[Call, ...]:
    wrong = {"HyperParameters": {"num_round": "3", "eta": "7"}}
    bad = "{prefix}-bad-job"
    return (
        Call("job-rows", "s3", "put_object", {"Bucket": BUCKET, "Key": "train/rows.csv", "Body": _ROWS}, is_paid=True),
        _made("job-create", "create_training_job", _job(_JOB), Removal("stop_training_job", {"TrainingJobName": _JOB})),
        _made(
            "job-bad", "create_training_job", _job(bad, **wrong), Removal("stop_training_job", {"TrainingJobName": bad})
        ),
        _followed("job-ended", "describe_training_job", {"TrainingJobName": _JOB}, "TrainingJobStatus", _ENDED),
        _followed("job-bad-ended", "describe_training_job", {"TrainingJobName": bad}, "TrainingJobStatus", _ENDED),
    )


def _serving() -> tuple[Call, ...]:
    model, config, endpoint = {"ModelName": _MODEL}, {"EndpointConfigName": _MODEL}, {"EndpointName": _ENDPOINT}
    data = "s3://{prefix}-data/models/{prefix}-job/output/model.tar.gz"
    container = {"PrimaryContainer": {"Image": "{image}", "ModelDataUrl": data}, "ExecutionRoleArn": ROLE_ARN}
    variant = {"VariantName": "AllTraffic", "ModelName": _MODEL, "InstanceType": ENDPOINT_INSTANCE}
    variants = {"ProductionVariants": [{**variant, "InitialInstanceCount": 1}]}
    gone = Removal("delete_endpoint", endpoint, waits_until_gone=("describe_endpoint", endpoint))
    return (
        _made("endpoint-model", "create_model", {**model, **container, "Tags": TAGS}, Removal("delete_model", model)),
        _made(
            "endpoint-config",
            "create_endpoint_config",
            {**config, **variants, "Tags": TAGS},
            Removal("delete_endpoint_config", config),
        ),
        _made("endpoint-create", "create_endpoint", {**endpoint, **config, "Tags": TAGS}, gone),
        _made("endpoint-update-too-early", "update_endpoint", {**endpoint, **config}),
        _followed("endpoint-there", "describe_endpoint", endpoint, "EndpointStatus", ("InService", "Failed")),
        _asked("endpoint-asked", b"1,2\n3,1\n"),
        _asked("endpoint-asked-too-few", b"1\n"),
        _asked("endpoint-asked-too-many", b"1,2,3\n"),
        _asked("endpoint-asked-words", b"a,b\n"),
    )


def _made(name: str, operation: str, params: Mapping[str, Any], removal: Removal | None = None) -> Call:
    return Call(name, "sagemaker", operation, params, removal, is_paid=True)


def _followed(name: str, operation: str, params: Mapping[str, Any], member: str, values: tuple[str, ...]) -> Call:
    return Call(name, "sagemaker", operation, params, is_paid=True, until=(member, values))


def _asked(name: str, body: bytes) -> Call:
    params = {"EndpointName": _ENDPOINT, "ContentType": "text/csv", "Body": body}
    return Call(name, "sagemaker-runtime", "invoke_endpoint", params, is_paid=True)
