"""Rules hold parameters to assertions, also by what the account holds of AWS-specific types."""

import json

import pytest
from botocore.exceptions import ClientError

from rehearsal.localaws.cloudformation import rules
from rehearsal.localaws.cloudformation.parameters import ParameterValue
from rehearsal.localaws.cloudformation.scope import StackScope, Surroundings
from rehearsal.localaws.cloudformation.template import parse
from rehearsal.localaws.ground.errors import AwsError

VPC, SUBNETS = "AWS::EC2::VPC::Id", "List<AWS::EC2::Subnet::Id>"


class Account:
    """Two VPCs with their departments."""

    departments = {"vpc-1": "IT", "vpc-2": "HR"}

    def all_of(self, kind):
        assert kind == VPC
        return [*self.departments]

    def attributes(self, kind, values, name):
        if kind == "AWS::EC2::Subnet::Id":
            return [f"{name} of {value}" for value in values]
        assert (kind, name) == (VPC, "Tags.Department")
        return [self.departments[value] for value in values if value in self.departments]


def check(condition, **rule):
    template = parse(
        json.dumps(
            {
                "Parameters": {"Mine": {"Type": VPC}, "Other": {"Type": VPC}, "Nets": {"Type": SUBNETS}},
                "Resources": {"T": {"Type": "AWS::SNS::Topic"}},
                "Rules": {"R": {"Assertions": [{"Assert": condition, "AssertDescription": "no"}], **rule}},
            }
        )
    )
    values = {
        "Mine": ParameterValue("Mine", "vpc-1", "vpc-1"),
        "Other": ParameterValue("Other", "vpc-2", "vpc-2"),
        "Nets": ParameterValue("Nets", "a,b", ("a", "b")),
    }
    surroundings = Surroundings("123456789012", "eu-west-1", "arn:aws:cloudformation:eu-west-1:1:stack/s/1", "s")
    rules.check(template, StackScope(template, values, surroundings), Account())


@pytest.mark.parametrize(
    "condition",
    [
        {"Fn::Contains": [{"Fn::RefAll": VPC}, {"Ref": "Mine"}]},
        {"Fn::Equals": [{"Fn::ValueOf": ["Mine", "Tags.Department"]}, "IT"]},
        {"Fn::EachMemberIn": [{"Fn::ValueOfAll": [VPC, "Tags.Department"]}, ["IT", "HR"]]},
        {"Fn::Not": [{"Fn::EachMemberEquals": [{"Fn::ValueOfAll": [VPC, "Tags.Department"]}, "IT"]}]},
        {"Fn::EachMemberIn": [["VpcId of b"], {"Fn::ValueOf": ["Nets", "VpcId"]}]},
        {"Fn::And": [{"Fn::Equals": [1, "1"]}, {"Fn::Contains": [{"Fn::RefAll": VPC}, "vpc-2"]}]},
    ],
)
def test_a_rule_that_holds(condition):
    check(condition)


def test_a_rule_that_does_not_hold_is_told_with_its_description():
    with pytest.raises(AwsError, match="Template validation error: Rule R: no"):
        check({"Fn::Equals": [{"Fn::ValueOf": ["Other", "Tags.Department"]}, "IT"]})


def test_a_rule_whose_condition_does_not_hold_asserts_nothing():
    condition = {"Fn::Contains": [{"Fn::RefAll": VPC}, "vpc-3"]}
    check({"Fn::Equals": [1, 2]}, RuleCondition=condition)


def test_a_value_of_what_is_no_parameter_is_told():
    with pytest.raises(AwsError, match="Fn::ValueOf refers to T, which is no parameter"):
        check({"Fn::Equals": [{"Fn::ValueOf": ["T", "Tags.Department"]}, "IT"]})


def test_rules_look_at_the_account(stacks, aws, unique):
    ec2, name = aws.client("ec2"), unique("stack")
    vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    group = ec2.describe_security_groups(
        Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
    )["SecurityGroups"][0]["GroupId"]
    subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
    ec2.create_tags(Resources=[vpc], Tags=[{"Key": "Department", "Value": "IT"}])

    def template(department):
        assertions = [
            {"Fn::Contains": [{"Fn::RefAll": VPC}, {"Ref": "Vpc"}]},
            {"Fn::Equals": [{"Fn::ValueOf": ["Vpc", "DefaultSecurityGroup"]}, group]},
            {"Fn::Equals": [{"Fn::ValueOf": ["Vpc", "Tags.Department"]}, department]},
            {"Fn::EachMemberEquals": [{"Fn::ValueOf": ["Nets", "VpcId"]}, {"Ref": "Vpc"}]},
        ]
        return {
            "Parameters": {"Vpc": {"Type": VPC, "Default": vpc}, "Nets": {"Type": SUBNETS}},
            "Rules": {"R": {"Assertions": [{"Assert": each} for each in assertions]}},
            "Resources": {"T": {"Type": "AWS::SNS::Topic"}},
        }

    nets = [{"ParameterKey": "Nets", "ParameterValue": ",".join(each["SubnetId"] for each in subnets)}]
    assert stacks.create(name, template("IT"), Parameters=nets)["StackStatus"] == "CREATE_COMPLETE"
    with pytest.raises(ClientError, match="Template validation error: Rule R"):
        stacks.create(unique("first"), template("HR"), Parameters=nets)
    wrong = json.loads(json.dumps(template("IT")).replace("DefaultSecurityGroup", "State"))
    with pytest.raises(ClientError, match="AWS::EC2::VPC::Id has no attribute State for rules"):
        stacks.create(unique("second"), wrong, Parameters=nets)
    with pytest.raises(ClientError, match="parameter value vpc-none for parameter name Vpc does not exist"):
        stacks.create(
            unique("third"), template("IT"), Parameters=[*nets, {"ParameterKey": "Vpc", "ParameterValue": "vpc-none"}]
        )
