"""What Application Auto Scaling asks in the caller's name when an endpoint is to scale. Reads moto's state, changes
nothing.

It resizes endpoints as its own service-linked role, which whoever first registers a target must be allowed to create;
whether the endpoint may be resized, and the alarms of a policy be made and removed, it asks of whoever wants it.
https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-prerequisites.html
"""

from collections.abc import Iterator

from rehearsal.localaws.authorizer.requests import Call, Need
from rehearsal.localaws.moto_bridge import moto_records

ROLE_SERVICE = "sagemaker.application-autoscaling.amazonaws.com"
ROLE_PATH = f"/aws-service-role/{ROLE_SERVICE}/"
ROLE_NAME = "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
_ENDPOINT_ACTIONS = ("DescribeEndpoint", "UpdateEndpointWeightsAndCapacities")
_ALARMS = ("AlarmHigh", "AlarmLow")
DIMENSION = "sagemaker:variant:DesiredInstanceCount"


def role_is_there(account_id: str) -> bool:
    """Whether the account has the service-linked role already."""
    roles = list(moto_records.of("iam", account_id=account_id).roles.values())
    return any(role.name == ROLE_NAME for role in roles)


def needs(call: Call) -> Iterator[Need]:
    """The permissions that a call about an endpoint's scaling needs beside its own."""
    if (call.service, call.operation) == ("sagemaker", "DeleteEndpoint"):
        yield from _to_forget(call)
    if call.service != "application-autoscaling" or call.params.get("ServiceNamespace") != "sagemaker":
        return
    if call.operation == "RegisterScalableTarget":
        yield from _to_register(call)
    if call.operation == "PutScalingPolicy" and call.params.get("PolicyType") == "TargetTrackingScaling":
        yield from _on_alarms(call, "PutMetricAlarm", "DescribeAlarms")
    if call.operation == "DeleteScalingPolicy" or (call.operation == "DeregisterScalableTarget" and _has_policy(call)):
        yield from _on_alarms(call, "DeleteAlarms")


def _to_register(call: Call) -> Iterator[Need]:
    endpoint = f"{_arn(call, 'sagemaker')}:{'/'.join(str(call.params.get('ResourceId')).split('/')[:2]).lower()}"
    for action in _ENDPOINT_ACTIONS:
        yield Need(f"sagemaker:{action}", endpoint, {})
    if not role_is_there(call.account_id):
        role = f"arn:aws:iam::{call.account_id}:role{ROLE_PATH}{ROLE_NAME}"
        yield Need("iam:CreateServiceLinkedRole", role, {"iam:awsservicename": (ROLE_SERVICE,)})


def _to_forget(call: Call) -> Iterator[Need]:
    """DeleteEndpoint deregisters the scalable targets of its variants, for which who deletes must have the right.

    https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-delete-with-scaling.html
    """
    keys = {
        "application-autoscaling:service-namespace": ("sagemaker",),
        "application-autoscaling:scalable-dimension": (DIMENSION,),
    }
    for target in targets_of(str(call.params.get("EndpointName")), call.region, call.account_id):
        arn = f"{_arn(call, 'application-autoscaling')}:scalable-target/{target}"
        yield Need("application-autoscaling:DeregisterScalableTarget", arn, keys)
        deregistering = Call("", "", {"ResourceId": target}, call.region, call.account_id)
        if _has_policy(deregistering):
            yield from _on_alarms(deregistering, "DeleteAlarms")


def targets_of(endpoint_name: str, region: str, account_id: str) -> list[str]:
    """The resource ids of an endpoint's scalable targets."""
    if not moto_records.is_loaded("applicationautoscaling"):
        return []
    targets = moto_records.of("applicationautoscaling", region, account_id).targets.get(DIMENSION, {})
    return [each for each in list(targets) if each.split("/")[:2] == ["endpoint", endpoint_name]]


def _on_alarms(call: Call, *actions: str) -> Iterator[Need]:
    for alarm in _ALARMS:
        arn = f"{_arn(call, 'cloudwatch')}:alarm:TargetTracking-{call.params.get('ResourceId')}-{alarm}"
        for action in actions:
            yield Need(f"cloudwatch:{action}", arn, {})


def _has_policy(call: Call) -> bool:
    policies = moto_records.of("applicationautoscaling", call.region, call.account_id).policies.values()
    return any(policy.resource_id == call.params.get("ResourceId") for policy in list(policies))


def _arn(call: Call, service: str) -> str:
    return f"arn:aws:{service}:{call.region}:{call.account_id}"
