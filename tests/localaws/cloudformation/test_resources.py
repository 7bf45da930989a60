"""Every resource type that is offered is made, changed by its stack's tags, and removed."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from rehearsal.localaws.cloudformation import registry
from rehearsal.localaws.cloudformation.template import parse
from tests.localaws.cloudformation.stacks import as_parameters

EVERY_TYPE = (Path(__file__).parent / "templates" / "every-type.yaml").read_text()
TESTED_ELSEWHERE = {
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::CloudFormation::CustomResource",
    "AWS::CloudFormation::Stack",
    "AWS::CloudFormation::WaitCondition",
    "AWS::CloudFormation::WaitConditionHandle",
    "AWS::Events::Archive",
    "AWS::SageMaker::CodeRepository",
    "AWS::SageMaker::Endpoint",
    "AWS::SageMaker::ModelPackage",
    "AWS::SageMaker::Project",
}


def test_the_template_has_every_type_that_is_offered():
    types = {declared.type for declared in parse(EVERY_TYPE).resources.values()}
    assert types | TESTED_ELSEWHERE == set(registry.handlers())


@pytest.fixture
def store(aws, unique):
    """A bucket with a layer's zip and the template of a product."""
    name, packed = unique("store"), io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("python/layer.py", "")
    aws.client("s3").create_bucket(Bucket=name)
    aws.client("s3").put_object(Bucket=name, Key="layer.zip", Body=packed.getvalue())
    product = b'{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
    aws.client("s3").put_object(Bucket=name, Key="product.json", Body=product)
    return name


def test_every_type_is_made_tagged_and_removed(stacks, unique, store):
    name = unique("every")
    stack = stacks.create(name, EVERY_TYPE, Parameters=as_parameters(Store=store))
    assert stack["StackStatus"] == "CREATE_COMPLETE", stacks.reasons(name, "CREATE_FAILED")
    tagged = stacks.update(
        name, EVERY_TYPE, Parameters=as_parameters(Store=store), Tags=[{"Key": "team", "Value": "a"}]
    )
    assert tagged["StackStatus"] == "UPDATE_COMPLETE", list(stacks.reasons(name, "UPDATE_FAILED").values())
    gone = stacks.delete(name)
    assert gone["StackStatus"] == "DELETE_COMPLETE", stacks.reasons(stack["StackId"], "DELETE_FAILED")


def failure(stacks, unique, resource, **members):
    """Why a stack of one resource fails."""
    name = unique("failing")
    stack = stacks.create(name, {"Resources": {"R": resource}}, **members)
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    return stacks.reasons(name, "CREATE_FAILED")["R"]


def test_an_unknown_property_fails_as_in_aws(stacks, unique):
    reason = failure(stacks, unique, {"Type": "AWS::SQS::Queue", "Properties": {"QueueNam": "x"}})
    told = "Properties validation failed for resource R with message:\n[#: extraneous key [QueueNam] is not permitted]"
    assert reason == told


def test_a_missing_property_and_a_wrong_type_are_told_together(stacks, unique):
    reason = failure(stacks, unique, {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "Text"}})
    assert "#: required key [Value] not found" in reason
    assert "#/Type: Text is not a valid enum value" in reason


def test_a_property_that_only_aws_offers_is_refused_by_name(stacks, unique):
    reason = failure(stacks, unique, {"Type": "AWS::S3::Bucket", "Properties": {"InventoryConfigurations": []}})
    assert reason == "The embedded AWS does not offer the property InventoryConfigurations of AWS::S3::Bucket"


def test_a_service_error_is_worded_as_a_resource_handler_words_it(stacks, unique):
    alias = {"Type": "AWS::KMS::Alias", "Properties": {"AliasName": unique("alias/a"), "TargetKeyId": "no-such-key"}}
    reason = failure(stacks, unique, alias)
    assert reason.startswith('Resource handler returned message: "')
    assert "(RequestToken: " in reason
    assert reason.endswith("HandlerErrorCode: NotFound)")


