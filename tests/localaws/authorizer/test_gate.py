"""The authorizer as callers meet it: roles and users with policies, through boto3."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from tests.localaws.authorizer.support import ACCOUNT, TRUST_ACCOUNT, allow, deny, document, refusal

Unique = Callable[[str], str]


def test_a_json_service_denies_as_aws_does(role: Any) -> None:
    mine = role(allow("s3:*"))
    code, message, status = refusal(lambda: mine.client("sagemaker").describe_training_job(TrainingJobName="Job-1"))
    assert (code, status) == ("AccessDeniedException", 400)
    assert message == (
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/{mine.name}/me is not authorized to perform: "
        f"sagemaker:DescribeTrainingJob on resource: arn:aws:sagemaker:us-east-1:{ACCOUNT}:training-job/job-1 "
        "because no identity-based policy allows the sagemaker:DescribeTrainingJob action"
    )


def test_s3_denies_in_xml_with_the_resource_in_quotes(role: Any) -> None:
    mine = role(allow("sqs:*"))
    code, message, status = refusal(lambda: mine.client("s3").get_object(Bucket="b", Key="a/b c.txt"))
    assert (code, status) == ("AccessDenied", 403)
    assert 'perform: s3:GetObject on resource: "arn:aws:s3:::b/a/b c.txt" because no identity-based' in message


def test_a_query_service_denies_with_an_explicit_deny(role: Any) -> None:
    mine = role(allow("*"), deny("iam:Get*"))
    code, message, status = refusal(lambda: mine.client("iam").get_role(RoleName=mine.name))
    assert (code, status) == ("AccessDenied", 403)
    assert message.endswith(
        f"perform: iam:GetRole on resource: {mine.arn} with an explicit deny in an identity-based policy"
    )


@pytest.mark.parametrize(
    ("service", "operation", "params", "code", "status"),
    [
        ("lambda", "get_function", {"FunctionName": "f"}, "AccessDeniedException", 403),
        ("sqs", "list_queues", {}, "AccessDenied", 403),
        ("sns", "list_topics", {}, "AuthorizationError", 403),
        ("cloudformation", "list_stacks", {}, "AccessDenied", 403),
        ("cloudwatch", "describe_alarms", {}, "AccessDenied", 403),
        ("codepipeline", "get_pipeline", {"name": "p"}, "AccessDeniedException", 400),
        ("dynamodb", "list_tables", {}, "AccessDeniedException", 400),
        ("events", "list_rules", {}, "AccessDeniedException", 400),
        ("kms", "list_keys", {}, "AccessDeniedException", 400),
        ("logs", "describe_log_groups", {}, "AccessDeniedException", 400),
        ("scheduler", "list_schedules", {}, "AccessDeniedException", 403),
        ("secretsmanager", "list_secrets", {}, "AccessDeniedException", 400),
        ("ssm", "describe_parameters", {}, "AccessDeniedException", 400),
        ("stepfunctions", "list_state_machines", {}, "AccessDeniedException", 400),
        ("codebuild", "list_projects", {}, "AccessDeniedException", 400),
        ("codecommit", "list_repositories", {}, "AccessDeniedException", 400),
    ],
)
def test_each_protocol_has_its_code_and_status(
    role: Any, service: str, operation: str, params: dict[str, Any], code: str, status: int
) -> None:
    client = role().client(service)
    found = refusal(lambda: getattr(client, operation)(**params))
    assert (found[0], found[2]) == (code, status), found


def test_tags_at_creation_need_their_own_permission(role: Any) -> None:
    mine = role(allow("logs:CreateLogGroup"))
    code, message, _ = refusal(
        lambda: mine.client("logs").create_log_group(logGroupName=f"/x/{mine.name}", tags={"a": "b"})
    )
    assert code == "AccessDeniedException"
    assert "logs:TagResource" in message
    mine.client("logs").create_log_group(logGroupName=f"/x/{mine.name}")


def test_passing_a_role_needs_pass_role_for_the_service(role: Any) -> None:
    passed = role()
    only_to_lambda = {"Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}}
    mine = role(allow("events:PutRule"), allow("iam:PassRole", passed.arn, **only_to_lambda))
    put = {"Name": mine.name, "ScheduleExpression": "rate(1 day)"}
    mine.client("events").put_rule(**put)
    _, message, _ = refusal(lambda: mine.client("events").put_rule(**put, RoleArn=passed.arn))
    assert f"iam:PassRole on resource: {passed.arn}" in message


def test_a_changed_policy_counts_from_the_next_request_on(aws: Any, role: Any) -> None:
    mine = role(allow("sqs:ListQueues"))
    client = mine.client("sqs")
    client.list_queues()
    aws.client("iam").put_role_policy(
        RoleName=mine.name, PolicyName="p", PolicyDocument=document(deny("sqs:ListQueues"))
    )
    assert refusal(client.list_queues)[0] == "AccessDenied"
    aws.client("iam").delete_role_policy(RoleName=mine.name, PolicyName="p")
    assert "no identity-based policy" in refusal(client.list_queues)[1]


def test_a_wrong_secret_is_noticed(aws: Any) -> None:
    def client(service: str) -> Any:
        return boto3.client(
            service,
            region_name="us-east-1",
            endpoint_url=aws.url,
            aws_access_key_id=aws.announced.access_key_id,
            aws_secret_access_key="x" * 40,
        )

    assert refusal(client("sqs").list_queues)[0] == "SignatureDoesNotMatch"
    assert refusal(client("ssm").describe_parameters)[0] == "InvalidSignatureException"
    assert refusal(client("s3").list_buckets)[0] == "SignatureDoesNotMatch"
    assert refusal(client("iam").list_roles)[0] == "SignatureDoesNotMatch"


def test_a_region_that_is_none_is_refused_for_every_service(aws: Any) -> None:
    for service, ask, code in (
        ("cloudformation", "list_stacks", "SignatureDoesNotMatch"),
        ("sagemaker", "list_endpoints", "InvalidSignatureException"),
        ("s3", "list_buckets", "AuthorizationHeaderMalformed"),
    ):
        found = refusal(getattr(aws.client(service, region="mars-north-1"), ask))
        assert found[:2] == (code, "Credential should be scoped to a valid region.")


def test_an_unknown_key_is_noticed(aws: Any) -> None:
    keys = {"AccessKeyId": "AKIA1234567890123456", "SecretAccessKey": "x", "SessionToken": "t"}
    assert refusal(aws.client("sqs", credentials=keys).list_queues)[0] == "InvalidClientTokenId"
    assert refusal(aws.client("ssm", credentials=keys).describe_parameters)[0] == "UnrecognizedClientException"
    assert refusal(aws.client("s3", credentials=keys).list_buckets)[0] == "InvalidAccessKeyId"


def test_a_role_that_trusts_only_a_service_cannot_be_assumed_by_a_user(role: Any) -> None:
    trust = document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}})
    mine = role(trust=trust)
    code, message, status = refusal(mine.session)
    assert (code, status) == ("AccessDenied", 403)
    assert (
        message == f"User: arn:aws:iam::{ACCOUNT}:user/admin is not authorized to perform: sts:AssumeRole on resource: "
        f"{mine.arn}"
    )


def test_a_trust_policy_may_ask_for_an_external_id(role: Any) -> None:
    statement = json.loads(TRUST_ACCOUNT)["Statement"][0]
    mine = role(trust=document({**statement, "Condition": {"StringEquals": {"sts:ExternalId": "secret"}}}))
    assert refusal(mine.session)[0] == "AccessDenied"
    assert mine.session(ExternalId="secret")["AccessKeyId"].startswith("ASIA")


def test_a_session_policy_limits_the_session(role: Any) -> None:
    mine = role(allow("sqs:*"))
    limited = mine.client("sqs", Policy=document(allow("sqs:GetQueueUrl")))
    assert refusal(limited.list_queues)[1].endswith("because no session policy allows the sqs:listqueues action")


def test_a_permissions_boundary_limits_the_role(aws: Any, role: Any, unique: Unique) -> None:
    boundary = aws.client("iam").create_policy(PolicyName=unique("b"), PolicyDocument=document(allow("s3:*")))
    mine = role(allow("*"), PermissionsBoundary=boundary["Policy"]["Arn"])
    mine.client("s3").list_buckets()
    assert "because no permissions boundary allows" in refusal(mine.client("sqs").list_queues)[1]


def test_keys_of_forms_with_spaces_and_unicode_are_verified(aws: Any, unique: Unique) -> None:
    name = unique("topic")
    arn = aws.client("sns").create_topic(Name=name)["TopicArn"]
    aws.client("sns").publish(TopicArn=arn, Message="a b + c & d=ä ~ 'q' *", Subject="x y")
    aws.client("iam").create_role(
        RoleName=name, AssumeRolePolicyDocument=TRUST_ACCOUNT, Description="wörter und leer zeichen"
    )


@pytest.mark.parametrize("key", ["plain", "a b", "ä/ü+x", "a//b", "x=y&z", "~t*'()!", "per%cent"])
def test_any_object_key_is_signed_and_found(aws: Any, unique: Unique, key: str) -> None:
    bucket = unique("bucket")
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"x"
    assert [each["Key"] for each in s3.list_objects_v2(Bucket=bucket, Prefix=key)["Contents"]] == [key]


def test_a_transaction_needs_the_action_of_each_of_its_items(role: Any) -> None:
    client = role(allow("dynamodb:PutItem", f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/a")).client("dynamodb")
    put = {"Put": {"TableName": "a", "Item": {"k": {"S": "v"}}}}
    delete = {"Delete": {"TableName": "b", "Key": {"k": {"S": "v"}}}}
    message = refusal(lambda: client.transact_write_items(TransactItems=[put, delete]))[1]
    assert f"dynamodb:DeleteItem on resource: arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/b" in message
    assert refusal(lambda: client.transact_write_items(TransactItems=[put]))[0] == "ResourceNotFoundException"


def test_a_policy_that_cannot_be_read_is_refused_when_it_is_handed_in(aws: Any, unique: Unique) -> None:
    bucket, wrong = unique("bucket"), document(allow("s3:*", Condition={"StringEqual": {"a": "b"}}))
    aws.client("s3").create_bucket(Bucket=bucket)
    code, message, _ = refusal(lambda: aws.client("s3").put_bucket_policy(Bucket=bucket, Policy=wrong))
    assert (code, message) == ("MalformedPolicy", "Invalid Condition type : StringEqual.")
    code, _, _ = refusal(lambda: aws.client("kms").create_key(Policy="{"))
    assert code == "MalformedPolicyDocumentException"
    url = aws.client("sqs").create_queue(QueueName=bucket)["QueueUrl"]
    attributes = {"Policy": "[]"}
    assert (
        refusal(lambda: aws.client("sqs").set_queue_attributes(QueueUrl=url, Attributes=attributes))[0]
        == "InvalidAttributeValue"
    )
    aws.client("s3").list_objects_v2(Bucket=bucket)
