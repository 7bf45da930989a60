"""The policy simulator, through boto3."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.localaws.authorizer import positions
from tests.localaws.authorizer.support import allow, deny, document, refusal


def decisions(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["EvalActionName"], each["EvalDecision"]) for each in answer["EvaluationResults"]]


def by_resource(result: dict[str, Any]) -> dict[str, str]:
    return {each["EvalResourceName"]: each["EvalResourceDecision"] for each in result["ResourceSpecificResults"]}


def test_a_custom_policy_is_evaluated_for_each_action_on_each_resource(aws: Any) -> None:
    answer = aws.client("iam").simulate_custom_policy(
        PolicyInputList=[document(allow("s3:GetObject", "arn:aws:s3:::b/*"), deny("s3:*", "arn:aws:s3:::b/secret"))],
        ActionNames=["s3:GetObject", "s3:PutObject"],
        ResourceArns=["arn:aws:s3:::b/k", "arn:aws:s3:::b/secret"],
    )
    assert decisions(answer) == [("s3:GetObject", "explicitDeny"), ("s3:PutObject", "explicitDeny")]
    get, put = answer["EvaluationResults"]
    assert by_resource(get) == {"arn:aws:s3:::b/k": "allowed", "arn:aws:s3:::b/secret": "explicitDeny"}
    assert by_resource(put) == {"arn:aws:s3:::b/k": "implicitDeny", "arn:aws:s3:::b/secret": "explicitDeny"}
    first, second = get["ResourceSpecificResults"]
    assert [each["SourcePolicyId"] for each in first["MatchedStatements"]] == ["PolicyInputList.1"]
    assert get["MatchedStatements"] == second["MatchedStatements"] != first["MatchedStatements"]


def test_a_matched_statement_is_told_with_its_place(aws: Any) -> None:
    """The document and the columns are those of the AWS CLI's reference."""
    text = (
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*",'
        '"Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}'
    )
    entry = {
        "ContextKeyName": "aws:CurrentTime",
        "ContextKeyType": "date",
        "ContextKeyValues": ["2019-04-25T11:00:00Z"],
    }
    answer = aws.client("iam").simulate_custom_policy(
        PolicyInputList=[text], ActionNames=["dynamodb:CreateBackup"], ContextEntries=[entry]
    )
    (result,) = answer["EvaluationResults"]
    assert result["MatchedStatements"] == [
        {
            "SourcePolicyId": "PolicyInputList.1",
            "SourcePolicyType": "none",
            "StartPosition": {"Line": 1, "Column": 38},
            "EndPosition": {"Line": 1, "Column": 167},
        }
    ]
    assert (result["EvalResourceName"], result.get("ResourceSpecificResults")) == ("*", None)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ('{"Statement":[]}', []),
        ('{"Id": "x, [{", "Statement": [{"a": "}"} , {}], "Version": ""}', [((1, 32), (1, 41)), ((1, 45), (1, 46))]),
        ('{\n  "Statement" :\n  {\n    "a": [1]\n  }\n}', [((3, 4), (5, 4))]),
    ],
)
def test_places_of_statements(text: str, places: list[Any]) -> None:
    count = len(places)
    found = [positions.of_statement(text, index) for index in range(count)]
    assert [tuple((each["Line"], each["Column"]) for each in pair) for pair in found] == places


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
    assert [decision for _, decision in decisions(answer)] == ["allowed", "implicitDeny", "implicitDeny"]
    details = [
        each["PermissionsBoundaryDecisionDetail"]["AllowedByPermissionsBoundary"]
        for each in answer["EvaluationResults"]
    ]
    assert details == [True, False, False]
    (matched,) = answer["EvaluationResults"][0]["MatchedStatements"]
    assert (matched["SourcePolicyId"], matched["SourcePolicyType"]) == ("p", "IAM Policy")


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
    (result,) = answer["EvaluationResults"]
    assert result["EvalDecision"] == "implicitDeny"
    assert by_resource(result) == {f"arn:aws:s3:::{name}": "allowed", "arn:aws:s3:::other": "implicitDeny"}


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


def test_a_marker_that_no_simulation_gave_is_refused(aws: Any) -> None:
    policy = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}'
    with pytest.raises(ClientError, match="Invalid Marker") as raised:
        aws.client("iam").simulate_custom_policy(
            PolicyInputList=[policy], ActionNames=["s3:GetObject"], Marker="abc", MaxItems=1
        )
    assert raised.value.response["Error"]["Code"] == "InvalidInput"


def test_every_resource_may_be_asked_for(aws: Any) -> None:
    policy = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}'
    answer = aws.client("iam").simulate_custom_policy(
        PolicyInputList=[policy], ActionNames=["s3:GetObject"], ResourceArns=["*"]
    )
    assert decisions(answer) == [("s3:GetObject", "allowed")]
