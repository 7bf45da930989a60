"""Manual approvals: the message to the topic, the token, who decided."""

import json
from typing import Any

import pytest

from tests.localaws.codepipeline.workbench import approval, stage
from tests.localaws.waiting import wait_until


def test_the_topic_gets_the_approval_with_its_token(bench: Any) -> None:
    sns, sqs = bench.aws.client("sns"), bench.aws.client("sqs")
    topic = sns.create_topic(Name=bench.unique("approvals"))["TopicArn"]
    queue = sqs.create_queue(QueueName=bench.unique("approvals"))["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    told = {
        "NotificationArn": topic,
        "CustomData": "look at the metrics",
        "ExternalEntityLink": "http://127.0.0.1/report",
    }
    name = bench.create(stage("Gate", approval(configuration=told, timeoutInMinutes=60)))
    body = wait_until(lambda: sqs.receive_message(QueueUrl=queue).get("Messages"))[0]["Body"]
    envelope = json.loads(body)
    assert envelope["Subject"] == f"APPROVAL NEEDED: AWS CodePipeline {name} for action Approve"
    message = json.loads(envelope["Message"])["approval"]
    assert message["pipelineName"] == name
    assert (message["stageName"], message["actionName"]) == ("Gate", "Approve")
    assert message["customData"] == "look at the metrics"
    assert message["externalEntityLink"] == "http://127.0.0.1/report"
    assert message["token"] == bench.token_of(name)


def test_the_decision_shows_who_made_it_and_is_made_once(bench: Any) -> None:
    name = bench.create(stage("Gate", approval()), stage("Later", approval("Again")))
    token = bench.answer(name, "Gate")
    state = bench.action_state(name, "Approve")
    assert (state["status"], state["summary"]) == ("Succeeded", "looked at it")
    assert state["lastUpdatedBy"] == "arn:aws:iam::123456789012:user/admin"
    members = {"pipelineName": name, "stageName": "Gate", "actionName": "Approve", "token": token}
    with pytest.raises(bench.codepipeline.exceptions.ApprovalAlreadyCompletedException):
        bench.codepipeline.put_approval_result(**members, result={"summary": "", "status": "Rejected"})


def test_a_wrong_token_is_refused(bench: Any) -> None:
    name = bench.create(stage("Gate", approval()))
    bench.token_of(name)
    members = {"pipelineName": name, "stageName": "Gate", "actionName": "Approve"}
    token = "00000000-0000-0000-0000-000000000000"
    with pytest.raises(bench.codepipeline.exceptions.InvalidApprovalTokenException):
        bench.codepipeline.put_approval_result(**members, token=token, result={"summary": "", "status": "Approved"})


def test_a_rejection_fails_the_stage_with_its_words(bench: Any) -> None:
    name = bench.create(stage("Gate", approval()))
    bench.answer(name, "Gate", status="Rejected")
    assert bench.ended(name) == "Failed"
    assert "looked at it" in bench.action_state(name, "Approve")["errorDetails"]["message"]


def test_a_topic_that_is_not_there_fails_the_action(bench: Any) -> None:
    absent = "arn:aws:sns:us-east-1:123456789012:absent"
    name = bench.create(stage("Gate", approval(configuration={"NotificationArn": absent})))
    assert bench.ended(name) == "Failed"
