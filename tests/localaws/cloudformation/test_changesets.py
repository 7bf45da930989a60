"""Change sets say what an update would do, and do it when executed."""

import json

import pytest
from botocore.exceptions import ClientError


def template(queue_name, value, **more):
    resources = {
        "Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": queue_name}},
        "P": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}},
        "R": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "Q"}}},
    }
    return {"Resources": {**resources, **more}}


def describe(cloudformation, stack, body, kind="UPDATE", name="changes"):
    cloudformation.create_change_set(
        StackName=stack, ChangeSetName=name, ChangeSetType=kind, TemplateBody=json.dumps(body)
    )
    return cloudformation.describe_change_set(StackName=stack, ChangeSetName=name)


def test_a_change_set_names_replacement_and_what_changes(stacks, aws, unique):
    cloudformation, name, old, new = aws.client("cloudformation"), unique("stack"), unique("old"), unique("new")
    stacks.create(name, template(old, "one"))
    added = {"Type": "AWS::SNS::Topic"}
    described = describe(cloudformation, name, template(new, "two", T=added))
    changes = {
        change["ResourceChange"]["LogicalResourceId"]: change["ResourceChange"] for change in described["Changes"]
    }
    assert {key: (c["Action"], c.get("Replacement")) for key, c in changes.items()} == {
        "Q": ("Modify", "True"),
        "P": ("Modify", "False"),
        "R": ("Modify", "False"),
        "T": ("Add", None),
    }
    (detail,) = changes["Q"]["Details"]
    assert (detail["Target"]["Name"], detail["Target"]["RequiresRecreation"]) == ("QueueName", "Always")
    assert (detail["Target"]["BeforeValue"], detail["Target"]["AfterValue"]) == (old, new)
    assert changes["R"]["Details"][0]["Target"]["AfterValue"] == "{{changeSet:KNOWN_AFTER_APPLY}}"
    assert stacks.physical_id(name, "Q").endswith(old), "a change set changes nothing"


def test_executing_a_change_set_updates_the_stack(stacks, aws, unique):
    cloudformation, name, queue = aws.client("cloudformation"), unique("stack"), unique("queue")
    stacks.create(name, template(queue, "one"))
    describe(cloudformation, name, template(queue, "two"))
    cloudformation.execute_change_set(StackName=name, ChangeSetName="changes")
    assert stacks.settled(name)["StackStatus"] == "UPDATE_COMPLETE"
    with pytest.raises(ClientError, match="InvalidChangeSetStatus"):
        cloudformation.execute_change_set(StackName=name, ChangeSetName="changes")


def test_a_change_set_can_create_a_stack(stacks, aws, unique):
    cloudformation, name = aws.client("cloudformation"), unique("stack")
    described = describe(cloudformation, name, template(unique("queue"), "one"), kind="CREATE")
    assert {change["ResourceChange"]["Action"] for change in described["Changes"]} == {"Add"}
    status = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
    assert status == "REVIEW_IN_PROGRESS"
    cloudformation.get_waiter("change_set_create_complete").wait(StackName=name, ChangeSetName="changes")
    cloudformation.execute_change_set(StackName=name, ChangeSetName="changes")
    assert stacks.settled(name)["StackStatus"] == "CREATE_COMPLETE"


def test_a_change_set_without_changes_fails(stacks, aws, unique):
    cloudformation, name, queue = aws.client("cloudformation"), unique("stack"), unique("queue")
    stacks.create(name, template(queue, "one"))
    described = describe(cloudformation, name, template(queue, "one"))
    assert (described["Status"], described["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert described["StatusReason"].startswith("The submitted information didn't contain changes.")


def test_change_sets_are_listed_and_deleted(stacks, aws, unique):
    cloudformation, name, queue = aws.client("cloudformation"), unique("stack"), unique("queue")
    stacks.create(name, template(queue, "one"))
    describe(cloudformation, name, template(queue, "two"), name="first")
    describe(cloudformation, name, template(queue, "three"), name="second")
    listed = cloudformation.list_change_sets(StackName=name)["Summaries"]
    assert sorted(summary["ChangeSetName"] for summary in listed) == ["first", "second"]
    cloudformation.delete_change_set(StackName=name, ChangeSetName="first")
    assert len(cloudformation.list_change_sets(StackName=name)["Summaries"]) == 1
    with pytest.raises(ClientError, match="ChangeSetNotFound"):
        cloudformation.describe_change_set(StackName=name, ChangeSetName="first")
