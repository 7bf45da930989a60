"""Child processes see nothing of the user's AWS settings, and end with the server."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import EmbeddedAws, start_embedded_aws, stop_embedded_aws
from tests.localaws.isolation.functions import deployed

SHOW = """
import json, os, boto3
def handler(event, context):
    session = boto3.session.Session()
    return {"environment": dict(os.environ), "profiles": session.available_profiles, "pid": os.getpid(),
            "parents": os.getppid(), "home": os.path.expanduser("~"), "key": session.get_credentials().access_key}
"""
CALL = """
import boto3, urllib.request
def handler(event, context):
    if "url" in event:
        urllib.request.urlopen(event["url"], timeout=2)
    boto3.client("s3", endpoint_url=event.get("endpoint")).list_buckets()
"""


@pytest.fixture
def user_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A user with AWS settings of every kind."""
    aws_folder = tmp_path / ".aws"
    aws_folder.mkdir()
    (aws_folder / "credentials").write_text("[default]\naws_access_key_id=REALKEY\naws_secret_access_key=REALSECRET\n")
    (aws_folder / "config").write_text("[profile work]\nregion=eu-west-1\n")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "REALKEY")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "REALSECRET")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "REALTOKEN")
    monkeypatch.setenv("AWS_PROFILE", "work")
    monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::999999999999:role/real")
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.2/credentials")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:8080")
    return tmp_path


@pytest.fixture
def started(user_settings: Path) -> Iterator[EmbeddedAws]:
    embedded = start_embedded_aws()
    yield embedded
    stop_embedded_aws(embedded)


def test_function_sees_nothing_of_the_user(started: EmbeddedAws, user_settings: Path) -> None:
    seen = deployed(started, SHOW)({})
    shown = json.dumps(seen["environment"])
    assert "REAL" not in shown and "work" not in seen["environment"].get("AWS_PROFILE", "")
    for name in ("AWS_PROFILE", "AWS_ROLE_ARN", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "HTTPS_PROXY"):
        assert name not in seen["environment"]
    assert seen["profiles"] == []
    assert seen["home"] != str(user_settings)
    assert seen["key"].startswith("ASIA")
    assert seen["environment"]["AWS_EC2_METADATA_DISABLED"] == "true"
    assert seen["environment"]["AWS_ENDPOINT_URL"] == started.url


@pytest.mark.parametrize(
    "event",
    [
        {"endpoint": "https://s3.us-east-1.amazonaws.com"},
        {"endpoint": "http://52.216.1.2"},
        {"url": "http://169.254.169.254/latest/meta-data/"},
        {"url": "https://example.com/"},
    ],
)
def test_call_beyond_this_machine_fails_with_a_clear_message(aws: Any, way_out: Any, event: dict[str, str]) -> None:
    answer = way_out(event)
    assert "Rehearsal stopped a connection to" in answer["errorMessage"]
    assert "AWS_ENDPOINT_URL" in answer["errorMessage"]
    log = aws.client("logs").filter_log_events(logGroupName="/aws/lambda/way-out")["events"]
    assert any("[ERROR]" in line["message"] and "Rehearsal stopped" in line["message"] for line in log)


@pytest.fixture(scope="module")
def way_out(aws: Any) -> Any:
    return deployed(aws, CALL, "way-out")


def test_children_end_when_the_server_is_killed(started: EmbeddedAws) -> None:
    pid = deployed(started, SHOW)({})["pid"]
    assert is_running(pid)
    os.kill(started.process.pid, signal.SIGKILL)
    started.process.wait()
    subprocess.run(["tail", f"--pid={pid}", "-f", "/dev/null"], timeout=60, check=True)


def test_children_end_with_the_server(started: EmbeddedAws) -> None:
    pid = deployed(started, SHOW)({})["pid"]
    stop_embedded_aws(started)
    assert not is_running(pid)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
