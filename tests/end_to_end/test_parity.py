"""A transcript of one account held against another: two embedded servers, one of them with faults."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import EmbeddedAws, start_embedded_aws, stop_embedded_aws
from tests.end_to_end.rehearse import ROOT, command, environment, rehearse
from tests.localaws.waiting import wait_until


@pytest.fixture(scope="module")
def recorded(aws: EmbeddedAws, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A transcript of the worker's own embedded AWS."""
    file = tmp_path_factory.mktemp("parity") / "transcript.json"
    done = rehearse("parity", "record", "-o", str(file), "--json", env=aws.environment, timeout=900)
    assert done.exit_code == 0, done.err
    assert done.document["place"] == "embedded"
    return file


def left_of_runs(aws: EmbeddedAws) -> list[str]:
    """Everything in the account whose name begins as those of a run do."""
    listed: list[tuple[str, str, str, str]] = [
        ("s3", "list_buckets", "Buckets", "Name"),
        ("iam", "list_roles", "Roles", "RoleName"),
        ("lambda", "list_functions", "Functions", "FunctionName"),
        ("cloudformation", "describe_stacks", "Stacks", "StackName"),
        ("sagemaker", "list_models", "Models", "ModelName"),
        ("sagemaker", "list_endpoint_configs", "EndpointConfigs", "EndpointConfigName"),
        ("codepipeline", "list_pipelines", "pipelines", "name"),
        ("events", "list_rules", "Rules", "Name"),
        ("sns", "list_topics", "Topics", "TopicArn"),
        ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    ]
    names = [
        str(entry[member])
        for service, operation, member_of, member in listed
        for entry in getattr(aws.client(service), operation)().get(member_of, [])
    ]
    names += aws.client("sqs").list_queues().get("QueueUrls", [])
    names += aws.client("codebuild").list_projects()["projects"]
    return [name for name in names if "parity-" in name]


def test_a_recording_tells_nothing_of_the_account_and_leaves_nothing(aws: EmbeddedAws, recorded: Path) -> None:
    text = recorded.read_text()
    for word in (aws.announced.access_key_id, aws.announced.secret_access_key, aws.url, "123456789012", "user/admin"):
        assert word not in text
    assert "/tmp/" not in text
    names = [entry["name"] for entry in json.loads(text)["entries"]]
    assert {"s3-put", "iam-create-role", "lambda-invoke", "cloudformation-create", "codepipeline-create"} <= set(names)
    assert left_of_runs(aws) == []


def test_the_same_account_answers_alike(aws: EmbeddedAws, recorded: Path) -> None:
    done = rehearse("parity", "compare", str(recorded), "--json", env=aws.environment, timeout=900)
    assert (done.exit_code, done.document["differences"]) == (0, []), done.err


@pytest.fixture
def other() -> Iterator[EmbeddedAws]:
    """A second account."""
    embedded = start_embedded_aws()
    yield embedded
    stop_embedded_aws(embedded)


def test_an_account_with_faults_differs_in_just_the_calls_that_they_strike(other: EmbeddedAws, recorded: Path) -> None:
    other.rehearsal("POST", "faults", kind="deny", service="lambda", operation="UpdateFunctionCode", count=None)
    other.rehearsal("POST", "faults", kind="fail", service="sagemaker", operation="DescribeModel", count=None)
    done = rehearse("parity", "compare", str(recorded), "--json", env=other.environment, timeout=900)
    assert done.exit_code == 1, done.err
    fields: dict[str, dict[str, Any]] = {}
    for each in done.document["differences"]:
        fields.setdefault(each["call"], {})[each["field"]] = each["here"]
    assert set(fields) == {"lambda-no-zip", "sagemaker-describe-model"}
    assert fields["lambda-no-zip"]["error"] == "AccessDeniedException"
    assert fields["sagemaker-describe-model"]["status"] == 500
    assert fields["sagemaker-describe-model"]["ModelArn"] == "(absent)"
    assert left_of_runs(other) == []


def recording(aws: EmbeddedAws, folder: Path) -> subprocess.Popen[str]:
    """A recording under way, which takes Ctrl-C as a terminal sends it, also where the tests run in the background."""
    return subprocess.Popen(
        command("parity", "record", "-o", str(folder / "t.json")),
        env=environment(aws.environment),
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background job ignores it
    )


def test_ctrl_c_in_the_middle_leaves_nothing_either(aws: EmbeddedAws, tmp_path: Path) -> None:
    aws.rehearsal("POST", "faults", kind="delay", service="iam", operation="GetRole", seconds=60.0)
    process = recording(aws, tmp_path)
    wait_until(lambda: any(name.endswith("-role") for name in left_of_runs(aws)))
    os.kill(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=300)
    aws.rehearsal("DELETE", "faults")
    assert process.returncode == 130, told
    assert not (tmp_path / "t.json").exists()
    assert left_of_runs(aws) == []
    assert "Traceback" not in told


def test_what_a_killed_recording_left_is_cleaned_by_its_id(aws: EmbeddedAws, tmp_path: Path) -> None:
    aws.rehearsal("POST", "faults", kind="delay", service="iam", operation="GetRole", seconds=60.0)
    process = recording(aws, tmp_path)
    wait_until(lambda: any(name.endswith("-role") for name in left_of_runs(aws)))
    process.kill()
    _, told = process.communicate(timeout=300)
    aws.rehearsal("DELETE", "faults")
    run = told.partition("rehearse parity clean ")[2].split()[0]
    assert left_of_runs(aws) != []
    cleaned = rehearse("parity", "clean", run, "--json", env=aws.environment)
    assert (cleaned.exit_code, cleaned.document["left"]) == (0, []), cleaned.err
    assert left_of_runs(aws) == []
