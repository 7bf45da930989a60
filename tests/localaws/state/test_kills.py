"""Killed at any moment, the embedded AWS starts again, and nothing is half there."""

import json
import random
import subprocess
import sys
import time
from pathlib import Path

from tests.conftest import ROOT
from tests.localaws.state.conftest import Kept

LIVES = 100


def test_a_hundred_lives_on_one_directory_each_find_it_whole(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(10_000)
    command = [sys.executable, "-m", "tests.localaws.state.lives", str(tmp_path / "state"), str(LIVES), str(seed)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, f"seed {seed}: {done.stderr}"
    found = [int(line) for line in done.stdout.split()]
    assert len(found) == LIVES, done.stderr
    assert max(found) > 10, "no snapshot had anything in it: the test tests nothing"


def test_a_server_killed_under_load_has_every_listed_object_and_every_resource_of_its_stacks(kept: Kept) -> None:
    template = json.dumps({"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}, "Topic": {"Type": "AWS::SNS::Topic"}}})
    for life in range(3):
        kept.client("s3").create_bucket(Bucket="load")  # again: the last second of a life may be lost
        kept.client("cloudformation").create_stack(StackName=f"stack-{life}", TemplateBody=template)
        until = time.monotonic() + 1 + random.random()
        number = 0
        while time.monotonic() < until:
            kept.client("s3").put_object(Bucket="load", Key=f"{life}/{number}", Body=b"x" * (number % 5 * 40_000))
            number += 1
        kept.crash()
        _check(kept)


def _check(kept: Kept) -> None:
    s3, stacks = kept.client("s3"), kept.client("cloudformation")
    for bucket in s3.list_buckets()["Buckets"]:
        for found in s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", []):
            assert len(s3.get_object(Bucket=bucket["Name"], Key=found["Key"])["Body"].read()) == found["Size"]
    queues = kept.client("sqs").list_queues().get("QueueUrls", [])
    for stack in stacks.describe_stacks()["Stacks"]:
        if stack["StackStatus"] == "CREATE_COMPLETE":
            resources = stacks.describe_stack_resources(StackName=stack["StackName"])["StackResources"]
            made = {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in resources}
            assert made["Queue"] in queues
            kept.client("sns").get_topic_attributes(TopicArn=made["Topic"])
