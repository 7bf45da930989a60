"""Custom resources, wait conditions and nested stacks: what a stack waits for."""

import json
import urllib.request

import pytest
from botocore.exceptions import ClientError

from rehearsal.localaws.cloudformation import signals
from rehearsal.localaws.cloudformation.resources.model import ResourceFailed
from tests.localaws.waiting import wait_until

TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
}
ROLE = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}}
CODE = """
import cfnresponse

def handler(event, context):
    wanted = event["ResourceProperties"]
    if wanted.get("Fail") == event["RequestType"]:
        cfnresponse.send(event, context, cfnresponse.FAILED, {}, "thing", reason="told to fail")
        return
    name = "thing-" + wanted.get("Name", "x")
    told = {"Echo": repr(wanted["Number"]), "Kind": event["RequestType"]}
    cfnresponse.send(event, context, cfnresponse.SUCCESS, told, name)
"""


def custom(**properties):
    return {
        "Resources": {
            "Role": ROLE,
            "Function": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Handler": "index.handler",
                    "Runtime": "python3.12",
                    "Role": {"Fn::GetAtt": "Role.Arn"},
                    "Code": {"ZipFile": CODE},
                },
            },
            "Thing": {
                "Type": "Custom::Thing",
                "Properties": {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}, "Number": 1, **properties},
            },
        },
        "Outputs": {
            "Id": {"Value": {"Ref": "Thing"}},
            "Echo": {"Value": {"Fn::GetAtt": "Thing.Echo"}},
            "Kind": {"Value": {"Fn::GetAtt": "Thing.Kind"}},
        },
    }


def test_a_custom_resource_is_what_its_function_answers(stacks, unique):
    name = unique("stack")
    assert stacks.create(name, custom(Name="a"))["StackStatus"] == "CREATE_COMPLETE"
    assert stacks.outputs(name) == {"Id": "thing-a", "Echo": "'1'", "Kind": "Create"}
    assert stacks.update(name, custom(Name="a", More="x"))["StackStatus"] == "UPDATE_COMPLETE"
    assert stacks.outputs(name)["Kind"] == "Update"
    assert stacks.update(name, custom(Name="b"))["StackStatus"] == "UPDATE_COMPLETE"
    assert stacks.outputs(name)["Id"] == "thing-b"
    assert ("Thing", "DELETE_COMPLETE", "") in stacks.events(name), "the one it replaced is removed"
    assert stacks.delete(name)["StackStatus"] == "DELETE_COMPLETE"


def test_a_custom_resource_that_answers_failed_fails_the_stack(stacks, unique):
    name = unique("stack")
    assert stacks.create(name, custom(Fail="Create"))["StackStatus"] == "ROLLBACK_COMPLETE"
    reason = stacks.reasons(name, "CREATE_FAILED")["Thing"]
    assert reason.startswith("Received response status [FAILED] from custom resource. Message returned: told to fail")


def test_a_custom_resource_that_does_not_answer_times_out(stacks, unique):
    name = unique("stack")
    template = custom(ServiceTimeout=1)
    template["Resources"]["Function"]["Properties"]["Code"]["ZipFile"] = "def handler(event, context): pass"
    template.pop("Outputs")
    template["Resources"]["Thing"]["DeletionPolicy"] = "Retain"
    assert stacks.create(name, template, OnFailure="DO_NOTHING")["StackStatus"] == "CREATE_FAILED"
    reason = stacks.reasons(name, "CREATE_FAILED")["Thing"]
    assert reason.startswith("CloudFormation did not receive a response from your Custom Resource.")


def waiting(timeout=20, count=1):
    return {
        "Resources": {
            "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
            "Told": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "Handle"}}},
            "Wait": {
                "Type": "AWS::CloudFormation::WaitCondition",
                "DependsOn": "Told",
                "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": str(timeout), "Count": count},
            },
        },
        "Outputs": {"Data": {"Value": {"Fn::GetAtt": ["Wait", "Data"]}}},
    }


