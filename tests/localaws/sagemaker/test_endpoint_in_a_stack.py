"""AWS::SageMaker::Endpoint with its model and configuration: made, updated to another configuration, removed."""

import json
from typing import Any

from tests.localaws.sagemaker.conftest import IMAGE, Hosting


def template(hosting: Hosting, key: str) -> str:
    """A stack whose configuration has no name of its own, so that another model replaces it."""
    container = {"Image": IMAGE, "ModelDataUrl": f"s3://{hosting.bucket}/{key}"}
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 1,
        "InitialVariantWeight": 1.0,
    }
    model = {"ExecutionRoleArn": hosting.role, "PrimaryContainer": container}
    resources = {
        "Model": {"Type": "AWS::SageMaker::Model", "Properties": model},
        "Config": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"ProductionVariants": [variant]}},
        "Endpoint": {
            "Type": "AWS::SageMaker::Endpoint",
            "Properties": {"EndpointConfigName": {"Fn::GetAtt": ["Config", "EndpointConfigName"]}},
        },
    }
    outputs = {"Name": {"Value": {"Fn::GetAtt": ["Endpoint", "EndpointName"]}}, "Arn": {"Value": {"Ref": "Endpoint"}}}
    return json.dumps({"Resources": resources, "Outputs": outputs})


def outputs(aws: Any, name: str) -> dict[str, str]:
    found = aws.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]["Outputs"]
    return {each["OutputKey"]: each["OutputValue"] for each in found}


def test_an_endpoint_is_made_updated_in_place_and_removed(
    aws: Any, hosting: Hosting, trained: Any, trained_otherwise: Any
) -> None:
    cloudformation, name = aws.client("cloudformation"), hosting.unique("stack")
    fast = {"Delay": 1, "MaxAttempts": 60}
    cloudformation.create_stack(StackName=name, TemplateBody=template(hosting, "model.tar.gz"))
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig=fast)
    made = outputs(aws, name)
    described = hosting.client.describe_endpoint(EndpointName=made["Name"])
    assert (described["EndpointStatus"], described["EndpointArn"]) == ("InService", made["Arn"])
    first = hosting.invoke(made["Name"], trained.csv(1))
    cloudformation.update_stack(StackName=name, TemplateBody=template(hosting, "other.tar.gz"))
    cloudformation.get_waiter("stack_update_complete").wait(StackName=name, WaiterConfig=fast)
    assert outputs(aws, name) == made
    assert hosting.invoke(made["Name"], trained.csv(1)) != first
    cloudformation.delete_stack(StackName=name)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig=fast)
    assert hosting.client.list_endpoints(NameContains=made["Name"])["Endpoints"] == []
