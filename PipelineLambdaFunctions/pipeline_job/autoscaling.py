"""Let Application Auto Scaling keep an endpoint's instances between two numbers, by invocations.

https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from pipeline_job.deployment import VARIANT
from pipeline_job.failure import code_of

TAG = "mlops:autoscaling"
"""On an endpoint config that is scaled, with how: whoever goes back to the config scales it so again."""
_DIMENSION = {"ServiceNamespace": "sagemaker", "ScalableDimension": "sagemaker:variant:DesiredInstanceCount"}
_AS_TAG = re.compile(r"min=(\d+) max=(\d+) target=([0-9.e+]+)")


@dataclass(frozen=True)
class Scaling:
    """Fewest and most instances, and the invocations a minute that each should get."""

    fewest: int
    most: int
    invocations_a_minute: float

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Scaling | None":
        """What UserParameters ask for; None when they ask for none."""
        if "min-instances" not in values:
            return None
        return cls(values["min-instances"], values["max-instances"], float(values["invocations-per-instance"]))

    @classmethod
    def from_tag(cls, text: str) -> "Scaling | None":
        """What a config's tag says; None for one that does not say how, as those of the first release."""
        found = _AS_TAG.fullmatch(text)
        return cls(int(found[1]), int(found[2]), float(found[3])) if found else None

    @property
    def tag(self) -> str:
        """As a tag's value, which :meth:`from_tag` reads."""
        return f"min={self.fewest} max={self.most} target={self.invocations_a_minute}"


def switch_on(scaling: Any, endpoint_name: str, wanted: Scaling) -> None:
    """Scale as ``wanted``; the endpoint must be InService."""
    target = {**_DIMENSION, "ResourceId": _resource(endpoint_name)}
    scaling.register_scalable_target(**target, MinCapacity=wanted.fewest, MaxCapacity=wanted.most)
    scaling.put_scaling_policy(
        **target,
        PolicyName=f"{endpoint_name}-invocations",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": wanted.invocations_a_minute,
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
