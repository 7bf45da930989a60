"""The SageMaker requests that DeployModel's parameters mean, and what to do with an endpoint in a given state. Pure.

https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

VARIANT = "AllTraffic"
_CAPACITY = "CAPACITY_PERCENT"

Values = Mapping[str, Any]


class Step(Enum):
    """What an endpoint needs next."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"  # the only thing that SageMaker lets be done with a failed endpoint
    WAIT = "wait"  # until an operation of somebody else is over
    NOTHING = "nothing"


def next_step(described: Mapping[str, Any] | None, config_name: str) -> Step:
    """What brings the endpoint to ``config_name``; None stands for an endpoint that does not exist."""
    if described is None:
        return Step.CREATE
    status, serves_it = described["EndpointStatus"], described["EndpointConfigName"] == config_name
    if status == "InService":
        return Step.NOTHING if serves_it else Step.UPDATE
    if status in ("Failed", "OutOfService", "UpdateRollbackFailed"):
        return Step.DELETE
    if status in ("Creating", "Updating") and (serves_it or pending_config(described) == config_name):
        return Step.NOTHING  # this very deployment is under way: GetStatus waits for it
    return Step.WAIT


def pending_config(described: Mapping[str, Any]) -> str:
    """The config that an update under way moves to; empty when there is none."""
    return str(described.get("PendingDeploymentSummary", {}).get("EndpointConfigName", ""))


@dataclass(frozen=True)
class Served:
    """What is deployed: the training job's model under the names of this deployment."""

    name: str
    endpoint: str
    image: str
    model_data_url: str
    bucket: str
    role_arn: str
    tags: Mapping[str, str]

    @property
    def tag_list(self) -> list[dict[str, str]]:
        """Tags as SageMaker takes them."""
        return [{"Key": key, "Value": value[:256]} for key, value in self.tags.items()]


def model(served: Served, values: Values) -> dict[str, Any]:
    """The CreateModel request."""
    asked: dict[str, Any] = {
        "ModelName": served.name,
        "PrimaryContainer": {"Image": served.image, "ModelDataUrl": served.model_data_url},
        "ExecutionRoleArn": served.role_arn,
        "EnableNetworkIsolation": values["network-isolation"],
        "Tags": served.tag_list,
    }
    if "subnets" in values:
        asked["VpcConfig"] = {"Subnets": values["subnets"], "SecurityGroupIds": values["security-group-ids"]}
    return asked


def endpoint_config(served: Served, values: Values) -> dict[str, Any]:
    """The CreateEndpointConfig request."""
    asked: dict[str, Any] = {
        "EndpointConfigName": served.name,
        "ProductionVariants": [_variant(served.name, values)],
        "Tags": served.tag_list,
    }
    if "kms-key" in values:
        asked["KmsKeyId"] = values["kms-key"]
    if values["capture-percent"]:
        asked["DataCaptureConfig"] = _capture(served, values)
    return asked


def _variant(model_name: str, values: Values) -> dict[str, Any]:
    variant: dict[str, Any] = {"VariantName": VARIANT, "ModelName": model_name}
    if "serverless-memory-mb" in values:
        variant["ServerlessConfig"] = {
            "MemorySizeInMB": values["serverless-memory-mb"],
            "MaxConcurrency": values["serverless-max-concurrency"],
        }
        return variant
    count = max(values["instance-count"], values.get("min-instances", 1))
    return {
        **variant,
        "InstanceType": values["instance-type"],
        "InitialInstanceCount": count,
        "InitialVariantWeight": 1.0,
    }


def _capture(served: Served, values: Values) -> dict[str, Any]:
    capture: dict[str, Any] = {
        "EnableCapture": True,
        "InitialSamplingPercentage": values["capture-percent"],
        "DestinationS3Uri": f"s3://{served.bucket}/captured",
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"]},
    }
    if "kms-key" in values:
        capture["KmsKeyId"] = values["kms-key"]
    return capture


def deployment_config(values: Values) -> dict[str, Any] | None:
    """How an update moves the traffic; None leaves it to SageMaker, which moves all at once."""
    kind, alarms = values["deployment"], values.get("alarms", ())
    if kind == "ALL_AT_ONCE" and not alarms:
        return None
    routing: dict[str, Any] = {"Type": kind, "WaitIntervalInSeconds": values["wait-seconds"]}
    if kind != "ALL_AT_ONCE":
        size = "CanarySize" if kind == "CANARY" else "LinearStepSize"
        routing[size] = {"Type": _CAPACITY, "Value": values["step-percent"]}
    policy = {"TrafficRoutingConfiguration": routing, "TerminationWaitInSeconds": values["wait-seconds"]}
    if "max-deployment-minutes" in values:
        policy["MaximumExecutionTimeoutInSeconds"] = values["max-deployment-minutes"] * 60
    config: dict[str, Any] = {"BlueGreenUpdatePolicy": policy}
    if alarms:
        config["AutoRollbackConfiguration"] = {"Alarms": [{"AlarmName": name} for name in alarms]}
    return config


def is_same(existing: Any, asked: Any) -> bool:
    """Whether everything that is asked is so already; what SageMaker adds, and tags, do not matter."""
    if isinstance(asked, Mapping):
        return isinstance(existing, Mapping) and all(
            key == "Tags" or is_same(existing.get(key), value) for key, value in asked.items()
        )
    if isinstance(asked, list):
        return isinstance(existing, list) and len(existing) == len(asked) and all(map(is_same, existing, asked))
    return bool(existing == asked) or (existing is None and asked is False)


def superfluous(configs: list[str], kept: int, in_use: set[str]) -> list[str]:
    """Which of an endpoint's configs (newest first) to delete: all but the first ``kept``, never one in use."""
    return [name for name in configs[kept:] if name not in in_use]
