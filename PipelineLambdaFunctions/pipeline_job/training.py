"""The CreateTrainingJob request that TrainModel's parameters mean. Pure.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline_job import hyperparameters, images, rules
from pipeline_job.failure import ConfigurationError

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Surroundings:
    """What the stack and the execution bring to a training job, beside its parameters."""

    role_arn: str
    stack_image: str
    kms_key: str
    tags: Mapping[str, str]


def image(values: Values, stack_image: str) -> str:
    """The algorithm's image: by path, else the stack's, in the version that is asked for."""
    if "container-path" in values:
        return str(values["container-path"])
    if not stack_image:
        raise ConfigurationError(
            "no image: give 'container-path', or set the function's environment variable ALGORITHM_IMAGE as the "
            "pipeline stack does"
        )
    repository = stack_image.rpartition(":")[0]
    return f"{repository}:{values['xgboost-version']}" if "xgboost-version" in values else stack_image


def request(name: str, values: Values, around: Surroundings) -> dict[str, Any]:
    """Everything but what differs between attempts of the same job."""
    image_uri = image(values, around.stack_image)
    chosen = _in_the_images_words(image_uri, hyperparameters.of(values))
    _refuse_unfit(image_uri, values)
    asked: dict[str, Any] = {
        "TrainingJobName": name,
        "HyperParameters": chosen,
        "AlgorithmSpecification": {"TrainingImage": image_uri, "TrainingInputMode": "File"},
        "RoleArn": around.role_arn,
        "InputDataConfig": channels(values),
        "OutputDataConfig": _output(values, around.kms_key),
        "ResourceConfig": _resources(values),
        "StoppingCondition": {"MaxRuntimeInSeconds": values["max-runtime-seconds"]},
        "EnableNetworkIsolation": values["network-isolation"],
        "EnableInterContainerTrafficEncryption": values["encrypt-traffic"],
        "Tags": [{"Key": key, "Value": value} for key, value in {**values.get("tags", {}), **around.tags}.items()],
    }
    if "subnets" in values:
        asked["VpcConfig"] = {"Subnets": values["subnets"], "SecurityGroupIds": values["security-group-ids"]}
    return {**asked, **_spot(name, values, image_uri)}


def channels(values: Values) -> list[dict[str, Any]]:
    """``train``, and ``validation`` unless its key is empty."""
    keys = {"train": values["train-key"], "validation": values["validation-key"]}
    return [_channel(name, key, values) for name, key in keys.items() if key]


def object_key(key: str) -> str:
    """The guide writes keys with a leading ``/``, which S3 would take as a part of the key."""
    return key.lstrip("/")


def _channel(name: str, key: str, values: Values) -> dict[str, Any]:
    source = {
        "S3DataType": values["s3-data-type"],
        "S3Uri": f"s3://{values['databucket']}/{object_key(key)}",
        "S3DataDistributionType": values["distribution"],
    }
    return {"ChannelName": name, "ContentType": values["content-type"], "DataSource": {"S3DataSource": source}}


def _output(values: Values, kms_key: str) -> dict[str, str]:
    output = {"S3OutputPath": f"s3://{values['modelartifactout']}/models"}
    if key := values.get("output-kms-key") or kms_key:
        output["KmsKeyId"] = key
    return output


def _resources(values: Values) -> dict[str, Any]:
    resources = {
        "InstanceType": values["traincompute"],
        "InstanceCount": values["instance-count"],
        "VolumeSizeInGB": values["volume-gb"],
    }
    if "volume-kms-key" in values:
        resources["VolumeKmsKeyId"] = values["volume-kms-key"]
    return resources


def _spot(name: str, values: Values, image_uri: str) -> dict[str, Any]:
    if not values["spot"]:
        return {}
    longest_run = values["max-runtime-seconds"]
    longest_wait = values.get("max-wait-seconds", 2 * longest_run)
    if images.is_first_release(image_uri):
        longest_wait = min(longest_wait, rules.LONGEST_WAIT_WITHOUT_CHECKPOINTS_SECONDS)
    return {
        "EnableManagedSpotTraining": True,
        "StoppingCondition": {
            "MaxRuntimeInSeconds": longest_run,
            "MaxWaitTimeInSeconds": longest_wait,
        },
        "CheckpointConfig": {"S3Uri": f"s3://{values['modelartifactout']}/checkpoints/{name}"},
    }


def _in_the_images_words(image_uri: str, chosen: dict[str, str]) -> dict[str, str]:
    """XGBoost 0.90 renamed ``reg:linear``: a config that says the new name trains on the guide's ``xgboost:1`` too."""
    version = images.version(image_uri)
    if version is None or version >= (0, 90) or chosen.get("objective") != "reg:squarederror":
        return chosen
    return chosen | {"objective": "reg:linear"}


def _refuse_unfit(image_uri: str, values: Values) -> None:
    """What the image's version would refuse as an extraneous hyperparameter, minutes later."""
    version = images.version(image_uri)
    if version is None:
        return
    for key, known in hyperparameters.releases(values).items():
        if known.until is not None and version >= known.until:
            raise ConfigurationError(f"{key!r}: {image_uri} does not know it any more; leave it out")
        if version < known.since:
            raise ConfigurationError(f"{key!r}: {image_uri} is too old for it; choose 'xgboost-version' 3.2-0")
