"""Updates change in place, replace, or are taken back, as AWS does it."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localaws.cloudformation.stacks import as_parameters


def parameter(value, **more):
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value, **more}}


def queue(name, timeout=30, **attributes):
    return {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name, "VisibilityTimeout": timeout}, **attributes}


def test_a_change_in_place_keeps_the_physical_resource(stacks, aws, unique):
    name, queue_name = unique("stack"), unique("queue")
    stacks.create(name, {"Resources": {"Q": queue(queue_name, 30)}})
    before = stacks.physical_id(name, "Q")
    assert stacks.update(name, {"Resources": {"Q": queue(queue_name, 60)}})["StackStatus"] == "UPDATE_COMPLETE"
    assert stacks.physical_id(name, "Q") == before
    attributes = aws.client("sqs").get_queue_attributes(QueueUrl=before, AttributeNames=["All"])["Attributes"]
    assert attributes["VisibilityTimeout"] == "60"


def test_a_property_of_a_queue_that_is_taken_away_returns_to_its_default(stacks, aws, unique):
    name, queue_name = unique("stack"), unique("queue")
    stacks.create(name, {"Resources": {"Q": queue(queue_name, 60)}})
    bare = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": queue_name, "DelaySeconds": 5}}
    assert stacks.update(name, {"Resources": {"Q": bare}})["StackStatus"] == "UPDATE_COMPLETE"
    url = stacks.physical_id(name, "Q")
    attributes = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert (attributes["VisibilityTimeout"], attributes["DelaySeconds"]) == ("30", "5")


def test_a_redrive_policy_that_is_taken_away_is_gone(stacks, aws, unique):
    name, dead = unique("stack"), {"Type": "AWS::SQS::Queue"}
    redrive = {"deadLetterTargetArn": {"Fn::GetAtt": ["D", "Arn"]}, "maxReceiveCount": 2}
    with_it = {"Type": "AWS::SQS::Queue", "Properties": {"RedrivePolicy": redrive, "DelaySeconds": 1}}
    without = {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 1}}
    stacks.create(name, {"Resources": {"D": dead, "Q": with_it}})
    assert stacks.update(name, {"Resources": {"D": dead, "Q": without}})["StackStatus"] == "UPDATE_COMPLETE"
    url = stacks.physical_id(name, "Q")
    found = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert not found.get("RedrivePolicy")


def test_a_replacement_makes_the_new_one_first_and_removes_the_old_at_the_end(stacks, aws, unique):
    name, old, new = unique("stack"), unique("old"), unique("new")
    template = {"Resources": {"Q": queue(old), "P": parameter({"Fn::GetAtt": ["Q", "QueueName"]})}}
    stacks.create(name, template)
    template["Resources"]["Q"] = queue(new)
    assert stacks.update(name, template)["StackStatus"] == "UPDATE_COMPLETE"
    value = aws.client("ssm").get_parameter(Name=stacks.physical_id(name, "P"))["Parameter"]["Value"]
    assert value == new
    told = [(logical_id, status) for logical_id, status, _ in stacks.events(name)]
    assert told.index(("Q", "DELETE_COMPLETE")) > told.index((name, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"))
    reason = "Requested update requires the creation of a new physical resource; hence creating one."
    assert reason in stacks.reasons(name, "UPDATE_IN_PROGRESS").values()
    with pytest.raises(ClientError):
        aws.client("sqs").get_queue_url(QueueName=old)


def test_a_failed_update_is_taken_back(stacks, aws, unique):
    name, queue_name, taken = unique("stack"), unique("queue"), unique("taken")
    aws.client("s3").create_bucket(Bucket=taken)
    stacks.create(name, {"Resources": {"Q": queue(queue_name, 30), "P": parameter("one")}})
    broken = {
        "Resources": {
            "Q": queue(queue_name, 60),
            "P": parameter("two"),
            "Added": parameter("three"),
            "Taken": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": taken}, "DependsOn": ["Q", "P", "Added"]},
        }
    }
    stack = stacks.update(name, broken)
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert stacks.reasons(name, "UPDATE_ROLLBACK_IN_PROGRESS") == {
        name: "The following resource(s) failed to update: [Taken]."
    }
    assert aws.client("ssm").get_parameter(Name=stacks.physical_id(name, "P"))["Parameter"]["Value"] == "one"
    url = stacks.physical_id(name, "Q")
    attributes = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert attributes["VisibilityTimeout"] == "30"
    listed = aws.client("cloudformation").list_stack_resources(StackName=name)["StackResourceSummaries"]
    assert sorted(resource["LogicalResourceId"] for resource in listed) == ["P", "Q"]


def test_a_failed_update_keeps_the_replaced_resource(stacks, aws, unique):
    name, old, new, taken = unique("stack"), unique("old"), unique("new"), unique("taken")
    aws.client("s3").create_bucket(Bucket=taken)
    stacks.create(name, {"Resources": {"Q": queue(old)}})
    before = stacks.physical_id(name, "Q")
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": taken}, "DependsOn": "Q"}
    assert (
        stacks.update(name, {"Resources": {"Q": queue(new), "B": bucket}})["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    )
    assert stacks.physical_id(name, "Q") == before
    assert aws.client("sqs").get_queue_url(QueueName=old)["QueueUrl"] == before
    with pytest.raises(ClientError):
        aws.client("sqs").get_queue_url(QueueName=new)


def test_nothing_to_update_is_refused(stacks, unique):
    name, template = unique("stack"), {"Resources": {"P": parameter("one")}}
    stacks.create(name, template)
    with pytest.raises(ClientError, match="No updates are to be performed"):
        stacks.update(name, template)


def test_a_resource_that_is_left_out_is_removed(stacks, aws, unique):
    name = unique("stack")
    stacks.create(name, {"Resources": {"P": parameter("one"), "Q": parameter("two")}})
    gone = stacks.physical_id(name, "Q")
    assert stacks.update(name, {"Resources": {"P": parameter("one")}})["StackStatus"] == "UPDATE_COMPLETE"
    with pytest.raises(ClientError, match="ParameterNotFound"):
        aws.client("ssm").get_parameter(Name=gone)


def test_a_custom_named_resource_is_not_replaced_under_its_name(stacks, unique):
    name, topic = unique("stack"), unique("topic")
    template: Any = {"Resources": {"T": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": f"{topic}.fifo"}}}}
    template["Resources"]["T"]["Properties"]["FifoTopic"] = True
    assert stacks.create(name, template)["StackStatus"] == "CREATE_COMPLETE"
    template["Resources"]["T"]["Properties"] = {"TopicName": f"{topic}.fifo", "FifoTopic": False}
    assert stacks.update(name, template)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert stacks.reasons(name, "UPDATE_FAILED")["T"] == (
        f"CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename {topic}.fifo "
        f"and update the stack again."
    )


def test_stack_tags_reach_the_resources_and_follow_their_changes(stacks, aws, unique):
    name, bucket_name = unique("stack"), unique("bucket")
    template = {"Resources": {"B": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": bucket_name}}}}
    stacks.create(name, template, Tags=[{"Key": "team", "Value": "a"}])
    stacks.update(name, template, Tags=[{"Key": "team", "Value": "b"}])
    assert aws.client("s3").get_bucket_tagging(Bucket=bucket_name)["TagSet"] == [{"Key": "team", "Value": "b"}]


@pytest.mark.parametrize(("policy", "stays"), [("Retain", True), ("Delete", False)])
def test_deletion_policy_decides_what_stays(stacks, aws, unique, policy, stays):
    name, queue_name = unique("stack"), unique("queue")
    stacks.create(name, {"Resources": {"Q": queue(queue_name, DeletionPolicy=policy), "P": parameter("x")}})
    stack = stacks.delete(name)
    assert stack["StackStatus"] == "DELETE_COMPLETE"
    assert (("Q", "DELETE_SKIPPED", "") in stacks.events(stack["StackId"])) == stays
    queues = aws.client("sqs").list_queues(QueueNamePrefix=queue_name).get("QueueUrls", [])
    assert bool(queues) == stays


def test_retain_except_on_create_is_removed_by_a_rollback_and_kept_by_a_deletion(stacks, aws, unique):
    kept, dropped, taken = unique("kept"), unique("dropped"), unique("taken")
    aws.client("s3").create_bucket(Bucket=taken)
    name = unique("stack")
    stacks.create(name, {"Resources": {"Q": queue(kept, DeletionPolicy="RetainExceptOnCreate")}})
    stacks.delete(name)
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": taken}, "DependsOn": "Q"}
    failing = {"Resources": {"Q": queue(dropped, DeletionPolicy="RetainExceptOnCreate"), "B": bucket}}
    stacks.create(unique("stack"), failing)
    assert aws.client("sqs").list_queues(QueueNamePrefix=kept).get("QueueUrls")
    assert not aws.client("sqs").list_queues(QueueNamePrefix=dropped).get("QueueUrls")


def test_update_replace_policy_retains_the_old_one(stacks, aws, unique):
    name, old, new = unique("stack"), unique("old"), unique("new")
    stacks.create(name, {"Resources": {"Q": queue(old, UpdateReplacePolicy="Retain")}})
    stacks.update(name, {"Resources": {"Q": queue(new, UpdateReplacePolicy="Retain")}})
    assert aws.client("sqs").get_queue_url(QueueName=old)
    assert ("Q", "DELETE_SKIPPED", "") in stacks.events(name)


def test_a_stack_policy_denies_what_it_says(stacks, aws, unique):
    name = unique("stack")
    stacks.create(name, {"Resources": {"P": parameter("one"), "Q": parameter("one")}})
    policy = {
        "Statement": [
            {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": "Update:Modify", "Principal": "*", "Resource": "LogicalResourceId/P"},
        ]
    }
    aws.client("cloudformation").set_stack_policy(StackName=name, StackPolicyBody=json.dumps(policy))
    stack = stacks.update(name, {"Resources": {"P": parameter("two"), "Q": parameter("one")}})
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert stacks.reasons(name, "UPDATE_FAILED") == {"P": "Action denied by stack policy"}
    open_policy = {"Statement": policy["Statement"][:1]}
    stack = stacks.update(
        name,
        {"Resources": {"P": parameter("two"), "Q": parameter("one")}},
        StackPolicyDuringUpdateBody=json.dumps(open_policy),
    )
    assert stack["StackStatus"] == "UPDATE_COMPLETE"


def test_termination_protection_refuses_the_deletion(stacks, aws, unique):
    name = unique("stack")
    stacks.create(name, {"Resources": {"P": parameter("one")}}, EnableTerminationProtection=True)
    with pytest.raises(ClientError, match="TerminationProtection is enabled"):
        stacks.delete(name)
    aws.client("cloudformation").update_termination_protection(StackName=name, EnableTerminationProtection=False)
    assert stacks.delete(name)["StackStatus"] == "DELETE_COMPLETE"


def test_a_failed_update_without_rollback_can_be_rolled_back_later(stacks, aws, unique):
    name, taken = unique("stack"), unique("taken")
    aws.client("s3").create_bucket(Bucket=taken)
    stacks.create(name, {"Resources": {"P": parameter("one")}})
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": taken}, "DependsOn": "P"}
    stack = stacks.update(name, {"Resources": {"P": parameter("two"), "B": bucket}}, DisableRollback=True)
    assert stack["StackStatus"] == "UPDATE_FAILED"
    aws.client("cloudformation").rollback_stack(StackName=name)
    assert stacks.settled(name)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert aws.client("ssm").get_parameter(Name=stacks.physical_id(name, "P"))["Parameter"]["Value"] == "one"


def test_parameters_keep_their_previous_value(stacks, aws, unique):
    name = unique("stack")
    template = {
        "Parameters": {"A": {"Type": "String"}, "B": {"Type": "String", "NoEcho": True}},
        "Resources": {"P": parameter({"Fn::Sub": "${A}-${B}"})},
    }
    stacks.create(name, template, Parameters=as_parameters(A="a", B="secret"))
    stack = stacks.update(
        name, template, Parameters=[*as_parameters(A="z"), {"ParameterKey": "B", "UsePreviousValue": True}]
    )
    assert aws.client("ssm").get_parameter(Name=stacks.physical_id(name, "P"))["Parameter"]["Value"] == "z-secret"
    assert {"ParameterKey": "B", "ParameterValue": "****"} in stack["Parameters"]
