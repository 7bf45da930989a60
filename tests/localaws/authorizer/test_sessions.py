"""Sessions: whose they are, what limits them, when they end."""

import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from tests.conftest import EmbeddedAws, start_embedded_aws, stop_embedded_aws
from tests.localaws.authorizer.support import ACCOUNT, TRUST_ACCOUNT, allow, document, refusal
from tests.localaws.waiting import wait_until

Unique = Callable[[str], str]
HOUR = 3600


@pytest.fixture
def user(aws: Any, unique: Unique) -> dict[str, str]:
    """A user who may list queues and assume roles, with a key."""
    iam, name = aws.client("iam"), unique("user")
    iam.create_user(UserName=name)
    policy = document(allow(["sqs:ListQueues", "sts:AssumeRole", "sts:GetFederationToken"]))
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy)
    return {"Name": name, **iam.create_access_key(UserName=name)["AccessKey"]}


def client_of(aws: Any, user: dict[str, str], service: str) -> Any:
    keys = {"aws_access_key_id": user["AccessKeyId"], "aws_secret_access_key": user["SecretAccessKey"]}
    return boto3.client(service, region_name="us-east-1", endpoint_url=aws.url, **keys)


def test_a_user_has_a_name_and_their_own_permissions(aws: Any, user: dict[str, str]) -> None:
    assert client_of(aws, user, "sts").get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/{user['Name']}"
    client_of(aws, user, "sqs").list_queues()
    assert refusal(client_of(aws, user, "sns").list_topics)[0] == "AuthorizationError"


def test_an_inactive_key_is_no_key(aws: Any, user: dict[str, str]) -> None:
    aws.client("iam").update_access_key(UserName=user["Name"], AccessKeyId=user["AccessKeyId"], Status="Inactive")
    assert refusal(client_of(aws, user, "sqs").list_queues)[0] == "InvalidClientTokenId"


def test_a_users_boundary_limits_them(aws: Any, user: dict[str, str], unique: Unique) -> None:
    iam = aws.client("iam")
    boundary = iam.create_policy(PolicyName=unique("b"), PolicyDocument=document(allow("s3:*")))["Policy"]["Arn"]
    iam.put_user_permissions_boundary(UserName=user["Name"], PermissionsBoundary=boundary)
    assert iam.get_user(UserName=user["Name"])["User"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == boundary
    assert "no permissions boundary allows" in refusal(client_of(aws, user, "sqs").list_queues)[1]
    iam.delete_user_permissions_boundary(UserName=user["Name"])
    client_of(aws, user, "sqs").list_queues()


def test_a_session_token_carries_the_users_permissions(aws: Any, user: dict[str, str]) -> None:
    credentials = client_of(aws, user, "sts").get_session_token()["Credentials"]
    aws.client("sqs", credentials=credentials).list_queues()
    assert aws.client("sts", credentials=credentials).get_caller_identity()["Arn"].endswith(f"user/{user['Name']}")
    assert refusal(aws.client("sts", credentials=credentials).get_session_token)[0] == "AccessDenied"


def test_a_federation_token_can_do_what_both_allow(aws: Any, user: dict[str, str]) -> None:
    sts = client_of(aws, user, "sts")
    able = sts.get_federation_token(Name="guest", Policy=document(allow("sqs:*")))
    aws.client("sqs", credentials=able["Credentials"]).list_queues()
    assert able["FederatedUser"]["Arn"] == f"arn:aws:sts::{ACCOUNT}:federated-user/guest"
    without = sts.get_federation_token(Name="guest")["Credentials"]
    assert refusal(aws.client("sqs", credentials=without).list_queues)[0] == "AccessDenied"


def test_a_session_of_a_role_that_was_made_anew_is_worth_nothing(aws: Any, role: Any) -> None:
    mine = role(allow("sqs:*"))
    client = mine.client("sqs")
    client.list_queues()
    iam = aws.client("iam")
    iam.delete_role_policy(RoleName=mine.name, PolicyName="p")
    iam.delete_role(RoleName=mine.name)
    assert refusal(client.list_queues)[0] == "InvalidClientTokenId"
    iam.create_role(RoleName=mine.name, AssumeRolePolicyDocument=TRUST_ACCOUNT)
    assert refusal(client.list_queues)[0] == "InvalidClientTokenId"


def test_session_tags_are_the_principals_and_need_their_permission(aws: Any, role: Any) -> None:
    tags = [{"Key": "team", "Value": "red"}]
    trusted = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}}
    mine = role(
        allow("sqs:*", Condition={"StringEquals": {"aws:PrincipalTag/team": "red"}}),
        trust=document({**trusted, "Action": ["sts:AssumeRole", "sts:TagSession"]}),
    )
    mine.client("sqs", Tags=tags).list_queues()
    assert refusal(mine.client("sqs").list_queues)[0] == "AccessDenied"
    untagged = role(trust=document({**trusted, "Action": "sts:AssumeRole"}))
    assert "sts:TagSession" in refusal(lambda: untagged.session(Tags=tags))[1]


