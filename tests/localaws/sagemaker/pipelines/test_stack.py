"""CloudFormation makes, changes and deletes pipelines; their definition may lie in S3."""

import json

import pytest
from botocore.exceptions import ClientError, WaiterError

from tests.localaws.sagemaker.pipelines.definitions import fail, text

SOON = {"Delay": 1, "MaxAttempts": 120}


def template(role: str, name: str, definition: dict) -> str:
    properties = {"PipelineName": name, "RoleArn": role, "PipelineDefinition": definition}
    properties["Tags"] = [{"Key": "made-by", "Value": "a stack"}]
    return json.dumps({"Resources": {"Pipeline": {"Type": "AWS::SageMaker::Pipeline", "Properties": properties}}})


def test_a_stack_has_a_pipeline_whose_definition_lies_in_s3(lab, aws, unique) -> None:
    stacks, name = aws.client("cloudformation"), unique("stack")
    for key, message in (("first", "one"), ("second", "two")):
        aws.client("s3").put_object(
            Bucket=lab.bucket, Key=f"{name}/{key}.json", Body=text(fail("Stop", message)).encode()
        )

    def lying(key: str) -> str:
        place = {"Bucket": lab.bucket, "Key": f"{name}/{key}.json"}
        return template(lab.role, name, {"PipelineDefinitionS3Location": place})

    stacks.create_stack(StackName=name, TemplateBody=lying("first"))
    stacks.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig=SOON)
    assert lab.step(lab.run(name)["PipelineExecutionArn"], "Stop")["FailureReason"] == "one"
    arn = lab.sagemaker.describe_pipeline(PipelineName=name)["PipelineArn"]
    assert {"Key": "made-by", "Value": "a stack"} in lab.sagemaker.list_tags(ResourceArn=arn)["Tags"]
    stacks.update_stack(StackName=name, TemplateBody=lying("second"))
    stacks.get_waiter("stack_update_complete").wait(StackName=name, WaiterConfig=SOON)
    assert lab.step(lab.run(name)["PipelineExecutionArn"], "Stop")["FailureReason"] == "two"
    stacks.delete_stack(StackName=name)
    stacks.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig=SOON)
    with pytest.raises(ClientError, match="ResourceNotFound"):
        lab.sagemaker.describe_pipeline(PipelineName=name)


def test_a_bad_definition_fails_the_stack_with_the_services_message(lab, aws, unique) -> None:
    stacks, name = aws.client("cloudformation"), unique("bad-stack")
    body = template(lab.role, name, {"PipelineDefinitionBody": text(fail("Stop", DependsOn=["Nobody"]))})
    stacks.create_stack(StackName=name, TemplateBody=body)
    with pytest.raises(WaiterError):
        stacks.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig=SOON)
    reasons = [
        each.get("ResourceStatusReason", "") for each in stacks.describe_stack_events(StackName=name)["StackEvents"]
    ]
    assert any("depends on the step 'Nobody', which does not exist" in reason for reason in reasons)
