"""The AWS CLI from PyPI follows a pipeline through AWS_ENDPOINT_URL alone; stacks and folders are in
``cloudformation/test_aws_cli.py``."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.conftest import EmbeddedAws
from tests.localaws.aws_cli import run
from tests.localaws.codepipeline.conftest import bench, role_arn
from tests.localaws.codepipeline.workbench import Workbench, approval, stage

__all__ = ["bench", "role_arn"]  # fixtures


def test_a_pipeline_is_started_watched_listed_and_stopped(aws_cli: Path, aws: EmbeddedAws, bench: Workbench) -> None:
    name = bench.create(stage("Gate", approval()))

    def codepipeline(operation: str, *arguments: str) -> Any:
        told = run(aws_cli, aws, "codepipeline", operation, *arguments, "--output", "json")
        return json.loads(told) if told.strip() else None

    execution = codepipeline("start-pipeline-execution", "--name", name)["pipelineExecutionId"]
    state = codepipeline("get-pipeline-state", "--name", name)
    assert [each["stageName"] for each in state["stageStates"]] == ["Source", "Gate"]
    listed = codepipeline("list-pipeline-executions", "--pipeline-name", name)["pipelineExecutionSummaries"]
    assert execution in {each["pipelineExecutionId"] for each in listed}
    stopped = codepipeline(
        "stop-pipeline-execution", "--pipeline-name", name, "--pipeline-execution-id", execution, "--abandon"
    )
    assert stopped["pipelineExecutionId"] == execution


def test_a_function_is_invoked_and_its_log_followed(
    aws_cli: Path, aws: EmbeddedAws, deploy: Callable[..., str], tmp_path: Path
) -> None:
    name = deploy("def handler(event, context):\n    print('heard', event)\n    return event\n")
    answer = tmp_path / "answer.json"
    run(aws_cli, aws, "lambda", "invoke", "--function-name", name, "--payload", '{"a": 1}', str(answer))
    assert json.loads(answer.read_text()) == {"a": 1}
    found = run(
        aws_cli, aws, "logs", "filter-log-events", "--log-group-name", f"/aws/lambda/{name}", "--output", "json"
    )
    assert "heard {'a': 1}" in " ".join(event["message"] for event in json.loads(found)["events"])


def test_large_files_are_copied_in_parts(
    aws_cli: Path, aws: EmbeddedAws, unique: Callable[[str], str], tmp_path: Path
) -> None:
    bucket, content = unique("cli"), bytes(range(256)) * (20 * 1024 * 1024 // 256)
    aws.client("s3").create_bucket(Bucket=bucket)
    (tmp_path / "large").write_bytes(content)
    run(aws_cli, aws, "s3", "cp", str(tmp_path / "large"), f"s3://{bucket}/large", "--no-progress")
    run(aws_cli, aws, "s3", "cp", f"s3://{bucket}/large", str(tmp_path / "back"), "--no-progress")
    assert (tmp_path / "back").read_bytes() == content
