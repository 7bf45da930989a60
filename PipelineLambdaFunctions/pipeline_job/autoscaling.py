"""Let Application Auto Scaling keep an endpoint's instances between two numbers, by invocations.

https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling.html
"""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from pipeline_job.deployment import VARIANT
from pipeline_job.failure import code_of

_DIMENSION = {"ServiceNamespace": "sagemaker", "ScalableDimension": "sagemaker:variant:DesiredInstanceCount"}


def switch_on(scaling: Any, endpoint_name: str, values: Mapping[str, Any]) -> None:
    """Scale between ``min-instances`` and ``max-instances``; the endpoint must be InService."""
    target = {**_DIMENSION, "ResourceId": _resource(endpoint_name)}
    scaling.register_scalable_target(**target, MinCapacity=values["min-instances"], MaxCapacity=values["max-instances"])
    scaling.put_scaling_policy(
        **target,
        PolicyName=f"{endpoint_name}-invocations",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": float(values["invocations-per-instance"]),
            "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
        },
    )


def switch_off(scaling: Any, endpoint_name: str) -> None:
    """Take scaling off, with its policies and alarms; an endpoint without it is left as it is."""
    try:
        scaling.deregister_scalable_target(**_DIMENSION, ResourceId=_resource(endpoint_name))
    except ClientError as error:
        if code_of(error) != "ObjectNotFoundException":
            raise


def _resource(endpoint_name: str) -> str:
    return f"endpoint/{endpoint_name}/variant/{VARIANT}"