def test_aws_managed_policies_are_there_by_arn(stacks, aws, unique):
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": {
                    "Effect": "Allow",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                },
            },
            "ManagedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"],
        },
    }  # fmt: skip
    name = unique("stack")
    assert stacks.create(name, {"Resources": {"Role": role}})["StackStatus"] == "CREATE_COMPLETE"
    attached = aws.client("iam").list_attached_role_policies(RoleName=stacks.physical_id(name, "Role"))
    assert [policy["PolicyName"] for policy in attached["AttachedPolicies"]] == ["AWSLambdaBasicExecutionRole"]


def test_a_generated_secret_and_dynamic_references(stacks, aws, unique):
    name, parameter = unique("stack"), unique("plain")
    aws.client("ssm").put_parameter(Name=parameter, Type="String", Value="hello")
    aws.client("ssm").put_parameter(Name=f"{parameter}-secure", Type="SecureString", Value="hush")
    template = {
        "Resources": {
            "Secret": {
                "Type": "AWS::SecretsManager::Secret",
                "Properties": {
                    "GenerateSecretString": {
                        "SecretStringTemplate": json.dumps({"user": "me"}),
                        "GenerateStringKey": "password",
                        "PasswordLength": "24",
                    }
                },
            },
            "P": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {
                    "Type": "String",
                    "Value": {
                        "Fn::Sub": f"{{{{resolve:ssm:{parameter}}}}} {{{{resolve:ssm-secure:{parameter}-secure}}}} "
                        "{{resolve:secretsmanager:${Secret}:SecretString:user}}"
                    },
                },
            },
        }
    }
    assert stacks.create(name, template)["StackStatus"] == "CREATE_COMPLETE", stacks.events(name)
    value = aws.client("ssm").get_parameter(Name=stacks.physical_id(name, "P"))["Parameter"]["Value"]
    assert value == "hello hush me"
    secret = aws.client("secretsmanager").get_secret_value(SecretId=stacks.physical_id(name, "Secret"))["SecretString"]
    assert len(json.loads(secret)["password"]) == 24
    events = json.dumps(aws.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"], default=str)
    assert "hush" not in events, "events show the reference, not the secret"


def test_a_stack_with_a_service_role_can_do_only_what_the_role_may(stacks, aws, unique):
    iam, role = aws.client("iam"), unique("service-role")
    trust = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow", "Principal": {"Service": "cloudformation.amazonaws.com"}, "Action": "sts:AssumeRole",
        },
    }  # fmt: skip
    arn = iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    policy = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}}
    iam.put_role_policy(RoleName=role, PolicyName="queues", PolicyDocument=json.dumps(policy))
    queue = {"Type": "AWS::SQS::Queue"}
    topic = {"Type": "AWS::SNS::Topic", "DependsOn": "Q"}
    name = unique("stack")
    assert stacks.create(unique("good"), {"Resources": {"Q": queue}}, RoleARN=arn)["StackStatus"] == "CREATE_COMPLETE"
    stack = stacks.create(name, {"Resources": {"Q": queue, "T": topic}}, RoleARN=arn)
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "is not authorized to perform: SNS:CreateTopic" in stacks.reasons(name, "CREATE_FAILED")["T"]
    assert "HandlerErrorCode: AccessDenied" in stacks.reasons(name, "CREATE_FAILED")["T"]


def test_without_a_role_the_caller_needs_the_permission(stacks, aws, unique):
    iam, user = aws.client("iam"), unique("user")
    iam.create_user(UserName=user)
    policy = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "cloudformation:*", "Resource": "*"}}
    iam.put_user_policy(UserName=user, PolicyName="stacks", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=user)["AccessKey"]
    keys = {"AccessKeyId": key["AccessKeyId"], "SecretAccessKey": key["SecretAccessKey"], "SessionToken": None}
    client, name = aws.client("cloudformation", credentials=keys), unique("stack")
    client.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}))
    assert stacks.settled(name)["StackStatus"] == "ROLLBACK_COMPLETE"
    assert f"user/{user} is not authorized to perform: sqs:createqueue" in stacks.reasons(name, "CREATE_FAILED")[
        "Q"
    ] or (f"user/{user} is not authorized to perform: sqs:CreateQueue" in stacks.reasons(name, "CREATE_FAILED")["Q"])
    with pytest.raises(ClientError, match="AccessDenied"):
        aws.client("sqs", credentials=keys).create_queue(QueueName=unique("queue"))