def test_transitive_tags_go_on_to_the_sessions_of_a_chain(role: Any) -> None:
    trust = document({"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": ["sts:AssumeRole", "sts:TagSession"]})
    first = role(allow("sts:*"), trust=trust)
    second = role(allow("sqs:*", Condition={"StringEquals": {"aws:PrincipalTag/team": "red"}}), trust=trust)
    tags = [{"Key": "team", "Value": "red"}, {"Key": "other", "Value": "x"}]
    sts = first.client("sts", Tags=tags, TransitiveTagKeys=["TEAM"])
    chained = {"RoleArn": second.arn, "RoleSessionName": "chained"}
    second.aws.client("sqs", credentials=sts.assume_role(**chained)["Credentials"]).list_queues()
    again = refusal(lambda: sts.assume_role(**chained, Tags=[{"Key": "team", "Value": "blue"}]))
    assert (again[0], "conflicts with a transitive tag key" in again[1]) == ("InvalidParameterValue", True)
    alone = first.client("sts", Tags=tags).assume_role(**chained)["Credentials"]
    assert refusal(second.aws.client("sqs", credentials=alone).list_queues)[0] == "AccessDenied"


def test_a_session_is_no_longer_than_its_role_allows(role: Any) -> None:
    mine = role(allow("*"))
    assert refusal(lambda: mine.session(DurationSeconds=2 * HOUR))[0] == "ValidationError"
    role(MaxSessionDuration=2 * HOUR).session(DurationSeconds=2 * HOUR)
    again = {"RoleArn": mine.arn, "RoleSessionName": "chained", "DurationSeconds": 2 * HOUR}
    assert "role chaining" in refusal(lambda: mine.client("sts").assume_role(**again))[1]


def test_identity_providers_are_refused_by_name(aws: Any, role: Any) -> None:
    ask = {"RoleArn": role().arn, "RoleSessionName": "me", "WebIdentityToken": "token"}
    code, message, _ = refusal(lambda: aws.client("sts").assume_role_with_web_identity(**ask))
    assert (code, "knows no identity providers" in message) == ("AccessDenied", True)


@pytest.fixture
def later() -> Iterator[EmbeddedAws]:
    """An embedded AWS of its own, whose clock a test may advance."""
    embedded = start_embedded_aws()
    yield embedded
    stop_embedded_aws(embedded)


def test_sessions_and_presigned_urls_end_on_the_embedded_clock(later: EmbeddedAws) -> None:
    iam, s3 = later.client("iam"), later.client("s3")
    arn = iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST_ACCOUNT)["Role"]["Arn"]
    iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=document(allow("*")))
    session = later.client("sts").assume_role(RoleArn=arn, RoleSessionName="me")["Credentials"]
    s3.create_bucket(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="k", Body=b"x")
    urls = [presigned(later, version) for version in ("s3", "s3v4")]
    assert [read(url) for url in urls] == [200, 200]
    later.client("sqs", credentials=session).list_queues()
    next_second()
    later.rehearsal("POST", "clock", seconds=2 * HOUR)
    next_second()
    for service, operation, code in (
        ("sqs", "list_queues", "ExpiredToken"),
        ("ssm", "describe_parameters", "ExpiredTokenException"),
        ("s3", "list_buckets", "ExpiredToken"),
    ):
        assert refusal(getattr(later.client(service, credentials=session), operation))[0] == code
    assert read(urls[1]) == 403
    assert [read(presigned(later, version)) for version in ("s3", "s3v4")] == [200, 200]
    fresh = later.client("sts").assume_role(RoleArn=arn, RoleSessionName="me")["Credentials"]
    later.client("sqs", credentials=fresh).list_queues()


def next_second() -> None:
    """A signature says when it was made to the second: before or after the clock was advanced."""
    now = int(time.time())
    wait_until(lambda: int(time.time()) > now)


def presigned(embedded: EmbeddedAws, version: str) -> str:
    client = boto3.client(
        "s3",
        region_name="us-east-1",
        endpoint_url=embedded.url,
        aws_access_key_id=embedded.announced.access_key_id,
        aws_secret_access_key=embedded.announced.secret_access_key,
        config=Config(signature_version=version),
    )
    return client.generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": "k"}, ExpiresIn=HOUR)


def read(url: str) -> int:
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