def put(url, letter):
    request = urllib.request.Request(url, method="PUT", data=json.dumps(letter).encode())
    urllib.request.urlopen(request).read()


def begin(aws, name, template, **members):
    aws.client("cloudformation").create_stack(StackName=name, TemplateBody=json.dumps(template), **members)

    def handle():
        listed = aws.client("cloudformation").describe_stack_resources(StackName=name)["StackResources"]
        found = {r["LogicalResourceId"]: r for r in listed}
        return found["Handle"]["PhysicalResourceId"] if found.get("Wait", {}).get("PhysicalResourceId") else None

    return wait_until(handle)


def test_a_wait_condition_takes_signals_at_its_handle(stacks, aws, unique):
    name = unique("stack")
    url = begin(aws, name, waiting(count=2))
    put(url, {"Status": "SUCCESS", "UniqueId": "one", "Data": "first"})
    put(url, {"Status": "SUCCESS", "UniqueId": "two", "Data": "second"})
    assert stacks.settled(name)["StackStatus"] == "CREATE_COMPLETE"
    assert json.loads(stacks.outputs(name)["Data"]) == {"one": "first", "two": "second"}


def test_a_failure_signal_fails_the_wait_condition(stacks, aws, unique):
    name = unique("stack")
    put(begin(aws, name, waiting()), {"Status": "FAILURE", "UniqueId": "one", "Reason": "broken"})
    assert stacks.settled(name)["StackStatus"] == "ROLLBACK_COMPLETE"
    reason = "WaitCondition received failed message: 'broken' for uniqueId: one"
    assert stacks.reasons(name, "CREATE_FAILED")["Wait"] == reason


def test_a_wait_condition_without_signals_times_out(stacks, unique):
    name = unique("stack")
    assert stacks.create(name, waiting(timeout=1))["StackStatus"] == "ROLLBACK_COMPLETE"
    reason = "WaitCondition timed out. Received 0 conditions when expecting 1"
    assert stacks.reasons(name, "CREATE_FAILED")["Wait"] == reason


def signalled(count=1, timeout="PT20M"):
    policy = {"ResourceSignal": {"Count": {"Ref": "Count"}, "Timeout": timeout}}
    return {
        "Parameters": {"Count": {"Type": "Number", "Default": count}},
        "Resources": {
            "Wait": {"Type": "AWS::CloudFormation::WaitCondition", "CreationPolicy": policy},
            "Topic": {"Type": "AWS::SNS::Topic", "CreationPolicy": {"ResourceSignal": {"Count": 9}}},
        },
    }


@pytest.fixture
def begun(aws, unique):
    """``begun(template)`` begins a stack; ``signal(unique_id, status)`` then reaches its wait condition."""
    client, name = aws.client("cloudformation"), unique("signalled")

    def signal(unique_id, status="SUCCESS"):
        client.signal_resource(StackName=name, LogicalResourceId="Wait", UniqueId=unique_id, Status=status)

    def begin(template):
        client.create_stack(StackName=name, TemplateBody=json.dumps(template))
        wait_until(lambda: status_of(client, name, "Wait") == "CREATE_IN_PROGRESS")
        return name, signal

    return begin


def status_of(client, name, logical_id):
    listed = client.describe_stack_resources(StackName=name)["StackResources"]
    return next((each["ResourceStatus"] for each in listed if each["LogicalResourceId"] == logical_id), None)


def test_a_creation_policy_waits_for_its_signals(stacks, begun):
    name, signal = begun(signalled(count=2))
    signal("one")
    with pytest.raises(ClientError, match="Signal with ID one for resource Wait already exists"):
        signal("one")
    signal("two")
    assert stacks.settled(name)["StackStatus"] == "CREATE_COMPLETE"
    assert ("Wait", "CREATE_IN_PROGRESS", "Received SUCCESS signal with UniqueId two") in stacks.events(name)
    with pytest.raises(ClientError, match="Wait is in CREATE_COMPLETE state and can not be signaled"):
        signal("three")


