"""What CreateEndpoint and UpdateEndpoint check before they start anything: keys, alarms, quotas, which config may
follow which."""

from collections.abc import Iterable, Mapping
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends

from rehearsal.localaws.authorizer import on_behalf, principals, scaling
from rehearsal.localaws.authorizer.requests import Need
from rehearsal.localaws.ground import arns
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker import encryption, quotas
from rehearsal.localaws.sagemaker.hosting.endpoint import Endpoint
from rehearsal.localaws.sagemaker.hosting.endpoint_config import EndpointConfig
from rehearsal.localaws.sagemaker.hosting.fleet import Fleet
from rehearsal.localaws.sagemaker.hosting.model import Model

_OF_ALL_ENDPOINTS = "Number of instances across active endpoints"


def check_key(config: EndpointConfig, access_key_id: str, region: str) -> None:
    """Whoever serves a config with a key must be able to grant SageMaker its use."""
    key_id = config.request.get("KmsKeyId")
    encryption.check_key_of_volume(key_id, region, principals.account_of_key(access_key_id))
    encryption.check_grant(key_id, access_key_id, region)


def check_alarms(
    deployment: Mapping[str, Any] | None, models: Iterable[Model], access_key_id: str, region: str
) -> None:
    """The alarms that may roll an update back are there, and both the caller and the models' roles may describe them.

    https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html (which asks it of the
    execution role; that the caller needs it too is the careful reading)

    Raises:
        AwsError: ValidationException.
    """
    wanted = ((deployment or {}).get("AutoRollbackConfiguration") or {}).get("Alarms") or ()
    names = [alarm["AlarmName"] for alarm in wanted]
    account_id = principals.account_of_key(access_key_id)
    prefix = f"arn:aws:cloudwatch:{region}:{account_id}:alarm:"
    needs = [Need("cloudwatch:DescribeAlarms", prefix + name, {}) for name in names]
    caller = principals.find(access_key_id)
    if caller is not None and (refused := on_behalf.first_refused_to(caller, needs, region)) is not None:
        raise _may_not_describe(caller.arn, refused)
    for role_arn in sorted({model.role_arn for model in models if model.role_arn}):
        if (refused := on_behalf.first_refused(role_arn, needs, region)) is not None:
            raise _may_not_describe(role_arn, refused)
    known = cloudwatch_backends[account_id][region].alarms
    if missing := [name for name in names if name not in known]:
        raise AwsError("ValidationException", f"The alarm(s) {', '.join(missing)} do not exist in {region}.")


def _may_not_describe(who: str, refused: Need) -> AwsError:
    return AwsError(
        "ValidationException",
        f"{who} is not authorized to perform: cloudwatch:DescribeAlarms on resource: {refused.resource}, because no "
        f"identity-based policy allows the cloudwatch:DescribeAlarms action.",
    )


def check_succession(endpoint: Endpoint, config: EndpointConfig) -> None:
    """Refuse a config that may not follow the one that serves.

    Raises:
        AwsError: ValidationException.
    """
    if endpoint.live is None:
        return
    _check_serverless(endpoint.live, config)
    _check_scaled(endpoint, endpoint.live, config)


def _check_serverless(live: Fleet, config: EndpointConfig) -> None:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html, "Feature exclusions"."""
    has_instances = any(not running.variant.serverless for running in live.variants.values())
    if has_instances and any(variant.serverless for variant in config.variants):
        raise AwsError(
            "ValidationException",
            f"Endpoint configuration {config.name} is serverless: an endpoint that serves on instances, with "
            f"{live.config.name}, cannot be converted to a serverless endpoint.",
        )


def _check_scaled(endpoint: Endpoint, live: Fleet, config: EndpointConfig) -> None:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html"""
    after = {variant.name: variant.request.get("InstanceType") for variant in config.variants}
    for target in scaling.targets_of(endpoint.name, endpoint.region, arns.account_of(endpoint.arn)):
        name = target.split("/")[3]
        running = live.variants.get(name)
        if running is None:
            continue
        if name not in after:
            change = "would be removed"
        elif after[name] != (before := running.variant.request.get("InstanceType")):
            change = f"would change from {before} to {after[name] or 'serverless'}"
        else:
            continue
        raise AwsError(
            "ValidationException",
            f"Variant {name} of endpoint {endpoint.name} {change}, but it is a target of Application Auto Scaling: "
            f"deregister the scalable target {target} before the update.",
        )


def check_quotas(config: EndpointConfig, endpoints: Iterable[Endpoint]) -> None:
    """Instances of endpoints of this region; those of an update are needed beside the ones that serve until it is
    over."""
    in_use: dict[str, int] = {}
    for endpoint in endpoints:
        for fleet in (endpoint.live, endpoint.incoming):
            for running in fleet.variants.values() if fleet is not None else ():
                if not running.variant.serverless:
                    kind = running.variant.request["InstanceType"]
                    in_use[kind] = in_use.get(kind, 0) + running.instance_count
    wanted: dict[str, int] = {}
    for variant in config.variants + config.shadows:
        if not variant.serverless:
            kind = variant.request["InstanceType"]
            wanted[kind] = wanted.get(kind, 0) + variant.instance_count
    for kind, count in wanted.items():
        quotas.check(f"{kind} for endpoint usage", in_use=in_use.get(kind, 0), wanted=count)
    quotas.check(_OF_ALL_ENDPOINTS, in_use=sum(in_use.values()), wanted=sum(wanted.values()))
