"""Application Auto Scaling asks in the caller's name for what it will do to endpoints and alarms."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.localaws.authorizer.support import allow, refusal

ROLE = "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
OWN = allow("application-autoscaling:*")
REGISTER = allow(["sagemaker:DescribeEndpoint", "sagemaker:UpdateEndpointWeightsAndCapacities"])
POLICY: dict[str, Any] = {
    "PolicyName": "track",
    "PolicyType": "TargetTrackingScaling",
    "TargetTrackingScalingPolicyConfiguration": {
        "TargetValue": 2.0,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
    },
}


@pytest.fixture
def target(unique: Callable[[str], str]) -> dict[str, str]:
    return {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"endpoint/{unique('Scales')}/variant/AllTraffic",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }


@pytest.fixture
def register(target: dict[str, str]) -> Callable[..., Any]:
    return lambda role: role.client("application-autoscaling").register_scalable_target(
        **target, MinCapacity=1, MaxCapacity=2
    )


def test_who_may_not_resize_the_endpoint_registers_no_target(
    role: Any, target: dict[str, str], register: Callable[..., Any]
) -> None:
    code, message, _ = refusal(lambda: register(role(OWN, allow("sagemaker:DescribeEndpoint"))))
    endpoint = target["ResourceId"].split("/")[1].lower()
    assert code == "AccessDeniedException"
    assert "sagemaker:UpdateEndpointWeightsAndCapacities on resource: arn:aws:sagemaker:us-east-1" in message
    assert f":endpoint/{endpoint} " in message


def test_the_first_target_of_an_account_needs_its_service_linked_role_to_be_made(
    aws: Any, role: Any, register: Callable[..., Any]
) -> None:
    iam = aws.client("iam")
    if any(each["RoleName"] == ROLE for each in iam.list_roles(PathPrefix="/aws-service-role/")["Roles"]):
        iam.delete_service_linked_role(RoleName=ROLE)
    assert "iam:CreateServiceLinkedRole" in refusal(lambda: register(role(OWN, REGISTER)))[1]
    service = {"StringEquals": {"iam:AWSServiceName": "sagemaker.application-autoscaling.amazonaws.com"}}
    register(role(OWN, REGISTER, allow("iam:CreateServiceLinkedRole", Condition=service)))
    made = iam.get_role(RoleName=ROLE)["Role"]
    assert made["Path"] == "/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/"
    register(role(OWN, REGISTER))


def test_a_policy_needs_its_alarms_to_be_made_and_removed(aws: Any, role: Any, target: dict[str, str]) -> None:
    alarms = f"arn:aws:cloudwatch:us-east-1:*:alarm:TargetTracking-{target['ResourceId']}-*"
    makes = role(OWN, allow(["cloudwatch:PutMetricAlarm", "cloudwatch:DescribeAlarms"], alarms))
    aws.client("application-autoscaling").register_scalable_target(**target, MinCapacity=1, MaxCapacity=2)
    plain, maker = role(OWN).client("application-autoscaling"), makes.client("application-autoscaling")
    assert "cloudwatch:PutMetricAlarm" in refusal(lambda: plain.put_scaling_policy(**target, **POLICY))[1]
    maker.put_scaling_policy(**target, **POLICY)
    assert "cloudwatch:DeleteAlarms" in refusal(lambda: maker.deregister_scalable_target(**target))[1]
    assert "cloudwatch:DeleteAlarms" in refusal(lambda: maker.delete_scaling_policy(**target, PolicyName="track"))[1]
    aws.client("application-autoscaling").delete_scaling_policy(**target, PolicyName="track")
    maker.deregister_scalable_target(**target)
