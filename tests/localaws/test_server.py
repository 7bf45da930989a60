"""Starting, finding and stopping the embedded AWS as a process."""

import contextlib
import ctypes
import json
import os
import platform
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import boto3
import botocore.exceptions
import pytest

from rehearsal.localaws.ground import announcement
from tests.conftest import ROOT, EmbeddedAws, start_embedded_aws, stop_embedded_aws
from tests.localaws.waiting import wait_until

_TGKILL = {"x86_64": 234, "aarch64": 131}  # the number of the system call, which the C library has no function for


def run_server(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rehearsal.localaws.server", "--with-parent", *options]
    return subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=180)


def test_it_says_ready_and_answers_there(aws: EmbeddedAws) -> None:
    assert aws.client("sts").get_caller_identity()["Arn"] == "arn:aws:iam::123456789012:user/admin"


def test_a_busy_port_is_a_clear_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run_server("--port", str(port))
    assert done.returncode == 1
    assert f"port {port} of 127.0.0.1 is in use" in done.stderr
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--region", "mars"), "does not play region 'mars'"),
        (("--port", "0", "--state", os.devnull), f"the state directory {os.devnull} cannot be used"),
    ],
)
def test_a_setting_that_cannot_be_is_an_error_in_one_line(arguments: tuple[str, ...], says: str) -> None:
    done = run_server(*arguments)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert says in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_leaves_nothing_behind(number: signal.Signals, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    embedded = start_embedded_aws("--scratch", str(scratch))
    embedded.process.send_signal(number)
    assert embedded.process.wait(120) == 0
    assert announcement.read(embedded.announced.port) is None
    assert not scratch.exists()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", embedded.announced.port), 1)


@pytest.mark.skipif(sys.platform != "linux", reason="addresses a thread of another process by Linux's tgkill")
def test_a_signal_that_another_thread_receives_stops_it_too() -> None:
    embedded = start_embedded_aws()
    threads = {int(task.name) for task in Path(f"/proc/{embedded.process.pid}/task").iterdir()}
    other = max(threads - {embedded.process.pid})
    sent = ctypes.CDLL(None).syscall(_TGKILL[platform.machine()], embedded.process.pid, other, signal.SIGTERM)
    try:
        assert (sent, embedded.process.wait(120)) == (0, 0)
    finally:
        embedded.process.kill()
        embedded.process.communicate()


def test_the_announcement_is_for_its_owner_alone() -> None:
    embedded = start_embedded_aws()
    file = announcement._file(embedded.announced.port)
    assert file.stat().st_mode & 0o777 == 0o600
    stop_embedded_aws(embedded)
    assert not file.exists()


def test_an_announcement_that_a_killed_server_left_does_not_count() -> None:
    embedded = start_embedded_aws()
    embedded.process.kill()
    embedded.process.communicate()
    assert announcement.read(embedded.announced.port) is None
    announcement._file(embedded.announced.port).unlink()


def test_the_shell_variables_are_all_that_an_sdk_needs(aws: EmbeddedAws) -> None:
    script = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
    environment = {**aws.environment, "PATH": os.environ["PATH"]}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "123456789012"


def test_a_wrong_secret_is_refused(aws: EmbeddedAws) -> None:
    sts = boto3.client(
        "iam",
        region_name="us-east-1",
        endpoint_url=aws.url,
        aws_access_key_id=aws.announced.access_key_id,
        aws_secret_access_key="wrong",
    )
    with pytest.raises(sts.exceptions.ClientError, match="SignatureDoesNotMatch"):
        sts.list_roles()


class TestCapabilities:
    def test_health_needs_no_secret(self, aws: EmbeddedAws) -> None:
        with urllib.request.urlopen(f"{aws.url}/_rehearsal/health") as response:
            assert json.load(response)["status"] == "ready"

    def test_the_others_need_the_administrators_secret(self, aws: EmbeddedAws) -> None:
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{aws.url}/_rehearsal/clock")
        assert refused.value.code == 403

    def test_one_that_is_not_offered_lists_those_that_are(self, aws: EmbeddedAws) -> None:
        with pytest.raises(urllib.error.HTTPError) as missing:
            aws.rehearsal("GET", "nothing")
        assert missing.value.code == 404
        assert "GET /_rehearsal/clock" in json.load(missing.value)["offered"]

    def test_the_clock_can_be_read_and_advanced(self) -> None:
        embedded = start_embedded_aws()
        before = embedded.rehearsal("GET", "clock")["timestamp"]
        after = embedded.rehearsal("POST", "clock", seconds=86400)["timestamp"]
        stop_embedded_aws(embedded)
        assert 86400 <= after - before < 86460

    def test_every_service_reads_the_same_clock(self) -> None:
        embedded = start_embedded_aws()
        embedded.rehearsal("POST", "clock", seconds=10 * 86400)
        now = datetime.fromisoformat(embedded.rehearsal("GET", "clock")["now"])
        queue = embedded.client("sqs").create_queue(QueueName="q")["QueueUrl"]
        made = embedded.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["CreatedTimestamp"])
        embedded.client("s3").create_bucket(Bucket="bucket")
        embedded.client("s3").put_object(Bucket="bucket", Key="key", Body=b"")
        stamps = [
            datetime.fromtimestamp(float(made["Attributes"]["CreatedTimestamp"]), UTC),
            embedded.client("s3").head_object(Bucket="bucket", Key="key")["LastModified"],
            embedded.client("iam").create_user(UserName="u")["User"]["CreateDate"],
        ]
        stop_embedded_aws(embedded)
        assert all(abs((stamp - now).total_seconds()) < 60 for stamp in stamps), stamps


def test_an_operation_that_is_not_offered_is_named(aws: EmbeddedAws) -> None:
    client = aws.client("ecr")
    with pytest.raises(client.exceptions.ClientError, match="does not offer"):
        client.get_account_setting(name="BASIC_SCAN_TYPE_VERSION")


def test_a_request_that_is_under_way_keeps_nothing_from_ending() -> None:
    """What follows the workers' end, the children's for one, is done whatever a busy worker makes of it."""
    embedded = start_embedded_aws(log=subprocess.PIPE)
    embedded.rehearsal("POST", "faults", kind="delay", service="sqs", operation="ListQueues", seconds=8.0)
    waiting = threading.Thread(target=_ask_in_vain, args=(embedded,), daemon=True)
    waiting.start()
    wait_until(lambda: embedded.rehearsal("GET", "faults")[0]["count"] == 0)
    _, told = embedded.process.communicate(timeout=180)
    assert embedded.process.returncode == 0
    assert "Traceback" not in (told or "")


def test_a_stack_that_waits_keeps_nothing_from_ending() -> None:
    """It would wait for its signal for an hour."""
    embedded = start_embedded_aws()
    waits = {"Type": "AWS::CloudFormation::WaitCondition", "CreationPolicy": {"ResourceSignal": {"Timeout": "PT1H"}}}
    cloudformation, body = embedded.client("cloudformation"), json.dumps({"Resources": {"Wait": waits}})
    cloudformation.create_stack(StackName="waits", TemplateBody=body)

    def is_waiting() -> bool:
        resources = cloudformation.describe_stack_resources(StackName="waits")["StackResources"]
        return [each["ResourceStatus"] for each in resources] == ["CREATE_IN_PROGRESS"]

    wait_until(is_waiting)
    stop_embedded_aws(embedded)
    assert embedded.process.returncode == 0


def _ask_in_vain(embedded: EmbeddedAws) -> None:
    with contextlib.suppress(botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError):
        embedded.client("sqs").list_queues()
