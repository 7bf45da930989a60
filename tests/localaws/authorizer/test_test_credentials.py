"""The key ``test`` that tutorials use: refused with advice, or taken where the user asked for it."""

import subprocess
import sys
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.conftest import ROOT, EmbeddedAws, start_embedded_aws


def client(embedded: EmbeddedAws, service: str) -> Any:
    return boto3.session.Session().client(
        service,
        region_name="us-east-1",
        endpoint_url=embedded.url,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


@pytest.mark.parametrize(
    ("service", "operation", "words"),
    [
        ("codepipeline", "list_pipelines", "The security token included in the request is invalid."),
        ("sts", "get_caller_identity", "The security token included in the request is invalid."),
        ("s3", "list_buckets", "The AWS Access Key Id you provided does not exist in our records."),
    ],
)
def test_it_is_refused_in_the_words_of_aws_and_told_what_to_do(
    aws: EmbeddedAws, service: str, operation: str, words: str
) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(client(aws, service), operation)()
    message = refused.value.response["Error"]["Message"]
    assert message.startswith(words)
    assert "rehearse env" in message
    assert "--insecure-test-credentials" in message


def test_it_is_the_administrators_where_it_is_taken() -> None:
    embedded = start_embedded_aws("--insecure-test-credentials", log=subprocess.PIPE)
    try:
        assert client(embedded, "sts").get_caller_identity()["Arn"].endswith(":user/admin")
        client(embedded, "s3").create_bucket(Bucket="mine")
        assert [each["Name"] for each in embedded.client("s3").list_buckets()["Buckets"]] == ["mine"]
        listed = embedded.client("iam").list_access_keys(UserName="admin")["AccessKeyMetadata"]
        assert "test" not in [each["AccessKeyId"] for each in listed]
    finally:
        embedded.process.stdin.close()  # type: ignore[union-attr]
        embedded.process.wait(120)
    assert embedded.process.stderr is not None
    assert "every program on this machine may do all" in embedded.process.stderr.read()


def test_it_is_not_taken_where_others_may_reach_the_server() -> None:
    command = [sys.executable, "-m", "rehearsal.localaws.server", "--port", "0", "--insecure-test-credentials"]
    done = subprocess.run([*command, "--allow-host", "build"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "for this machine alone" in done.stderr
