"""Policies that AWS refuses when they are put, and what becomes of those that name somebody who is gone."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.localaws.authorizer.support import ACCOUNT, TRUST_ACCOUNT, allow, document, refusal

Unique = Callable[[str], str]
GONE = f"arn:aws:iam::{ACCOUNT}:role/nobody"


def trusting(principal: Any, **more: Any) -> str:
    return document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, **more})


@pytest.fixture
def bucket(aws: Any, unique: Unique) -> str:
    name = unique("bucket")
    aws.client("s3").create_bucket(Bucket=name)
    return name


@pytest.mark.parametrize(
    ("trust", "told"),
    [
        (trusting({"AWS": ACCOUNT}, Resource="*"), "Has prohibited field Resource"),
        (trusting({"AWS": GONE}), f'Invalid principal in policy: "AWS":"{GONE}"'),
        (trusting({"AWS": [ACCOUNT, f"{GONE}2"]}), f'Invalid principal in policy: "AWS":"{GONE}2"'),
        (trusting({"AWS": f"arn:aws:iam::{ACCOUNT}:group/g"}), "Invalid principal in policy"),
        (trusting({"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/nobody/s"}), "Invalid principal in policy"),
        (trusting({"AWS": "AROAEXAMPLEEXAMPLE000"}), "Invalid principal in policy"),
        (trusting({"Service": "lamda.amazonaws.com"}), 'Invalid principal in policy: "Service":"lamda.amazonaws.com"'),
        (trusting({"Service": "lambda"}), 'Invalid principal in policy: "Service":"lambda"'),
    ],
)
def test_a_trust_policy_that_aws_refuses(aws: Any, role: Any, unique: Unique, trust: str, told: str) -> None:
    iam, name = aws.client("iam"), unique("role")
    code, message, status = refusal(lambda: iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust))
    assert (code, status) == ("MalformedPolicyDocument", 400)
    assert told in message
    known = role()
    change = {"RoleName": known.name, "PolicyDocument": trust}
    assert refusal(lambda: iam.update_assume_role_policy(**change))[0] == "MalformedPolicyDocument"


@pytest.mark.parametrize(
    "service",
    [
        *(
            "lambda",
            "codepipeline",
            "codebuild",
            "sagemaker",
            "events",
            "scheduler",
            "states",
            "cloudformation",
            "ecs-tasks",
        ),
        *(
            "logs.us-east-1",
            "delivery.logs",
            "edgelambda",
            "application-autoscaling",
            "sagemaker.application-autoscaling",
        ),
        *("vpc-flow-logs", "apigateway", "firehose"),
    ],
)
def test_principals_of_services_that_there_are(aws: Any, unique: Unique, service: str) -> None:
    trust = trusting({"Service": f"{service}.amazonaws.com"})
    aws.client("iam").create_role(RoleName=unique("role"), AssumeRolePolicyDocument=trust)


@pytest.mark.parametrize(
    ("principal", "resource", "action", "told"),
    [
        ({"AWS": ACCOUNT}, "arn:aws:s3:::another-bucket/*", "s3:GetObject", "Policy has invalid resource"),
        ({"AWS": GONE}, "arn:aws:s3:::{bucket}/*", "s3:GetObject", "Invalid principal in policy"),
        (
            {"AWS": ACCOUNT},
            "arn:aws:s3:::{bucket}",
            "s3:GetObject",
            "Action does not apply to any resource(s) in statement",
        ),
    ],
)
def test_a_bucket_policy_that_aws_refuses(
    aws: Any, bucket: str, principal: Any, resource: str, action: str, told: str
) -> None:
    wrong = document(allow(action, resource.format(bucket=bucket), Principal=principal))
    found = refusal(lambda: aws.client("s3").put_bucket_policy(Bucket=bucket, Policy=wrong))
    assert found == ("MalformedPolicy", told, 400)


def test_other_services_refuse_unknown_principals_in_their_words(aws: Any, unique: Unique) -> None:
    name = unique("x")
    policy = document(allow("*", "*", Principal={"AWS": GONE}))
    topic = aws.client("sns").create_topic(Name=name)["TopicArn"]
    queue = aws.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    secret = aws.client("secretsmanager").create_secret(Name=name, SecretString="s")["ARN"]
    for call, code in (
        (lambda: aws.client("kms").create_key(Policy=policy), "MalformedPolicyDocumentException"),
        (
            lambda: aws.client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy}),
            "InvalidAttributeValue",
        ),
        (
            lambda: aws.client("sns").set_topic_attributes(
                TopicArn=topic, AttributeName="Policy", AttributeValue=policy
            ),
            "InvalidParameter",
        ),
        (
            lambda: aws.client("secretsmanager").put_resource_policy(SecretId=secret, ResourcePolicy=policy),
            "MalformedPolicyDocumentException",
        ),
    ):
        assert refusal(call)[0] == code


def test_inline_policies_have_a_size_together(aws: Any, role: Any) -> None:
    mine, iam = role(), aws.client("iam")

    def put(name: str, actions: int) -> None:
        policy = json.dumps(json.loads(document(allow([f"s3:Get{number:04}" for number in range(actions)]))), indent=8)
        iam.put_role_policy(RoleName=mine.name, PolicyName=name, PolicyDocument=policy)

    put("a", 600)
    code, message, status = refusal(lambda: put("b", 200))
    assert (code, status) == ("LimitExceeded", 409)
    assert message == f"Maximum policy size of 10240 bytes exceeded for role {mine.name}"
    put("a", 100)
    put("b", 200)


def test_managed_and_trust_policies_have_a_size(aws: Any, unique: Unique) -> None:
    iam, name = aws.client("iam"), unique("p")
    long = document(allow([f"s3:Get{number:04}" for number in range(600)]))
    assert refusal(lambda: iam.create_policy(PolicyName=name, PolicyDocument=long))[0] == "LimitExceeded"
    trust = trusting({"AWS": ACCOUNT}, Condition={"StringEquals": {"sts:ExternalId": [f"{n:04}" for n in range(400)]}})
    assert refusal(lambda: iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust))[0] == "LimitExceeded"


def test_session_policies_have_a_size_white_space_included(role: Any) -> None:
    mine = role()
    for text, code in (
        (" " * 2048 + document(allow("*")), "ValidationError"),
        (" " * 1900 + document(allow("*")), None),
    ):
        if code is None:
            assert mine.session(Policy=text)["AccessKeyId"]
        else:
            assert refusal(lambda text=text: mine.session(Policy=text))[0] == code
    arns = [{"arn": f"arn:aws:iam::aws:policy/{'x' * 120}{number}"} for number in range(10)]
    assert (
        refusal(lambda: mine.session(Policy=" " * 1500 + document(allow("*")), PolicyArns=arns))[0]
        == "PackedPolicyTooLarge"
    )


def test_a_role_made_again_under_its_name_is_another(aws: Any, role: Any, bucket: str, unique: Unique) -> None:
    iam, s3 = aws.client("iam"), aws.client("s3")
    trusted = role()
    trusting_role = role(trust=trusting({"AWS": trusted.arn}))
    s3.put_bucket_policy(
        Bucket=bucket,
        Policy=document(allow("s3:ListBucket", f"arn:aws:s3:::{bucket}", Principal={"AWS": [trusted.arn]})),
    )
    url = aws.client("sqs").create_queue(QueueName=bucket)["QueueUrl"]
    on_queue = document(allow("sqs:GetQueueUrl", "*", Principal={"AWS": trusted.arn}))
    aws.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": on_queue})
    trusted.client("s3").list_objects_v2(Bucket=bucket)
    trusted.client("sqs").get_queue_url(QueueName=bucket)
    trusted.client("sts").assume_role(RoleArn=trusting_role.arn, RoleSessionName="me")

    identifier = iam.get_role(RoleName=trusted.name)["Role"]["RoleId"]
    iam.delete_role(RoleName=trusted.name)
    iam.create_role(RoleName=trusted.name, AssumeRolePolicyDocument=TRUST_ACCOUNT)

    for call in (
        lambda: trusted.client("s3").list_objects_v2(Bucket=bucket),
        lambda: trusted.client("sqs").get_queue_url(QueueName=bucket),
        lambda: trusted.client("sts").assume_role(RoleArn=trusting_role.arn, RoleSessionName="me"),
    ):
        assert refusal(call)[0] in ("AccessDenied", "AccessDeniedException")
    shown = iam.get_role(RoleName=trusting_role.name)["Role"]["AssumeRolePolicyDocument"]
    assert shown["Statement"][0]["Principal"] == {"AWS": identifier}
    on_bucket = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    assert identifier in on_bucket and trusted.arn not in on_bucket
    assert refusal(lambda: s3.put_bucket_policy(Bucket=bucket, Policy=on_bucket))[:2] == (
        "MalformedPolicy",
        "Invalid principal in policy",
    )
