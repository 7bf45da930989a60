"""Application Auto Scaling of endpoint variants: moto keeps targets and policies, here they act.

Target tracking on ``SageMakerVariantInvocationsPerInstance``, or on a metric of the user's choice
(CustomizedMetricSpecification: ``CPUUtilization`` in ``/aws/sagemaker/Endpoints``). AWS makes CloudWatch alarms for a
policy (three minutes above the target scale out, fifteen well below it scale in); here the policy looks at the last
minute, and then waits its cooldowns.
https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-add-code-define.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from math import ceil
from typing import Any

from moto.applicationautoscaling.models import ApplicationAutoscalingBackend, applicationautoscaling_backends
from moto.cloudwatch.models import cloudwatch_backends
from moto.sagemaker.models import sagemaker_backends

from rehearsal.localaws.alarms import evaluation
from rehearsal.localaws.authorizer import scaling
from rehearsal.localaws.ground import arns, clock, host, persistence
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.moto_bridge import moto_records
from rehearsal.localaws.moto_bridge.replacing import around, replace
from rehearsal.localaws.sagemaker.hosting import deployment
from rehearsal.localaws.sagemaker.hosting.endpoint import Endpoint, EndpointStatus
from rehearsal.localaws.sagemaker.hosting.invocation_metrics import NAMESPACE

EVERY_SECONDS = 30.0
_METRIC = "SageMakerVariantInvocationsPerInstance"
_COOLDOWN_SECONDS = 300
_LEAST_TARGET, _MOST_TARGET = 8.515920e-109, 1.174271e108


@dataclass(frozen=True)
class Metric:
    """A metric that a policy names itself."""

    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]]
    statistic: str


@dataclass(frozen=True)
class Tracking:
    """A target tracking policy of one variant."""

    endpoint_name: str
    variant_name: str
    target: float
    least: int
    most: int
    scale_out_cooldown: float
    scale_in_cooldown: float
    metric: Metric | None = None
    """None: the invocations of each instance."""


_scaled_at: dict[tuple[str, str, str], float] = {}
"""By the ARN and name of an endpoint and the name of a variant."""
persistence.keep_dict("sagemaker.scaling", _scaled_at)


_moto_register = ApplicationAutoscalingBackend.register_scalable_target


def install() -> None:
    """Act on the policies from now on."""
    replace(ApplicationAutoscalingBackend, "register_scalable_target", _register)
    around(ApplicationAutoscalingBackend, "put_scaling_policy", _of_what_scales)
    host.look_after_every(EVERY_SECONDS, _act_everywhere, name="autoscaling")


def _of_what_scales(put: Any) -> Any:
    @wraps(put)
    def put_scaling_policy(
        backend: Any, policy_name: str, service_namespace: str, resource_id: str, *args: Any, **named: Any
    ) -> Any:
        _check_namespace(service_namespace)
        _check_target(named.get("policy_body") or {})
        return put(backend, policy_name, service_namespace, resource_id, *args, **named)

    return put_scaling_policy


def _register(backend: Any, namespace: str, *args: Any, **members: Any) -> Any:
    """The first target of an endpoint brings the service-linked role with it. What is not there to scale is refused."""
    _check_namespace(namespace)
    target = _moto_register(backend, namespace, *args, **members)
    if not scaling.role_is_there(backend.account_id):
        _create_role(backend.account_id)
    return target


def _check_namespace(namespace: str) -> None:
    if namespace != "sagemaker":
        raise NotImplementedError(f"nothing of {namespace} is there to scale, only variants of endpoints are")


def _check_target(body: Mapping[str, Any]) -> None:
    """https://docs.aws.amazon.com/autoscaling/application/APIReference/API_TargetTrackingScalingPolicyConfiguration.html"""
    target = body.get("TargetValue")
    if target is not None and not _LEAST_TARGET <= float(target) <= _MOST_TARGET:
        raise AwsError(
            "ValidationException",
            f"TargetValue must be between {_LEAST_TARGET} and {_MOST_TARGET}, not {target}.",
        )


def _create_role(account_id: str) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": [scaling.ROLE_SERVICE]}, "Action": "sts:AssumeRole"}
    moto_records.of("iam", account_id=account_id).create_role(
        scaling.ROLE_NAME,
        json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        scaling.ROLE_PATH,
        permissions_boundary=None,
        description="",
        tags=[],
        max_session_duration="3600",
        linked_service=scaling.ROLE_SERVICE,
    )


def forget(endpoint_name: str, region: str, account_id: str) -> None:
    """Deregister the targets of an endpoint that is deleted, with their policies."""
    backend = applicationautoscaling_backends[account_id][region]
    gone = set(scaling.targets_of(endpoint_name, region, account_id))
    for key, policy in list(backend.policies.items()):
        if policy.resource_id in gone:
            del backend.policies[key]
    for resource_id in gone:
        del backend.targets[scaling.DIMENSION][resource_id]


