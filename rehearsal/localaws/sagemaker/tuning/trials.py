"""The training job of a trial: the request that the service makes of a definition and the values that were chosen.
Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.localaws.sagemaker.training.metrics import XGBOOST_DEFINITIONS
from rehearsal.localaws.sagemaker.tuning.ranges import Values
from rehearsal.localaws.sagemaker.tuning.records import Definition

_HANDED_ON = (
    *(
        "RoleArn",
        "InputDataConfig",
        "VpcConfig",
        "OutputDataConfig",
        "StoppingCondition",
        "Environment",
        "RetryStrategy",
    ),
    *("EnableNetworkIsolation", "EnableInterContainerTrafficEncryption", "EnableManagedSpotTraining"),
)


def requests(definition: Definition, name: str, values: Values, tags: Any) -> Iterator[dict[str, Any]]:
    """The request to CreateTrainingJob, once for each configuration of instances, in the order of their priority."""
    given = definition.request
    for resources in _resources(given):
        request = {member: given[member] for member in _HANDED_ON if given.get(member) is not None}
        yield request | {
            "TrainingJobName": name,
            "AlgorithmSpecification": _specification(definition),
            "HyperParameters": {**definition.static, **values},
            "ResourceConfig": resources,
            **(
                {"CheckpointConfig": _checkpoints(given["CheckpointConfig"], name)}
                if given.get("CheckpointConfig")
                else {}
            ),
            **({"Tags": tags} if tags else {}),
        }


def _specification(definition: Definition) -> dict[str, Any]:
    """A script in the built-in algorithm's image is followed by the algorithm's metrics, as the service does."""
    given = dict(definition.request["AlgorithmSpecification"])
    return {**given, "MetricDefinitions": XGBOOST_DEFINITIONS} if definition.built_in else given


def _resources(given: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    tuned = given.get("HyperParameterTuningResourceConfig")
    if tuned is None:
        yield dict(given["ResourceConfig"])
        return
    shared = {"VolumeKmsKeyId": tuned["VolumeKmsKeyId"]} if tuned.get("VolumeKmsKeyId") else {}
    single = {name: tuned[name] for name in ("InstanceType", "InstanceCount", "VolumeSizeInGB") if name in tuned}
    for each in tuned.get("InstanceConfigs") or [single]:
        yield {**each, **shared}


def _checkpoints(given: Mapping[str, str], name: str) -> dict[str, str]:
    """A folder of its own for each trial: they would go on from each other's checkpoints."""
    return {**given, "S3Uri": f"{given['S3Uri'].rstrip('/')}/{name}"}
