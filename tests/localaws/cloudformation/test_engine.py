"""Stacks are created, rolled back and deleted as AWS does it, event by event."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localaws.cloudformation.stacks import as_parameters

TOPIC = {"Type": "AWS::SNS::Topic"}
LAMBDA_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def bucket(name, **properties):
    return {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name, **properties}}


def test_creation_makes_the_resources_and_tells_each_step(stacks, aws, unique):
    name, bucket_name = unique("stack"), unique("bucket")
    template = {
        "Resources": {"Data": bucket(bucket_name, VersioningConfiguration={"Status": "Enabled"})},
        "Outputs": {"Name": {"Value": {"Ref": "Data"}}, "Arn": {"Value": {"Fn::GetAtt": ["Data", "Arn"]}}},
    }
    assert stacks.create(name, template)["StackStatus"] == "CREATE_COMPLETE"
    assert stacks.outputs(name) == {"Name": bucket_name, "Arn": f"arn:aws:s3:::{bucket_name}"}
    assert aws.client("s3").get_bucket_versioning(Bucket=bucket_name)["Status"] == "Enabled"
    assert stacks.events(name) == [
        (name, "CREATE_IN_PROGRESS", "User Initiated"),
        ("Data", "CREATE_IN_PROGRESS", ""),
        ("Data", "CREATE_IN_PROGRESS", "Resource creation Initiated"),
        ("Data", "CREATE_COMPLETE", ""),
        (name, "CREATE_COMPLETE", ""),
    ]


def test_creation_answers_before_it_is_done_and_the_waiter_waits(stacks, aws, unique):
    name = unique("stack")
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": {"T": TOPIC}}))
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    cloudformation.delete_stack(StackName=name)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 1})


def test_failed_creation_is_rolled_back_with_aws_reasons(stacks, aws, unique):
    name, taken, fresh = unique("stack"), unique("taken"), unique("fresh")
    aws.client("s3").create_bucket(Bucket=taken)
    template = {"Resources": {"Fresh": bucket(fresh), "Taken": {**bucket(taken), "DependsOn": "Fresh"}}}
    stack = stacks.create(name, template)
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert stacks.reasons(name, "CREATE_FAILED") == {"Taken": f"{taken} already exists"}
    assert stacks.reasons(name, "ROLLBACK_IN_PROGRESS") == {
        name: "The following resource(s) failed to create: [Taken]. Rollback requested by user."
    }
    with pytest.raises(ClientError):
        aws.client("s3").head_bucket(Bucket=fresh)
    assert aws.client("s3").head_bucket(Bucket=taken)


@pytest.mark.parametrize(("on_failure", "status"), [("DO_NOTHING", "CREATE_FAILED"), ("DELETE", "DELETE_COMPLETE")])
def test_on_failure_decides_what_follows(stacks, aws, unique, on_failure, status):
    taken = unique("taken")
    aws.client("s3").create_bucket(Bucket=taken)
    stack = stacks.create(unique("stack"), {"Resources": {"Taken": bucket(taken)}}, OnFailure=on_failure)
    assert stack["StackStatus"] == status


def test_a_resource_that_failed_half_way_is_removed_by_the_rollback(stacks, aws, unique):
    name, bucket_name = unique("stack"), unique("bucket")
    missing = {"LambdaConfigurations": [{"Event": "s3:ObjectCreated:*", "Function": "arn:aws:lambda:us-east-1:1:no"}]}
    stack = stacks.create(name, {"Resources": {"Half": bucket(bucket_name, NotificationConfiguration=missing)}})
    if stack["StackStatus"] == "ROLLBACK_COMPLETE":
        with pytest.raises(ClientError):
            aws.client("s3").head_bucket(Bucket=bucket_name)


def test_deleting_a_full_bucket_fails_and_can_be_repeated_with_retain(stacks, aws, unique):
    name, bucket_name = unique("stack"), unique("bucket")
    stacks.create(name, {"Resources": {"Data": bucket(bucket_name), "Topic": TOPIC}})
    aws.client("s3").put_object(Bucket=bucket_name, Key="k", Body=b"v")
    stack = stacks.delete(name)
    assert stack["StackStatus"] == "DELETE_FAILED"
    assert stack["StackStatusReason"] == "The following resource(s) failed to delete: [Data]."
    assert "The bucket you tried to delete is not empty" in stacks.reasons(stack["StackId"], "DELETE_FAILED")["Data"]
    assert stacks.delete(name, RetainResources=["Data"])["StackStatus"] == "DELETE_COMPLETE"
    assert aws.client("s3").head_bucket(Bucket=bucket_name)


def test_resources_are_made_in_the_order_of_their_references(stacks, unique):
    name = unique("stack")
    template = {
        "Resources": {
            "Last": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "Middle"}}},
            "Middle": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {"Type": "String", "Value": {"Fn::Sub": "${First}"}},
            },
            "First": TOPIC,
        }
    }
    assert stacks.create(name, template)["StackStatus"] == "CREATE_COMPLETE"
    complete = [logical_id for logical_id, status, _ in stacks.events(name) if status == "CREATE_COMPLETE"]
    assert complete == ["First", "Middle", "Last", name]


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ({"Resources": {}}, "Template format error: At least one Resources member must be defined."),
        ({"Resources": {"A": {"Type": "AWS::No::Such"}}}, "Template format error: Unrecognized resource types: "
            "[AWS::No::Such]"),
        ({"Resources": {"A": {**TOPIC, "DependsOn": "B"}}}, "Unresolved resource dependencies [B] in the Resources "
            "block"),
        (
            {"Resources": {"A": {**TOPIC, "DependsOn": "B"}, "B": {**TOPIC, "DependsOn": "A"}}},
            "Circular dependency between resources: [A, B]",
        ),
        ({"Resources": {"A": TOPIC}, "Extra": 1}, "Invalid template property or properties [Extra]"),
    ],
)  # fmt: skip
def test_a_wrong_template_is_refused_at_once(stacks, unique, template, message):
    with pytest.raises(ClientError, match="ValidationError") as caught:
        stacks.create(unique("stack"), template)
    assert message in str(caught.value)


def test_a_type_that_only_aws_has_is_refused_by_name(stacks, unique):
    with pytest.raises(ClientError, match=r"AWS::EC2::Instance.*docs/cloudformation.md"):
        stacks.create(unique("stack"), {"Resources": {"A": {"Type": "AWS::EC2::Instance"}}})


def test_iam_needs_to_be_acknowledged(stacks, unique):
    role: Any = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": LAMBDA_TRUST}}
    named = {**role, "Properties": {**role["Properties"], "RoleName": unique("role")}}
    with pytest.raises(ClientError, match=r"InsufficientCapabilities.*CAPABILITY_IAM"):
        stacks.create(unique("stack"), {"Resources": {"A": role}}, Capabilities=[])
    with pytest.raises(ClientError, match=r"InsufficientCapabilities.*CAPABILITY_NAMED_IAM"):
        stacks.create(unique("stack"), {"Resources": {"A": named}}, Capabilities=["CAPABILITY_IAM"])
    stack = stacks.create(unique("stack"), {"Resources": {"A": role}}, Capabilities=["CAPABILITY_IAM"])
    assert stack["StackStatus"] == "CREATE_COMPLETE"


def test_parameters_are_held_to_their_constraints(stacks, unique):
    template = {
        "Parameters": {
            "Initials": {"Type": "String", "AllowedPattern": "[a-z]+", "ConstraintDescription": "lower case"}
        },
        "Resources": {"A": TOPIC},
    }
    with pytest.raises(ClientError, match="Parameter Initials failed to satisfy constraint: lower case"):
        stacks.create(unique("stack"), template, Parameters=as_parameters(Initials="AB"))
    with pytest.raises(ClientError, match=r"Parameters: \[Initials\] must have values"):
        stacks.create(unique("stack"), template)
    with pytest.raises(ClientError, match=r"Parameters: \[Other\] do not exist in the template"):
        stacks.create(unique("stack"), template, Parameters=as_parameters(Initials="ab", Other="x"))


def test_a_second_stack_of_the_name_is_refused(stacks, unique):
    name = unique("stack")
    stacks.create(name, {"Resources": {"A": TOPIC}})
    with pytest.raises(ClientError, match=rf"AlreadyExistsException.*Stack \[{name}\] already exists"):
        stacks.create(name, {"Resources": {"A": TOPIC}})


def test_a_long_template_comes_from_s3_only(stacks, aws, unique):
    name, bucket_name = unique("stack"), unique("templates")
    body = json.dumps({"Resources": {"A": TOPIC}, "Metadata": {"padding": "x" * 52_000}})
    with pytest.raises(ClientError, match="less than or equal to 51200"):
        stacks.create(name, body)
    aws.client("s3").create_bucket(Bucket=bucket_name)
    aws.client("s3").put_object(Bucket=bucket_name, Key="a/t.json", Body=body.encode())
    stack = aws.client("cloudformation").create_stack(
        StackName=name, TemplateURL=f"https://{bucket_name}.s3.amazonaws.com/a/t.json"
    )
    assert stacks.settled(stack["StackId"])["StackStatus"] == "CREATE_COMPLETE"