def desired(current: int, per_instance: float, tracking: Tracking) -> int:
    """How many instances bring the load of each, or the metric, to the target, within the bounds of the scalable
    target. Pure."""
    wanted = ceil(current * per_instance / tracking.target)
    return max(tracking.least, min(tracking.most, wanted))


def act(account_id: str, region: str) -> None:
    """Scale the variants of an account's region once."""
    backend = applicationautoscaling_backends[account_id][region]
    for policy in list(backend.policies.values()):
        name = f"scaling policy {policy.policy_name}"
        host.attempt(_follow, policy, backend, account_id, region, name=name)


def _follow(policy: Any, backend: ApplicationAutoscalingBackend, account_id: str, region: str) -> None:
    tracking = _tracking(policy, backend)
    if tracking is None:
        return
    endpoint = sagemaker_backends[account_id][region].hosted_endpoints.find(tracking.endpoint_name)
    if endpoint is not None and endpoint.status is EndpointStatus.IN_SERVICE:
        _scale(endpoint, tracking)


def _scale(endpoint: Endpoint, tracking: Tracking) -> None:
    running = endpoint.live.variants.get(tracking.variant_name) if endpoint.live else None
    if running is None:
        return
    current = running.instance_count
    value = _value(endpoint, tracking)
    if value is None:
        return
    wanted = desired(current, value, tracking)
    key = (endpoint.arn, endpoint.name, running.name)
    cooldown = tracking.scale_out_cooldown if wanted > current else tracking.scale_in_cooldown
    if wanted == current or clock.timestamp() < _scaled_at.get(key, 0.0) + cooldown:
        return
    if not endpoint.change(EndpointStatus.UPDATING, only_from=(EndpointStatus.IN_SERVICE,)):
        return
    _scaled_at[key] = clock.timestamp()
    deployment.rescale(endpoint, [{"VariantName": running.name, "DesiredInstanceCount": wanted}])


def _value(endpoint: Endpoint, tracking: Tracking) -> float | None:
    """What the metric was in the last minute; None when it has no data."""
    if tracking.metric is not None:
        return (
            evaluation.AGGREGATES[tracking.metric.statistic](found)
            if (found := _data(endpoint, tracking.metric))
            else None
        )
    variant = frozenset({("EndpointName", endpoint.name), ("VariantName", tracking.variant_name)})
    invocations = Metric(NAMESPACE, "InvocationsPerInstance", variant, "Sum")
    return evaluation.AGGREGATES["Sum"](_data(endpoint, invocations))


def _data(endpoint: Endpoint, wanted: Metric) -> list[Any]:
    since = (clock.now() - timedelta(minutes=1)).replace(tzinfo=None)
    return [
        metric
        for metric in list(cloudwatch_backends[arns.account_of(endpoint.arn)][endpoint.region].metric_data)
        if metric.namespace == wanted.namespace
        and metric.name == wanted.name
        and metric.timestamp.replace(tzinfo=None) > since
        and {(dimension.name, dimension.value) for dimension in metric.dimensions} == wanted.dimensions
    ]


def _tracking(policy: Any, backend: ApplicationAutoscalingBackend) -> Tracking | None:
    """What a policy asks for; None for one that is not acted on."""
    target = backend.targets.get(scaling.DIMENSION, {}).get(policy.resource_id)
    settings: dict[str, Any] = policy.target_tracking_scaling_policy_configuration or {}
    predefined = settings.get("PredefinedMetricSpecification", {}).get("PredefinedMetricType")
    customized = _customized(settings.get("CustomizedMetricSpecification"))
    if policy.scalable_dimension != scaling.DIMENSION or target is None or (predefined != _METRIC and not customized):
        return None
    _, endpoint_name, _, variant_name = policy.resource_id.split("/")
    return Tracking(
        endpoint_name,
        variant_name,
        float(settings["TargetValue"]),
        target.min_capacity,
        target.max_capacity,
        settings.get("ScaleOutCooldown", _COOLDOWN_SECONDS),
        settings.get("ScaleInCooldown", _COOLDOWN_SECONDS),
        customized,
    )


def _customized(specification: dict[str, Any] | None) -> Metric | None:
    """The metric of a specification that names one; metric maths and unknown statistics are not acted on."""
    if not specification or specification.get("Statistic") not in evaluation.AGGREGATES:
        return None
    if "Namespace" not in specification or "MetricName" not in specification:
        return None
    dimensions = frozenset((each["Name"], each["Value"]) for each in specification.get("Dimensions") or ())
    return Metric(specification["Namespace"], specification["MetricName"], dimensions, specification["Statistic"])


def _act_everywhere() -> None:
    for account_id, regions in list(applicationautoscaling_backends.items()):
        for region in list(regions):
            act(account_id, region)
