"""What is not offered is refused by name."""

import pytest
from botocore.exceptions import ClientError


@pytest.mark.parametrize(
    ("operation", "members", "told"),
    [
        ("create_stack_set", {"StackSetName": "s"}, "CreateStackSet is refused.*stack sets"),
        ("detect_stack_drift", {"StackName": "s"}, "DetectStackDrift is refused.*drift detection"),
        ("list_types", {}, "ListTypes is refused.*custom resource"),
    ],
)
def test_operations_are_refused_by_name(aws, operation, members, told):
    with pytest.raises(ClientError, match=told):
        getattr(aws.client("cloudformation"), operation)(**members)


@pytest.mark.parametrize(
    "template",
    [
        {"Transform": "MyMacro", "Resources": {"T": {"Type": "AWS::SNS::Topic"}}},
        {"Resources": {"T": {"Type": "AWS::SNS::Topic", "Properties": {"Fn::Transform": {"Name": "MyMacro"}}}}},
    ],
)
def test_macros_are_refused_by_name(stacks, unique, template):
    with pytest.raises(ClientError, match="does not run macros: transform MyMacro is refused"):
        stacks.create(unique("stack"), template)


def test_an_alias_whose_traffic_codedeploy_would_shift_is_refused_with_what_to_do(stacks, unique):
    policy = {"CodeDeployLambdaAliasUpdate": {"ApplicationName": "a", "DeploymentGroupName": "g"}}
    shifted = {"Type": "AWS::Lambda::Alias", "Properties": {}, "UpdatePolicy": policy}
    with pytest.raises(ClientError, match=r"CodeDeployLambdaAliasUpdate of resource A needs CodeDeploy.*RoutingConfig"):
        stacks.create(unique("stack"), {"Resources": {"A": shifted}})


def test_aliases_of_yaml_are_refused_as_in_aws(aws):
    body = "Resources:\n  A: &topic\n    Type: AWS::SNS::Topic\n  B: *topic\n"
    with pytest.raises(ClientError, match="YAML aliases are not allowed in CloudFormation templates"):
        aws.client("cloudformation").validate_template(TemplateBody=body)


def test_an_ampersand_is_no_alias(aws):
    body = 'Description: "salt & pepper"\nResources:\n  A: &named\n    Type: AWS::SNS::Topic\n'
    assert aws.client("cloudformation").validate_template(TemplateBody=body)["Description"] == "salt & pepper"
