"""The embedded AWS in tests of others, as they use it: pytest's fixtures, unittest, a plain with block."""

import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from rehearsal.testing import DeployedStack, EmbeddedAws
from tests.conftest import ROOT
from tests.localaws.waiting import wait_until

EXAMPLE = ROOT / "examples" / "one-function"
RESETS = 9
MEDIAN_CPU_SECONDS = 0.1


def test_three_lines_are_a_test(embedded_aws: EmbeddedAws) -> None:
    boto3.client("s3").create_bucket(Bucket="mine")
    assert [each["Name"] for each in boto3.client("s3").list_buckets()["Buckets"]] == ["mine"]


def test_the_next_test_finds_nothing_of_it(aws_session: Any) -> None:
    assert aws_session.client("s3").list_buckets()["Buckets"] == []


def test_a_stack_is_deployed_with_its_code_and_its_pipeline_runs(
    deployed_stack: Callable[..., DeployedStack], embedded_aws: EmbeddedAws
) -> None:
    stack = deployed_stack(EXAMPLE / "template.yaml", source=EXAMPLE / "source", MaxFiles="1")
    assert stack.resources["Pipeline"] == stack.outputs["PipelineName"] == "one-function"
    assert embedded_aws.wait_for_pipeline("one-function").status == "Succeeded"
    again = embedded_aws.run_pipeline("one-function")
    assert {action.name: action.variables for action in again.actions}["CountFiles"] == {"Files": "1"}


def test_functions_that_ran_are_gone_with_their_processes(
    embedded_aws: EmbeddedAws, deployed_stack: Callable[..., DeployedStack]
) -> None:
    stack = deployed_stack(EXAMPLE / "template.yaml")
    function = stack.resources["Function"]
    with pytest.raises(AssertionError):  # it is no job of CodePipeline's: the function fails, in a process that stays
        answer = boto3.client("lambda").invoke(FunctionName=function, Payload=b"{}")
        assert "FunctionError" not in answer
    before = _below(embedded_aws._announced.pid)
    assert len(before) > 1, "the child that serves, and what it started for the function"
    embedded_aws.reset()
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in before), "its processes are gone")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        embedded_aws.client("lambda").get_function(FunctionName=function)


def _below(pid: int) -> list[int]:
    """The processes that a process has started, and those that they have."""
    try:
        children = [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return [*children, *(each for child in children for each in _below(child))]


def test_clock_and_faults_are_of_one_test(embedded_clock: Any, embedded_faults: Any) -> None:
    embedded_clock.advance("7d")
    assert embedded_clock.now() - datetime.now(UTC) > timedelta(days=6)
    embedded_faults.add("deny", service="sns")
    with pytest.raises(ClientError, match=r"AccessDenied|AuthorizationError|not authorized"):
        boto3.client("sns").list_topics()


def test_the_clock_is_right_and_no_fault_strikes_in_the_next(embedded_clock: Any, embedded_faults: Any) -> None:
    assert abs(embedded_clock.now() - datetime.now(UTC)) < timedelta(hours=1)
    assert embedded_faults.planned() == []
    assert boto3.client("sns").list_topics()["Topics"] == []


def test_a_reset_takes_less_than_a_tenth_of_a_second(embedded_aws: EmbeddedAws) -> None:
    """Of this machine's work, which other programs do not slow down: what the server and its new child compute."""
    seconds = []
    for _ in range(RESETS):
        boto3.client("s3").create_bucket(Bucket="mine")
        before = _seconds(str(embedded_aws._announced.pid))
        embedded_aws.reset()
        seconds.append(_computed(embedded_aws) - before)
    assert statistics.median(seconds) < MEDIAN_CPU_SECONDS, seconds


def _computed(embedded_aws: EmbeddedAws) -> float:
    """Seconds that the forking process and its present child have computed."""
    parent = embedded_aws._announced.pid
    (child,) = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return _seconds(str(parent)) + _seconds(child)


def _seconds(pid: str) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def test_url_and_key_stay_over_a_reset(embedded_aws: EmbeddedAws) -> None:
    kept = embedded_aws.client("sts")
    first = kept.get_caller_identity()["Arn"]
    embedded_aws.reset()
    assert kept.get_caller_identity()["Arn"] == first
    with urllib.request.urlopen(f"{embedded_aws.url}/_rehearsal/health") as answer:
        assert answer.status == 200


UNITTEST = """
import unittest, boto3
from rehearsal.testing.case import EmbeddedAwsTestCase
from rehearsal.testing import embedded_aws


class Buckets(EmbeddedAwsTestCase):
    def test_one(self):
        boto3.client("s3").create_bucket(Bucket="mine")

    def test_two(self):
        self.assertEqual(self.aws.client("s3").list_buckets()["Buckets"], [])


if __name__ == "__main__":
    unittest.main()
"""
WITH_BLOCK = """
import os
import boto3
from rehearsal.testing import embedded_aws

os.environ["AWS_PROFILE"] = "mine"
with embedded_aws() as aws:
    assert boto3.client("sts").get_caller_identity()["Account"] == aws.account_id
    print(aws.url)
assert os.environ["AWS_PROFILE"] == "mine" and "AWS_ENDPOINT_URL" not in os.environ
"""


@pytest.mark.parametrize("program", [UNITTEST, WITH_BLOCK], ids=["unittest", "with"])
def test_a_program_uses_one_and_leaves_none(program: str, tmp_path: Path) -> None:
    file = tmp_path / "program.py"
    file.write_text(program)
    done = subprocess.run([sys.executable, str(file)], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    if done.stdout:
        with pytest.raises(urllib.error.URLError):
            urllib.request.urlopen(done.stdout.strip(), timeout=5)


def test_one_that_is_killed_takes_its_child_along() -> None:
    from rehearsal.testing import server

    started = server.start()
    parent = started._announced.pid
    child = Path(f"/proc/{parent}/task/{parent}/children").read_text().strip()
    started._process.kill()
    started._process.wait()
    wait_until(lambda: not Path(f"/proc/{child}").exists(), "the child is gone")
    began = time.monotonic()
    with pytest.raises(server.NoAnswer):
        started.reset()
    assert time.monotonic() - began < 60
