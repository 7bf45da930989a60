"""Launch links open the right console with the right template; buckets are named and opened as asked."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.project import Project
from rehearsal.toolkit.stacks import publishing
from tests.unit.toolkit.fakes import Client, account, refused

ROOT = Path(__file__).parents[4]


def query_of(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).fragment.partition("?")[2])


@pytest.mark.parametrize(
    ("region", "partition", "console", "host"),
    [
        ("eu-west-1", "aws", "eu-west-1.console.aws.amazon.com", "b.s3.eu-west-1.amazonaws.com"),
        ("cn-north-1", "aws-cn", "cn-north-1.console.amazonaws.cn", "b.s3.cn-north-1.amazonaws.com.cn"),
        (
            "us-gov-west-1",
            "aws-us-gov",
            "us-gov-west-1.console.amazonaws-us-gov.com",
            "b.s3.us-gov-west-1.amazonaws.com",
        ),
    ],
)
def test_links_lead_to_the_console_of_the_partition(region: str, partition: str, console: str, host: str) -> None:
    link = publishing.links_of("b", region, partition)[0]
    assert urlsplit(link.url).netloc == console
    query = query_of(link.url)
    assert query["templateURL"] == [f"https://{host}/built-in-algo/builtin-algo-one-click.yaml"]
    assert (query["param_SourceBucket"], query["param_SourcePrefix"]) == (["b"], ["built-in-algo"])
    assert link.badge.endswith(f"]({link.url})")


@pytest.mark.parametrize("prefix", ["", "My-Workshop", "x" * 60])
def test_a_prefix_that_makes_no_bucket_name_is_refused(prefix: str) -> None:
    with pytest.raises(BadInput, match="cannot be a bucket"):
        publishing.bucket_name(prefix, "eu-west-1")


def test_readers_are_an_organisation_or_everyone() -> None:
    public = json.loads(publishing.read_policy("b", "aws", "public"))["Statement"][0]
    assert "Condition" not in public
    assert public["Resource"] == "arn:aws:s3:::b/built-in-algo/*"
    organisation = json.loads(publishing.read_policy("b", "aws", "o-abc"))["Statement"][0]
    assert organisation["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": "o-abc"}}


def bucket_client(**answers: Any) -> Client:
    known: dict[str, Any] = {
        "create_bucket": {},
        "put_bucket_versioning": {},
        "put_object": {},
        "put_bucket_policy": {},
    }
    return Client(**(known | {"put_public_access_block": {}} | answers))


def test_everything_that_the_templates_need_is_uploaded_to_the_regions_own_bucket() -> None:
    s3 = bucket_client()
    published = publishing.publish(account("eu-west-1", s3=s3), Project(ROOT), [], "class")
    created = dict(s3.requests)["create_bucket"]
    assert created == {"Bucket": "class-eu-west-1", "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
    put = {request["Key"] for operation, request in s3.requests if operation == "put_object"}
    assert put == set(published.keys)
    assert {"built-in-algo/training-config.zip", "built-in-algo/train/train.csv"} <= put
    assert "put_bucket_policy" not in dict(s3.requests), "private unless asked otherwise"


def test_us_east_1_takes_no_location_and_public_opens_the_bucket() -> None:
    s3 = bucket_client(create_bucket=refused("BucketAlreadyOwnedByYou"))
    publishing.publish(account("us-east-1", s3=s3), Project(ROOT), [], "class", readable_by="public")
    requests = dict(s3.requests)
    assert requests["create_bucket"] == {"Bucket": "class-us-east-1"}
    assert requests["put_public_access_block"]["PublicAccessBlockConfiguration"]["BlockPublicPolicy"] is False
    assert "put_bucket_policy" in requests


def test_somebody_elses_bucket_is_refused() -> None:
    s3 = bucket_client(create_bucket=refused("BucketAlreadyExists"))
    with pytest.raises(BadInput, match="belongs to another account"):
        publishing.publish(account(s3=s3), Project(ROOT), [], "class")
