"""Roles and policies of the stacks: least privilege by construction."""

from collections.abc import Iterator
from typing import Any

Template = dict[str, Any]
Statement = dict[str, Any]


def resources(template: Template, kind: str) -> dict[str, dict[str, Any]]:
    return {name: made for name, made in template["Resources"].items() if made["Type"] == kind}


def as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


def statements(template: Template) -> Iterator[tuple[str, Statement]]:
    """(role, statement) of every inline policy; both branches of a condition."""
    for name, role in resources(template, "AWS::IAM::Role").items():
        for policy in role["Properties"].get("Policies", []):
            for statement in as_list(policy["PolicyDocument"]["Statement"]):
                yield from ((name, branch) for branch in branches(statement))


def branches(statement: dict[str, Any]) -> Iterator[Statement]:
    """The statement itself, or those of both branches of its condition, however deep."""
    if "Fn::If" in statement:
        for branch in statement["Fn::If"][1:]:
            yield from branches(branch)
    elif "Effect" in statement:
        yield statement


def test_no_role_has_a_managed_policy(template: Template) -> None:
    roles = resources(template, "AWS::IAM::Role")
    assert [name for name, role in roles.items() if "ManagedPolicyArns" in role["Properties"]] == []


def test_no_role_has_a_fixed_name_that_would_collide_between_stacks(template: Template) -> None:
    roles = resources(template, "AWS::IAM::Role")
    assert [name for name, role in roles.items() if "RoleName" in role["Properties"]] == []


def test_no_statement_allows_all_actions_of_a_service(template: Template) -> None:
    wild = [
        (role, action)
        for role, statement in statements(template)
        for action in as_list(statement["Action"])
        if "*" in action
    ]
    assert wild == []


def test_roles_are_passed_to_a_named_service_only(template: Template) -> None:
    passing = [statement for _, statement in statements(template) if "iam:PassRole" in as_list(statement["Action"])]
    assert all("iam:PassedToService" in statement["Condition"]["StringEquals"] for statement in passing)
    assert all(statement["Resource"] != "*" for statement in passing)


ONLY_ON_EVERYTHING = {
    "codepipeline:PutJobSuccessResult",
    "codepipeline:PutJobFailureResult",
    "ecr:GetAuthorizationToken",
    "sagemaker:ListEndpointConfigs",
    "cloudwatch:PutMetricData",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeVpcs",
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeSubnets",
    "ec2:DescribeSecurityGroups",
}
"""Actions for which IAM has no resource type (Service Authorization Reference)."""


def test_every_statement_names_its_resources_where_iam_can(template: Template) -> None:
    broad = {
        action
        for _, statement in statements(template)
        if statement["Resource"] == "*"
        for action in as_list(statement["Action"])
    }
    assert broad <= ONLY_ON_EVERYTHING


def test_topics_that_rules_write_to_put_no_condition_on_eventbridge(template: Template) -> None:
    """EventBridge publishes to topics without the condition keys that would tell for whom."""
    for policy in resources(template, "AWS::SNS::TopicPolicy").values():
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            assert ("events.amazonaws.com" in str(statement["Principal"])) != ("Condition" in statement)


def test_every_statement_says_what_it_is_for(template: Template) -> None:
    sids = [statement.get("Sid", "") for _, statement in statements(template)]
    assert all(sids)
