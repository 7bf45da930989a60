"""What each role used, and what it may and never did."""

import json
from typing import Any

from rehearsal.localaws.authorizer import usage
from tests.localaws.authorizer.support import allow, deny, refusal


def test_used_and_unused_statements_are_told_apart(aws: Any, role: Any) -> None:
    mine = role(
        {**allow(["sqs:ListQueues", "sqs:GetQueueUrl"]), "Sid": "Queues"},
        {**allow("sns:ListTopics"), "Sid": "Topics"},
        deny("iam:*"),
        allow("logs:*"),
    )
    sqs = mine.client("sqs")
    sqs.list_queues()
    sqs.list_queues()
    refusal(mine.client("iam").list_users)
    (found,) = [each for each in aws.rehearsal("GET", "iam/usage")["principals"] if each["arn"] == mine.arn]
    assert [(each["statement"], each["times"]) for each in found["statements"]] == [
        ("Queues", 2),
        ("Topics", 0),
        ("#3", 0),
    ]
    assert found["statements"][0]["unusedActions"] == ["sqs:GetQueueUrl"]
    assert found["statements"][1]["unusedActions"] == ["sns:ListTopics"]
    assert [(each["action"], each["decision"], each["times"]) for each in found["calls"]] == [
        ("sqs:ListQueues", "allowed", 2),
        ("iam:ListUsers", "explicitDeny", 1),
    ]


def test_counts_stay_with_their_statement_when_the_policy_is_changed(aws: Any, role: Any) -> None:
    first, second = allow("sqs:ListQueues"), {**allow("sns:ListTopics"), "Sid": "Topics"}
    mine = role(first, second)
    mine.client("sqs").list_queues()
    mine.client("sns").list_topics()
    iam = aws.client("iam")
    (policy,) = iam.list_role_policies(RoleName=mine.name)["PolicyNames"]
    document = {"Version": "2012-10-17", "Statement": [allow("logs:*"), second, first]}
    iam.put_role_policy(RoleName=mine.name, PolicyName=policy, PolicyDocument=json.dumps(document))
    (found,) = [each for each in aws.rehearsal("GET", "iam/usage")["principals"] if each["arn"] == mine.arn]
    assert [(each["statement"], each["usedActions"]) for each in found["statements"]] == [
        ("#0", {}),
        ("Topics", {"sns:ListTopics": 1}),
        ("#2", {"sqs:ListQueues": 1}),
    ]


def test_resources_beyond_a_hundred_are_counted_together(aws: Any, role: Any) -> None:
    mine = role(allow("ssm:GetParameter"))
    ssm = mine.client("ssm")
    for number in range(usage.MOST_RESOURCES + 5):
        refusal(lambda name=f"p{number}": ssm.get_parameter(Name=name))
    refusal(lambda: ssm.get_parameter(Name="p0"))
    (found,) = [each for each in aws.rehearsal("GET", "iam/usage")["principals"] if each["arn"] == mine.arn]
    times = {each["resource"]: each["times"] for each in found["calls"]}
    assert len(times) == usage.MOST_RESOURCES + 1
    assert times[usage.FURTHER] == 5
    assert max(times.values()) == 5 and sorted(times.values())[-2] == 2