def test_a_signal_of_failure_fails_the_resource(stacks, begun):
    name, signal = begun(signalled())
    signal("one", "FAILURE")
    assert stacks.settled(name)["StackStatus"] == "ROLLBACK_COMPLETE"
    assert stacks.reasons(name, "CREATE_FAILED")["Wait"] == "Received FAILURE signal with UniqueId one"


def test_a_creation_policy_waits_no_longer_than_it_says(stacks, unique):
    name = unique("stack")
    assert stacks.create(name, signalled(count=3, timeout="PT1S"))["StackStatus"] == "ROLLBACK_COMPLETE"
    reason = "Failed to receive 3 resource signal(s) within the specified duration"
    assert stacks.reasons(name, "CREATE_FAILED")["Wait"] == reason


@pytest.mark.parametrize(
    ("policy", "count_and_seconds"),
    [
        ({}, (1, 300)),
        ({"ResourceSignal": {"Count": "2", "Timeout": "PT1H30M15S"}}, (2, 5415)),
        ({"ResourceSignal": {"Timeout": "PT24H"}}, (1, 43200)),
    ],
)
def test_what_a_creation_policy_waits_for(policy, count_and_seconds):
    assert signals.wanted(policy) == count_and_seconds


@pytest.mark.parametrize("timeout", ["5M", "PT", "P1D", 300])
def test_a_timeout_that_is_no_duration_is_told(timeout):
    with pytest.raises(ResourceFailed, match=f"Invalid Timeout {timeout} in CreationPolicy"):
        signals.wanted({"ResourceSignal": {"Timeout": timeout}})


def test_an_address_without_a_mailbox_takes_nothing(aws):
    with pytest.raises(urllib.error.HTTPError, match="403"):
        put(f"{aws.url}/cloudformation-callback-us-east-1/guessed", {"Status": "SUCCESS"})


CHILD = {
    "Parameters": {"Value": {"Type": "String"}},
    "Resources": {"P": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "Value"}}}},
    "Outputs": {"Name": {"Value": {"Ref": "P"}}},
}


def parent(url, value, **more):
    child = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url, "Parameters": {"Value": value}}}
    return {"Resources": {"Child": child, **more}, "Outputs": {"Name": {"Value": {"Fn::GetAtt": "Child.Outputs.Name"}}}}


@pytest.fixture
def child_url(aws, unique):
    bucket = unique("templates")
    aws.client("s3").create_bucket(Bucket=bucket)
    aws.client("s3").put_object(Bucket=bucket, Key="child.json", Body=json.dumps(CHILD).encode())
    return f"https://s3.amazonaws.com/{bucket}/child.json"


def test_a_nested_stack_lives_with_its_parent(stacks, aws, unique, child_url):
    name, ssm = unique("stack"), aws.client("ssm")
    assert stacks.create(name, parent(child_url, "one"))["StackStatus"] == "CREATE_COMPLETE"
    child = aws.client("cloudformation").describe_stacks(StackName=stacks.physical_id(name, "Child"))["Stacks"][0]
    top = aws.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]["StackId"]
    assert child["StackName"].startswith(f"{name}-Child-")
    assert (child["ParentId"], child["RootId"]) == (top, top)
    assert stacks.update(name, parent(child_url, "two"))["StackStatus"] == "UPDATE_COMPLETE"
    assert ssm.get_parameter(Name=stacks.outputs(name)["Name"])["Parameter"]["Value"] == "two"
    assert stacks.delete(name)["StackStatus"] == "DELETE_COMPLETE"
    assert stacks.settled(child["StackId"])["StackStatus"] == "DELETE_COMPLETE"


