"""The policy simulator, through boto3."""

from collections.abc import Callable
from typing import Any

from tests.localaws.authorizer.support import allow, deny, document, refusal


def decisions(answer: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (each["EvalActionName"], each["EvalResourceName"], each["EvalDecision"]) for each in answer["EvaluationResults"]
    ]


def test_a_custom_policy_is_evaluated_for_each_action_on_each_resource(aws: Any) -> None:
    answer = aws.client("iam").simulate_custom_policy(
        PolicyInputList=[document(allow("s3:GetObject", "arn:aws:s3:::b/*"), deny("s3:*", "arn:aws:s3:::b/secret"))],
        ActionNames=["s3:GetObject", "s3:PutObject"],
        ResourceArns=["arn:aws:s3:::b/k", "arn:aws:s3:::b/secret"],
    )
    assert decisions(answer) == [
        ("s3:GetObject", "arn:aws:s3:::b/k", "allowed"),
        ("s3:GetObject", "arn:aws:s3:::b/secret", "explicitDeny"),
        ("s3:PutObject", "arn:aws:s3:::b/k", "implicitDeny"),
        ("s3:PutObject", "arn:aws:s3:::b/secret", "explicitDeny"),
    ]
    assert answer["EvaluationResults"][0]["MatchedStatements"] == [
        {"SourcePolicyId": "PolicyInputList.1", "SourcePolicyType": "none"}
    ]


def test_context_entries_count_and_missing_ones_are_named(aws: Any) -> None:
    policy = document(allow("s3:*", Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}))
    ask = {"PolicyInputList": [policy], "ActionNames": ["s3:GetObject"]}
    (without,) = aws.client("iam").simulate_custom_policy(**ask)["EvaluationResults"]
    assert (without["EvalDecision"], without["MissingContextValues"]) == ("implicitDeny", ["aws:RequestedRegion"])
    entry = {"ContextKeyName": "aws:requestedregion", "ContextKeyType": "string", "ContextKeyValues": ["eu-west-1"]}
    (given,) = aws.client("iam").simulate_custom_policy(**ask, ContextEntries=[entry])["EvaluationResults"]
    assert (given["EvalDecision"], given["MissingContextValues"]) == ("allowed", [])


def test_a_roles_policies_are_simulated_with_its_boundary(aws: Any, role: Any, unique: Callable[[str], str]) -> None:
    boundary = aws.client("iam").create_policy(PolicyName=unique("b"), PolicyDocument=document(allow("s3:*")))
    mine = role(allow(["s3:GetObject", "sqs:*"]), PermissionsBoundary=boundary["Policy"]["Arn"])
    answer = aws.client("iam").simulate_principal_policy(
        PolicySourceArn=mine.arn, ActionNames=["s3:GetObject", "sqs:SendMessage", "iam:GetRole"]
    )
    assert [each[2] for each in decisions(answer)] == ["allowed", "implicitDeny", "implicitDeny"]
    details = [
        each["PermissionsBoundaryDecisionDetail"]["AllowedByPermissionsBoundary"]
        for each in answer["EvaluationResults"]
    ]
    assert details == [True, False, False]
    assert answer["EvaluationResults"][0]["MatchedStatements"] == [{"SourcePolicyId": "p", "SourcePolicyType": "role"}]


def test_a_users_groups_count(aws: Any, unique: Callable[[str], str]) -> None:
    iam, name = aws.client("iam"), unique("ann")
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    iam.create_group(GroupName=name)
    iam.add_user_to_group(GroupName=name, UserName=name)
    iam.put_group_policy(
        GroupName=name, PolicyName="g", PolicyDocument=document(allow("s3:*", "arn:aws:s3:::${aws:username}"))
    )
    answer = iam.simulate_principal_policy(
        PolicySourceArn=arn, ActionNames=["s3:ListBucket"], ResourceArns=[f"arn:aws:s3:::{name}", "arn:aws:s3:::other"]
    )
    assert [each[2] for each in decisions(answer)] == ["allowed", "implicitDeny"]


def test_a_resource_policy_counts_for_its_caller(aws: Any) -> None:
    ann = "arn:aws:iam::123456789012:user/ann"
    policy = document({"Effect": "Allow", "Principal": {"AWS": ann}, "Action": "s3:*", "Resource": "*"})
    ask = {"PolicyInputList": [document()], "ActionNames": ["s3:GetObject"], "ResourcePolicy": policy}
    (hers,) = aws.client("iam").simulate_custom_policy(**ask, CallerArn=ann)["EvaluationResults"]
    assert hers["EvalDecision"] == "allowed"
    assert hers["MatchedStatements"][0]["SourcePolicyType"] == "resource"


def test_results_come_in_pages(aws: Any) -> None:
    pages = (
        aws.client("iam")
        .get_paginator("simulate_custom_policy")
        .paginate(
            PolicyInputList=[document(allow("*"))],
            ActionNames=[f"s3:Action{number}" for number in range(5)],
            PaginationConfig={"PageSize": 2},
        )
    )
    assert [len(page["EvaluationResults"]) for page in pages] == [2, 2, 1]


def test_context_keys_are_listed(aws: Any, role: Any) -> None:
    mine = role(allow("s3:*", Condition={"Bool": {"aws:SecureTransport": "true"}}))
    found = aws.client("iam").get_context_keys_for_principal_policy(PolicySourceArn=mine.arn)["ContextKeyNames"]
    assert found == ["aws:SecureTransport"]


def test_nonsense_is_refused(aws: Any) -> None:
    iam = aws.client("iam")
    ask = {"ActionNames": ["s3:GetObject"]}
    assert refusal(lambda: iam.simulate_custom_policy(PolicyInputList=["{}}"], **ask))[0] == "InvalidInput"
    missing = "arn:aws:iam::123456789012:role/none"
    assert refusal(lambda: iam.simulate_principal_policy(PolicySourceArn=missing, **ask))[0] == "NoSuchEntity"
