"""Requests that CloudFormation refuses before it does anything, in its words, and what it takes beside them."""

import json

import pytest
from botocore.exceptions import ClientError

from tests.localaws.cloudformation.stacks import as_parameters

TOPIC = {"Type": "AWS::SNS::Topic", "Condition": "Wanted"}
CHOICE = {
    "Parameters": {"Make": {"Type": "String", "Default": "no"}},
    "Conditions": {"Wanted": {"Fn::Equals": [{"Ref": "Make"}, "yes"]}},
}
QUEUE = {"Type": "AWS::SQS::Queue"}


@pytest.mark.parametrize("reference", [{"Ref": "Topic"}, {"Fn::GetAtt": ["Topic", "TopicName"]}], ids=["Ref", "GetAtt"])
def test_an_output_of_what_is_not_made(stacks, unique, reference):
    template = {**CHOICE, "Resources": {"Topic": TOPIC, "Queue": QUEUE}, "Outputs": {"Name": {"Value": reference}}}
    with pytest.raises(ClientError) as raised:
        stacks.create(unique("stack"), template)
    expected = "Unresolved resource dependencies [Topic] in the Outputs block of the template"
    assert raised.value.response["Error"]["Message"] == expected
    chosen = {**template, "Outputs": {"Name": {"Condition": "Wanted", "Value": reference}}}
    assert stacks.create(unique("stack"), chosen)["StackStatus"] == "CREATE_COMPLETE"
    either = {**template, "Outputs": {"Name": {"Value": {"Fn::If": ["Wanted", reference, "none"]}}}}
    assert stacks.create(unique("other"), either)["StackStatus"] == "CREATE_COMPLETE"


def test_a_resource_that_refers_to_what_is_not_made(stacks, unique):
    queue = {**QUEUE, "Properties": {"Tags": [{"Key": "topic", "Value": {"Ref": "Topic"}}]}}
    with pytest.raises(ClientError, match=r"dependencies \[Topic\] in the Resources block"):
        stacks.create(unique("stack"), {**CHOICE, "Resources": {"Topic": TOPIC, "Queue": queue}})


def test_a_value_of_a_parameter_is_bounded(stacks, unique):
    template = {"Parameters": {"Text": {"Type": "String"}}, "Resources": {"Queue": QUEUE}}
    assert stacks.create(unique("stack"), template, Parameters=as_parameters(Text="x" * 4096))
    with pytest.raises(ClientError, match="less than or equal to 4096"):
        stacks.create(unique("other"), template, Parameters=as_parameters(Text="x" * 4097))


def test_what_is_kept_is_not_given_anew(stacks, unique):
    name = unique("stack")
    template = {"Parameters": {"Text": {"Type": "String"}}, "Resources": {"Queue": QUEUE}}
    stacks.create(name, template, Parameters=as_parameters(Text="before"))
    both = {"ParameterKey": "Text", "ParameterValue": "after", "UsePreviousValue": True}
    with pytest.raises(ClientError, match="Cannot specify usePreviousValue as true and non empty value"):
        stacks.update(name, template, Parameters=[both])
    with pytest.raises(ClientError, match="UsePreviousTemplate"):
        stacks.update(name, template, UsePreviousTemplate=True, Parameters=as_parameters(Text="after"))


def test_a_stack_that_is_being_made_takes_no_change_set(stacks, aws, unique):
    name = unique("stack")
    waiting = {
        "Wait": {
            "Type": "AWS::CloudFormation::WaitCondition",
            "Properties": {"Handle": {"Ref": "H"}, "Timeout": "3"},
        },
        "H": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
    }
    body = json.dumps({"Resources": waiting})
    stacks.client.create_stack(StackName=name, TemplateBody=body)
    with pytest.raises(ClientError, match="is in CREATE_IN_PROGRESS state and can not be updated"):
        stacks.client.create_change_set(StackName=name, ChangeSetName="early", TemplateBody=body)
    stacks.settled(name)


def test_the_path_of_a_user_changes(stacks, aws, unique):
    name, user = unique("stack"), unique("user")

    def template(path):
        return {
            "Resources": {"User": {"Type": "AWS::IAM::User", "Properties": {"UserName": user, "Path": path}}},
            "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["User", "Arn"]}}},
        }

    stacks.create(name, template("/one/"))
    assert stacks.update(name, template("/two/"))["StackStatus"] == "UPDATE_COMPLETE"
    assert aws.client("iam").get_user(UserName=user)["User"]["Path"] == "/two/"
    assert stacks.outputs(name)["Arn"].endswith(f"user/two/{user}")


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("AWS::SageMaker::MonitoringSchedule", "AWS has closed Model Monitor to new customers; docs/monitoring.md"),
        ("AWS::Events::ApiDestination", "nothing leaves this machine"),
        ("AWS::CloudTrail::Trail", "notifications to EventBridge start a pipeline"),
        ("AWS::ECR::Repository", "there are no containers here"),
    ],
)
def test_a_type_that_is_not_offered_is_refused_by_name_and_reason(stacks, unique, kind, reason):
    with pytest.raises(ClientError, match=rf"Unrecognized resource types: \[{kind}\].*{kind}: .*{reason}"):
        stacks.create(unique("stack"), {"Resources": {"R": {"Type": kind}}})
