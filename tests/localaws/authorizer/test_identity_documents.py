"""Documents and names as IAM and Secrets Manager take them."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.localaws.authorizer.support import Role, allow, document, refusal

OLD = json.dumps({"Version": "2008-10-17", "Statement": [allow("s3:ListAllMyBuckets")]})
NONE = json.dumps({"Statement": [allow("s3:ListAllMyBuckets")]})


@pytest.mark.parametrize("text", [OLD, NONE], ids=["2008-10-17", "no version"])
def test_an_inline_policy_may_be_of_the_first_version(role: Callable[..., Role], aws: Any, text: str) -> None:
    made = role()
    aws.client("iam").put_role_policy(RoleName=made.name, PolicyName="p", PolicyDocument=text)
    assert made.client("s3").list_buckets()["Buckets"] is not None
    kept = aws.client("iam").get_role_policy(RoleName=made.name, PolicyName="p")["PolicyDocument"]
    assert kept == json.loads(text)


def test_variables_are_plain_text_in_the_first_version(role: Callable[..., Role], aws: Any) -> None:
    made = role()
    text = json.dumps(
        {"Version": "2008-10-17", "Statement": [allow("iam:GetRole", "arn:aws:iam::*:role/${aws:userid}")]}
    )
    aws.client("iam").put_role_policy(RoleName=made.name, PolicyName="p", PolicyDocument=text)
    assert refusal(lambda: made.client("iam").get_role(RoleName=made.name))[0] == "AccessDenied"


def test_a_managed_policy_must_be_of_the_newest(aws: Any, unique: Callable[[str], str]) -> None:
    code, message, _ = refusal(lambda: aws.client("iam").create_policy(PolicyName=unique("old"), PolicyDocument=OLD))
    assert (code, message) == ("MalformedPolicyDocument", "Policy document must be version 2012-10-17 or greater.")


def test_a_secret_is_asked_for_by_its_whole_arn(
    role: Callable[..., Role], aws: Any, unique: Callable[[str], str]
) -> None:
    name, secrets = unique("secret"), aws.client("secretsmanager")
    arn = secrets.create_secret(Name=name, SecretString="hidden")["ARN"]
    named = role(allow("secretsmanager:GetSecretValue", arn)).client("secretsmanager")
    for secret_id in (name, arn, arn.rpartition("-")[0]):
        assert named.get_secret_value(SecretId=secret_id)["SecretString"] == "hidden"
    other = role(allow("secretsmanager:GetSecretValue", arn[:-6] + "AAAAAA")).client("secretsmanager")
    code, message, _ = refusal(lambda: other.get_secret_value(SecretId=name))
    assert code == "AccessDeniedException"
    assert f"on resource: {arn} because" in message


def test_a_secret_has_a_policy_of_its_own(role: Callable[..., Role], aws: Any, unique: Callable[[str], str]) -> None:
    name, secrets, reader = unique("secret"), aws.client("secretsmanager"), role()
    secrets.create_secret(Name=name, SecretString="hidden")
    statement = allow("secretsmanager:GetSecretValue", Principal={"AWS": reader.arn})
    secrets.put_resource_policy(SecretId=name, ResourcePolicy=document(statement))
    assert reader.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"] == "hidden"


def test_a_key_with_tags_needs_the_permission_to_tag(role: Callable[..., Role]) -> None:
    kms = role(allow("kms:CreateKey")).client("kms")
    tags = [{"TagKey": "team", "TagValue": "a"}]
    code, message, _ = refusal(lambda: kms.create_key(Tags=tags))
    assert code == "AccessDeniedException"
    assert "kms:TagResource" in message
    assert role(allow(["kms:CreateKey", "kms:TagResource"])).client("kms").create_key(Tags=tags)["KeyMetadata"]


def test_an_instance_profile_has_its_path_in_its_arn(
    role: Callable[..., Role], aws: Any, unique: Callable[[str], str]
) -> None:
    name = unique("profile")
    arn = aws.client("iam").create_instance_profile(InstanceProfileName=name, Path="/team/")["InstanceProfile"]["Arn"]
    assert "/team/" in arn
    iam = role(allow("iam:GetInstanceProfile", arn)).client("iam")
    assert iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]["Arn"] == arn
