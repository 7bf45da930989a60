"""Move an endpoint from the config that it serves to another one, as SageMaker lets it be done. Forward and back.

https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html (an update that changes the instance type
of a scaled variant fails), https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html (instances never
become serverless)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline_job import autoscaling, endpoints

KEPT_EXCEPT = [{"VariantPropertyType": "DataCaptureConfig"}, {"VariantPropertyType": "DesiredWeight"}]


@dataclass(frozen=True)
class Serving:
    """What matters of one endpoint config: its instances (no type when it is serverless), and its tags."""

    config: str
    instance_type: str = ""
    is_serverless: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_scaled(self) -> bool:
        """Whether its deployment switched autoscaling on."""
        return autoscaling.TAG in self.tags


@dataclass(frozen=True)
class Replacement:
    """From one config to another. Pure."""

    before: Serving
    after: Serving

    @property
    def refusal(self) -> str:
        """Why SageMaker refuses it; empty when it does not."""
        if self.after.is_serverless and self.before.instance_type:
            return (
                f"{self.before.config} serves on instances, and SageMaker turns no endpoint with instances into a "
                "serverless one"
            )
        return ""

    @property
    def stops_scaling(self) -> bool:
        """Whether the scalable target must go first: SageMaker refuses to change the instances of one."""
        return self.before.is_scaled and self.before.instance_type != self.after.instance_type

    @property
    def keeps_instances(self) -> bool:
        """Whether as many instances go on serving as scaling has brought up."""
        return self.before.is_scaled and self.after.is_scaled and not self.stops_scaling

    @property
    def request(self) -> dict[str, Any]:
        """Members of UpdateEndpoint."""
        kept = {"RetainAllVariantProperties": True, "ExcludeRetainedVariantProperties": KEPT_EXCEPT}
        return {"EndpointConfigName": self.after.config, **(kept if self.keeps_instances else {})}


def serving(sagemaker: Any, config: str) -> Serving:
    """Read a config; one that is gone, or has no variants, tells nothing."""
    described = endpoints.describe_config(sagemaker, config) if config else None
    variants = (described or {}).get("ProductionVariants") or [{}]
    if described is None:
        return Serving(config)
    return Serving(
        config,
        variants[0].get("InstanceType", ""),
        "ServerlessConfig" in variants[0],
        endpoints.tags_of_config(sagemaker, config),
    )


def between(sagemaker: Any, before: str, after: str) -> Replacement:
    """The replacement of one config by another."""
    return Replacement(serving(sagemaker, before), serving(sagemaker, after))


def start(
    clients: Callable[[str], Any], endpoint: str, wanted: Replacement, guard: Mapping[str, Any] | None = None
) -> None:
    """Start the update; ``guard`` is its DeploymentConfig."""
    if wanted.stops_scaling:
        autoscaling.switch_off(clients("application-autoscaling"), endpoint)
    more = {"DeploymentConfig": guard} if guard else {}
    clients("sagemaker").update_endpoint(EndpointName=endpoint, **wanted.request, **more)


def scale_as(clients: Callable[[str], Any], endpoint: str, wanted: Replacement) -> None:
    """Scale the endpoint as the config that serves now was scaled when it was deployed."""
    now = autoscaling.Scaling.from_tag(wanted.after.tags.get(autoscaling.TAG, ""))
    if now is not None:
        autoscaling.switch_on(clients("application-autoscaling"), endpoint, now)
    elif wanted.before.is_scaled and not wanted.after.is_scaled:
        autoscaling.switch_off(clients("application-autoscaling"), endpoint)
