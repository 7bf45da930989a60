"""What each role used, and what it may and never did."""

from typing import Any

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
