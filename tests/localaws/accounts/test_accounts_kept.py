"""Accounts by the command line, and over a restart."""

import json
import subprocess
import sys
from pathlib import Path

import boto3

from tests.conftest import EmbeddedAws, start_embedded_aws, stop_embedded_aws


def _rehearse(embedded: EmbeddedAws, *words: str) -> subprocess.CompletedProcess[str]:
    port = ["--port", str(embedded.announced.port)]
    return subprocess.run(
        [sys.executable, "-m", "rehearsal.cli.main", *words, *port, "--json"], capture_output=True, text=True
    )


def _session(embedded: EmbeddedAws, account: str) -> boto3.session.Session:
    """By the variables of ``rehearse env --account``."""
    told = json.loads(_rehearse(embedded, "env", "--account", account).stdout)
    assert told["AWS_ENDPOINT_URL"] == embedded.url
    return boto3.session.Session(
        told["AWS_ACCESS_KEY_ID"], told["AWS_SECRET_ACCESS_KEY"], region_name=told["AWS_REGION"]
    )


def test_an_account_is_made_used_and_kept(tmp_path: Path) -> None:
    first = start_embedded_aws("--state", str(tmp_path / "state"))
    made = _rehearse(first, "account", "add", "222222222222", "--name", "staging")
    assert json.loads(made.stdout) == {"id": "222222222222", "name": "staging"}, made.stderr
    again = _rehearse(first, "account", "add", "222222222222")
    assert again.returncode != 0 and "there is an account 222222222222 already" in again.stderr
    wrong = _rehearse(first, "account", "add", "12", "--name", "short")
    assert wrong.returncode != 0 and "twelve digits" in wrong.stderr
    unknown = _rehearse(first, "env", "--account", "elsewhere")
    assert unknown.returncode != 0 and "there are: main, staging" in unknown.stderr
    keys = _session(first, "staging").get_credentials().access_key
    s3 = _session(first, "222222222222").client("s3", endpoint_url=first.url)
    s3.create_bucket(Bucket="of-staging")
    s3.put_object(Bucket="of-staging", Key="k", Body=b"kept")
    stop_embedded_aws(first)

    second = start_embedded_aws("--state", str(tmp_path / "state"))
    try:
        session = _session(second, "staging")
        assert session.get_credentials().access_key == keys
        s3 = session.client("s3", endpoint_url=second.url)
        assert s3.get_object(Bucket="of-staging", Key="k")["Body"].read() == b"kept"
        assert second.client("s3").list_buckets()["Buckets"] == []
        listed = json.loads(_rehearse(second, "account", "list").stdout)["accounts"]
        assert [(each["name"], each["first"]) for each in listed] == [("main", True), ("staging", False)]
    finally:
        stop_embedded_aws(second)
