"""Autoscaling of variants."""

import botocore.exceptions
import pytest

from rehearsal.localaws.sagemaker.hosting.autoscaling import Tracking, desired
from tests.localaws.waiting import wait_until

from .test_endpoints_traffic import metric


@pytest.mark.parametrize(
    ("current", "per_instance", "expected"), [(1, 10, 1), (1, 11, 2), (2, 25, 5), (4, 1, 1), (2, 0, 1), (1, 900, 6)]
)
def test_the_load_of_an_instance_is_brought_to_the_target(current, per_instance, expected):
    tracking = Tracking("e", "v", target=10, least=1, most=6, scale_out_cooldown=0, scale_in_cooldown=0)
    assert desired(current, per_instance, tracking) == expected


def test_a_busy_variant_gets_more_instances(hosting, aws, trained):
    name, scaling = hosting.endpoint(), aws.client("application-autoscaling")
    where = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"endpoint/{name}/variant/AllTraffic",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    for _ in range(10):
        hosting.invoke(name, trained.csv(1))
    wait_until(lambda: metric(aws, name, "AllTraffic", "Invocations") == 10, "the metric")
    scaling.register_scalable_target(**where, MinCapacity=1, MaxCapacity=3)
    unknown = {"TargetValue": 1.0, "CustomizedMetricSpecification": {"Statistic": "Average"}}
    scaling.put_scaling_policy(
        **where,
        PolicyName=f"of-no-metric-{name}",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration=unknown,
    )
    scaling.put_scaling_policy(
        **where,
        PolicyName=f"policy-{name}",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 2.0,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
        },
    )
    aws.rehearsal("POST", "clock", seconds=30)
    wait_until(
        lambda: (
            hosting.client.describe_endpoint(EndpointName=name)["ProductionVariants"][0]["CurrentInstanceCount"] == 3
        ),
        "three instances",
    )
    assert float(hosting.invoke(name, trained.csv(1))) == pytest.approx(trained.predictions(1)[0])
    for policy in (f"policy-{name}", f"of-no-metric-{name}"):
        scaling.delete_scaling_policy(**where, PolicyName=policy)
    scaling.deregister_scalable_target(**where)


def test_a_target_of_zero_is_refused(aws):
    """Nothing can be divided by it."""
    with pytest.raises(botocore.exceptions.ClientError, match=r"ValidationException.*TargetValue"):
        aws.client("application-autoscaling").put_scaling_policy(
            ServiceNamespace="sagemaker",
            ResourceId="endpoint/any/variant/AllTraffic",
            ScalableDimension="sagemaker:variant:DesiredInstanceCount",
            PolicyName="zero",
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration={
                "TargetValue": 0.0,
                "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
            },
        )


def test_a_stack_has_a_target_and_a_policy(hosting, aws):
    name, scaling = hosting.endpoint(), aws.client("application-autoscaling")
    template = f"""
        Resources:
          Target:
            Type: AWS::ApplicationAutoScaling::ScalableTarget
            Properties:
              MinCapacity: "1"
              MaxCapacity: 2
              ResourceId: endpoint/{name}/variant/AllTraffic
              ScalableDimension: sagemaker:variant:DesiredInstanceCount
              ServiceNamespace: sagemaker
          Policy:
            Type: AWS::ApplicationAutoScaling::ScalingPolicy
            Properties:
              PolicyName: policy-{name}
              PolicyType: TargetTrackingScaling
              ScalingTargetId: !Ref Target
              TargetTrackingScalingPolicyConfiguration:
                TargetValue: "50.0"
                PredefinedMetricSpecification: {{PredefinedMetricType: SageMakerVariantInvocationsPerInstance}}
    """
    cloudformation, stack = aws.client("cloudformation"), f"scaled-{name}"
    cloudformation.create_stack(StackName=stack, TemplateBody=template)
    cloudformation.get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})
    mine = {"ServiceNamespace": "sagemaker", "ResourceIds": [f"endpoint/{name}/variant/AllTraffic"]}
    (target,) = scaling.describe_scalable_targets(**mine)["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 2)
    policies = scaling.describe_scaling_policies(ServiceNamespace="sagemaker", ResourceId=mine["ResourceIds"][0])
    assert [each["PolicyName"] for each in policies["ScalingPolicies"]] == [f"policy-{name}"]
    cloudformation.delete_stack(StackName=stack)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})
    assert scaling.describe_scalable_targets(**mine)["ScalableTargets"] == []
