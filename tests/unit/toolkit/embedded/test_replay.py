"""A replayed function: its event but for the outputs' places, its answers shown and not sent, its own folder first."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.embedded import replay
from rehearsal.toolkit.embedded.replay import Call

VARIABLES = {
    **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
    "AWS_LAMBDA_FUNCTION_NAME": "train",
    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
    "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/train",
    "AWS_LAMBDA_LOG_STREAM_NAME": "replay",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_SECRET_ACCESS_KEY": "x",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",  # nothing listens: an answer that were sent would fail
}
SOURCE = """
import boto3, helper
def handler(event, context):
    client = boto3.client("codepipeline")
    print("left", context.get_remaining_time_in_millis() > 1000, helper.WORD)
    if event["fails"]:
        client.put_job_failure_result(jobId="1", failureDetails={"type": "JobFailed", "message": "no rows"})
    else:
        client.put_job_success_result(jobId="1", outputVariables={"Rows": "7"})
"""


@pytest.mark.parametrize(("fails", "code", "said"), [(False, 0, '"Rows": "7"'), (True, 1, "no rows")])
def test_the_answer_is_shown_and_not_sent(tmp_path: Path, fails: bool, code: int, said: str) -> None:
    (tmp_path / "work.py").write_text(SOURCE)
    (tmp_path / "helper.py").write_text("WORD = 'beside it'")
    done = subprocess.run(
        [sys.executable, str(replay._RUNNER), str(tmp_path), "work.handler", "30"],
        input=json.dumps({"fails": fails}),
        env=VARIABLES,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, said in done.stdout) == (code, True), done.stderr
    assert "left True beside it" in done.stdout


def test_outputs_get_places_of_their_own_and_nothing_else_changes() -> None:
    def event(key: str) -> dict[str, object]:
        place = {"bucketName": "b", "objectKey": key}
        outputs = [{"name": "Model", "location": {"type": "S3", "s3Location": place}}]
        data = {"inputArtifacts": [], "outputArtifacts": outputs, "continuationToken": "t"}
        return {"CodePipeline.job": {"id": "1", "data": data}}

    given = event("p/Model/a")
    assert replay.with_own_outputs(given, "3f") == event("p/Model/a.replay-3f")
    assert given == event("p/Model/a")


def test_a_call_or_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    calls = [Call(1, "Succeeded", {}), Call(2, "Succeeded", {})]
    assert (replay.chosen(calls, None).number, replay.chosen(calls, 2).number) == (1, 2)
    with pytest.raises(BadInput, match="no call 3"):
        replay.chosen(calls, 3)
    with pytest.raises(BadInput, match=r"no train\.py"):
        replay.check_code(tmp_path, "train.lambda_handler")