def test_a_nested_stack_goes_back_with_its_parent(stacks, aws, unique, child_url):
    name, taken = unique("stack"), unique("taken")
    aws.client("s3").create_bucket(Bucket=taken)
    stacks.create(name, parent(child_url, "one"))
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": taken}, "DependsOn": "Child"}
    assert stacks.update(name, parent(child_url, "two", B=bucket))["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    kept = aws.client("cloudformation").describe_stacks(StackName=stacks.physical_id(name, "Child"))["Stacks"][0]
    assert kept["Parameters"] == [{"ParameterKey": "Value", "ParameterValue": "one"}]


def test_a_failing_nested_stack_fails_its_parent(stacks, unique, child_url):
    name = unique("stack")
    assert stacks.create(name, parent(child_url, ""))["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "was not successfully created" in stacks.reasons(name, "CREATE_FAILED")["Child"]


def test_a_nested_stack_waiting_is_ended_when_its_parent_fails(stacks, aws, unique):
    name, taken, templates = unique("stack"), unique("taken"), unique("templates")
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=taken)
    s3.create_bucket(Bucket=templates)
    s3.put_object(Bucket=templates, Key="child.json", Body=json.dumps(waiting(timeout=600)).encode())
    child = {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": f"https://s3.amazonaws.com/{templates}/child.json"},
    }
    slow = {"Type": "AWS::SNS::Topic"}
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": taken}, "DependsOn": "Slow"}
    stack = stacks.create(name, {"Resources": {"Child": child, "Slow": slow, "Taken": bucket}})
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"


def test_imports_and_exports_hold_each_other(stacks, aws, unique):
    exporter, importer, export = unique("exporter"), unique("importer"), unique("export")

    def exporting(value):
        parameter = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}
        output = {"Value": {"Fn::GetAtt": "P.Value"}, "Export": {"Name": export}}
        return {"Resources": {"P": parameter}, "Outputs": {"Value": output}}

    value = {"Fn::ImportValue": {"Fn::Sub": export}}
    importing = {"Resources": {"P": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}}}
    assert stacks.create(unique("early"), importing)["StackStatus"] == "ROLLBACK_COMPLETE"
    stacks.create(exporter, exporting("one"))
    assert stacks.create(importer, importing)["StackStatus"] == "CREATE_COMPLETE"
    cloudformation = aws.client("cloudformation")
    assert cloudformation.list_imports(ExportName=export)["Imports"] == [importer]
    assert {"Name": export, "Value": "one"}.items() <= next(
        found for page in cloudformation.get_paginator("list_exports").paginate() for found in page["Exports"]
        if found["Name"] == export
    ).items()  # fmt: skip
    assert stacks.update(exporter, exporting("two"))["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    stack = stacks.delete(exporter)
    assert stack["StackStatus"] == "DELETE_FAILED"
    assert f"Cannot delete export {export} as it is in use by {importer}" in stack["StackStatusReason"]
    stacks.delete(importer)
    assert stacks.delete(exporter)["StackStatus"] == "DELETE_COMPLETE"
    with pytest.raises(ClientError, match="is not imported by any stack"):
        cloudformation.list_imports(ExportName=export)


def test_a_cancelled_update_is_taken_back(stacks, aws, unique):
    name, parameter = unique("stack"), {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "one"}}
    stacks.create(name, {"Resources": {"P": parameter}})
    slow = {"Resources": {"P": parameter, **waiting(timeout=600)["Resources"]}}
    client = aws.client("cloudformation")
    client.update_stack(StackName=name, TemplateBody=json.dumps(slow))
    client.cancel_update_stack(StackName=name)
    assert stacks.settled(name)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    listed = client.list_stack_resources(StackName=name)["StackResourceSummaries"]
    assert [resource["LogicalResourceId"] for resource in listed] == ["P"]


def test_a_stack_that_takes_longer_than_its_timeout_is_rolled_back(stacks, aws, unique):
    name = unique("stack")
    begin(aws, name, waiting(timeout=600), TimeoutInMinutes=1)
    aws.rehearsal("POST", "clock", seconds=61)
    assert stacks.settled(name)["StackStatus"] == "ROLLBACK_COMPLETE"
