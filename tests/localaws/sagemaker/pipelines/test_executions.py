"""Executions through boto3: how steps wait for each other, stop, are retried, and are told about."""

import json
import time

import pytest
from botocore.exceptions import ClientError

from tests.localaws.sagemaker.pipelines.definitions import (
    callback,
    condition,
    equals,
    fail,
    function,
    get,
    join,
    parameter,
)
from tests.localaws.waiting import wait_until

NUMBER = [{"OutputName": "n", "OutputType": "Integer"}]


@pytest.fixture
def queue(aws, unique) -> str:
    return aws.client("sqs").create_queue(QueueName=unique("callbacks"))["QueueUrl"]


def message(aws, url: str) -> dict:
    """The next message of a queue, taken off it."""
    sqs = aws.client("sqs")
    found = wait_until(lambda: sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages"))
    sqs.delete_message(QueueUrl=url, ReceiptHandle=found[0]["ReceiptHandle"])
    return json.loads(found[0]["Body"])


def test_a_callback_step_waits_for_its_answer(lab, aws, queue, double) -> None:
    outputs = [{"OutputName": "n", "OutputType": "Integer"}, {"OutputName": "word", "OutputType": "String"}]
    name = lab.create(
        callback("Ask", {"what": get("Parameters.P")}, queue, OutputParameters=outputs),
        function("Use", {"x": get("Steps.Ask.OutputParameters['n']")}, double, OutputParameters=NUMBER),
        parameters=[parameter("P", default="size")],
    )
    arn = lab.start(name)
    told = message(aws, queue)
    assert told == {
        "token": told["token"],
        "pipelineExecutionArn": arn,
        "arguments": {"what": "size"},
        "status": "Executing",
    }
    assert len(told["token"]) == 10
    waiting = lab.sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
    assert waiting["PipelineExecutionStatus"] == "Executing"
    answer = [{"Name": "n", "Value": "21"}, {"Name": "word", "Value": "big"}]
    sent = lab.sagemaker.send_pipeline_execution_step_success(CallbackToken=told["token"], OutputParameters=answer)
    assert sent["PipelineExecutionArn"] == arn
    assert lab.ended(arn)["PipelineExecutionStatus"] == "Succeeded"
    steps = lab.steps(arn)
    assert steps["Ask"]["Metadata"]["Callback"]["OutputParameters"] == answer
    assert steps["Use"]["Metadata"]["Lambda"]["OutputParameters"] == [{"Name": "n", "Value": "42"}]
    with pytest.raises(ClientError, match="was answered already"):
        lab.sagemaker.send_pipeline_execution_step_failure(CallbackToken=told["token"])
    with pytest.raises(ClientError, match="No step waits for the callback token"):
        lab.sagemaker.send_pipeline_execution_step_success(CallbackToken="a" * 10)


def test_a_callback_step_fails_with_the_reason_given(lab, aws, queue) -> None:
    arn = lab.start(lab.create(callback("Ask", {}, queue)))
    token = message(aws, queue)["token"]
    lab.sagemaker.send_pipeline_execution_step_failure(CallbackToken=token, FailureReason="nobody there")
    ended = lab.ended(arn)
    assert ended["FailureReason"] == "Step failure: One or multiple steps failed."
    assert lab.step(arn, "Ask")["FailureReason"] == "nobody there"


def test_a_stopped_execution_waits_for_the_answer_of_its_callback(lab, aws, queue, double) -> None:
    arn = lab.start(lab.create(callback("Ask", {}, queue), function("Next", {}, double, DependsOn=["Ask"])))
    token = message(aws, queue)["token"]
    lab.sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn)
    told = message(aws, queue)
    assert (told["token"], told["status"]) == (token, "Stopping")
    assert lab.step(arn, "Ask")["StepStatus"] == "Stopping"
    lab.sagemaker.send_pipeline_execution_step_success(CallbackToken=token)
    assert lab.ended(arn)["PipelineExecutionStatus"] == "Stopped"
    assert {name: each["StepStatus"] for name, each in lab.steps(arn).items()} == {"Ask": "Stopped"}
    lab.sagemaker.retry_pipeline_execution(PipelineExecutionArn=arn)
    lab.sagemaker.send_pipeline_execution_step_success(CallbackToken=message(aws, queue)["token"])
    assert lab.ended(arn)["PipelineExecutionStatus"] == "Succeeded"


def test_stopping_stops_the_job_that_runs(lab) -> None:
    arn = lab.start(lab.create(lab.script("Long", "import time\nprint('on my way', flush=True)\ntime.sleep(600)")))
    wait_until(lambda: lab.steps(arn).get("Long", {}).get("StepStatus") == "Executing")
    job = lab.step(arn, "Long")["Metadata"]["ProcessingJob"]["Arn"].rpartition("/")[2]
    lab.sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn)
    assert lab.ended(arn)["PipelineExecutionStatus"] == "Stopped"
    assert lab.sagemaker.describe_processing_job(ProcessingJobName=job)["ProcessingJobStatus"] == "Stopped"
    with pytest.raises(ClientError, match="cannot be stopped"):
        lab.sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn)


def test_a_failed_execution_is_retried_from_the_failed_step(lab, aws, double) -> None:
    key = f"{lab.names('flag')}.json"
    place = {"Std:JsonGet": {"S3Uri": join("/", "s3:/", lab.bucket, key), "Path": "$.there['is'][0]"}}
    name = lab.create(
        function("First", {"x": 1}, double, OutputParameters=NUMBER),
        function("Second", {"x": place}, double, OutputParameters=NUMBER, DependsOn=["First"]),
    )
    failed = lab.run(name)
    arn = failed["PipelineExecutionArn"]
    assert "Failed to invoke s3:GetObject" in lab.step(arn, "Second")["FailureReason"]
    before = lab.step(arn, "First")
    aws.client("s3").put_object(Bucket=lab.bucket, Key=key, Body=b'{"there": {"is": [8]}}')
    assert lab.sagemaker.retry_pipeline_execution(PipelineExecutionArn=arn)["PipelineExecutionArn"] == arn
    assert lab.ended(arn)["PipelineExecutionStatus"] == "Succeeded"
    assert lab.step(arn, "First") == before
    assert lab.step(arn, "Second")["Metadata"]["Lambda"]["OutputParameters"] == [{"Name": "n", "Value": "16"}]
    with pytest.raises(ClientError, match="only a failed or stopped one can be retried"):
        lab.sagemaker.retry_pipeline_execution(PipelineExecutionArn=arn)


def test_a_fail_step_ends_the_execution_for_good(lab) -> None:
    ended = lab.run(lab.create(condition("Check", [equals("a", "b")], [], [fail("Bad", "")])))
    arn = ended["PipelineExecutionArn"]
    assert ended["PipelineExecutionStatus"] == "Failed"
    step = lab.step(arn, "Bad")
    assert "FailureReason" not in step
    assert step["Metadata"] == {"Fail": {"ErrorMessage": ""}}
    with pytest.raises(ClientError, match="ended by a Fail step"):
        lab.sagemaker.retry_pipeline_execution(PipelineExecutionArn=arn)


def test_a_function_that_fails_fails_the_step_with_its_error(lab, double) -> None:
    arn = lab.run(lab.create(function("A", {"fail": "out of paper"}, double)))["PipelineExecutionArn"]
    assert lab.step(arn, "A")["FailureReason"].endswith("failed: ValueError: out of paper")


def test_outputs_must_be_as_declared_and_nested_ones_are_texts(lab, double) -> None:
    outputs = [{"OutputName": "words", "OutputType": "String"}]
    good = lab.run(lab.create(function("A", {}, double, OutputParameters=outputs)))["PipelineExecutionArn"]
    assert lab.step(good, "A")["Metadata"]["Lambda"]["OutputParameters"] == [{"Name": "words", "Value": '["a", 1]'}]
    missing = [{"OutputName": "other", "OutputType": "String"}]
    bad = lab.run(lab.create(function("A", {}, double, OutputParameters=missing)))["PipelineExecutionArn"]
    assert "'other' is missing" in lab.step(bad, "A")["FailureReason"]


def test_values_of_different_kinds_cannot_be_compared(lab) -> None:
    arn = lab.run(lab.create(condition("Check", [equals("1", 1)])))["PipelineExecutionArn"]
    assert lab.step(arn, "Check")["FailureReason"] == "ClientError: Equals cannot compare text '1' with number 1"


def test_no_more_steps_run_side_by_side_than_allowed(lab, aws, queue) -> None:
    name = lab.create(
        *(callback(f"Ask{n}", {}, queue) for n in range(3)), ParallelismConfiguration={"MaxParallelExecutionSteps": 1}
    )
    arn = lab.start(name)
    first = message(aws, queue)["token"]
    assert len(lab.steps(arn)) == 1
    lab.sagemaker.update_pipeline_execution(
        PipelineExecutionArn=arn,
        ParallelismConfiguration={"MaxParallelExecutionSteps": 3},
        PipelineExecutionDisplayName="wider",
    )
    tokens = [first, message(aws, queue)["token"], message(aws, queue)["token"]]
    assert len(lab.steps(arn)) == 3
    for token in tokens:
        lab.sagemaker.send_pipeline_execution_step_success(CallbackToken=token)
    ended = lab.ended(arn)
    assert (ended["PipelineExecutionStatus"], ended["PipelineExecutionDisplayName"]) == ("Succeeded", "wider")


def test_a_running_pipeline_is_not_deleted(lab, aws, queue) -> None:
    name = lab.create(callback("Ask", {}, queue))
    arn = lab.start(name)
    with pytest.raises(ClientError, match=r"ConflictException.*while it is running"):
        lab.sagemaker.delete_pipeline(PipelineName=name)
    lab.sagemaker.send_pipeline_execution_step_success(CallbackToken=message(aws, queue)["token"])
    lab.ended(arn)
    lab.sagemaker.delete_pipeline(PipelineName=name)


def test_execution_variables_and_joins(lab, double) -> None:
    outputs = [{"OutputName": "whole", "OutputType": "String"}]
    given = {
        "id": get("Execution.PipelineExecutionId"),
        "arn": get("Execution.PipelineExecutionArn"),
        "name": get("Execution.PipelineName"),
        "text": join("-", get("Parameters.Deep"), get("Parameters.Rate"), 3, join("+", "a", "b")),
        "at": get("Execution.StartDateTime"),
    }
    name = lab.create(
        function("A", given, double, OutputParameters=outputs),
        parameters=[parameter("Deep", "Boolean", True), parameter("Rate", "Float", 0.5)],
    )
    arn = lab.run(name)["PipelineExecutionArn"]
    seen = json.loads(lab.step(arn, "A")["Metadata"]["Lambda"]["OutputParameters"][0]["Value"])
    assert (seen["arn"], seen["id"], seen["name"]) == (arn, arn.rpartition("/")[2], name)
    assert seen["text"] == "true-0.5-3-a+b"
    assert seen["at"].endswith("Z")


def test_lists_are_newest_first(lab, double) -> None:
    name = lab.create(function("A", {}, double), function("B", {}, double, DependsOn=["A"]))
    arns = [lab.run(name)["PipelineExecutionArn"] for _ in range(2)]
    listed = lab.sagemaker.list_pipeline_executions(PipelineName=name)["PipelineExecutionSummaries"]
    assert [each["PipelineExecutionArn"] for each in listed] == arns[::-1]
    steps = lab.sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arns[0])["PipelineExecutionSteps"]
    assert [each["StepName"] for each in steps] == ["B", "A"]


def test_describe_is_held_back_while_the_execution_is_at_work(lab, aws, queue, double) -> None:
    """Both SDKs look once and then sleep 30 s; an execution that waits for an answer is told of at once."""
    arn = lab.start(lab.create(function("A", {"wait": 0.5}, double)))
    assert lab.sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)["PipelineExecutionStatus"] in (
        "Executing",
        "Succeeded",
    )
    waiting = lab.start(lab.create(callback("Ask", {}, queue)))
    token = message(aws, queue)["token"]
    began = time.monotonic()
    looks = [lab.sagemaker.describe_pipeline_execution(PipelineExecutionArn=waiting) for _ in range(20)]
    assert {each["PipelineExecutionStatus"] for each in looks} == {"Executing"}
    assert time.monotonic() - began < 30, "twenty looks would have been held for 40 s"
    lab.sagemaker.send_pipeline_execution_step_success(CallbackToken=token)


def test_a_selected_step_runs_with_the_results_of_an_earlier_execution(lab, double) -> None:
    name = lab.create(
        function("A", {"x": get("Parameters.X")}, double, OutputParameters=NUMBER),
        function("B", {"x": get("Steps.A.OutputParameters['n']")}, double, OutputParameters=NUMBER),
        function("C", {"x": get("Steps.B.OutputParameters['n']")}, double, OutputParameters=NUMBER),
        parameters=[parameter("X", "Integer", 1)],
    )
    source = lab.run(name, {"X": "5"})["PipelineExecutionArn"]

    def select(*steps: str, **more: str) -> dict:
        return {"SelectedSteps": [{"StepName": step} for step in steps], **more}

    chosen = select("B", SourcePipelineExecutionArn=source)
    ended = lab.run(name, SelectiveExecutionConfig=chosen)
    assert ended["SelectiveExecutionConfig"] == chosen
    steps = lab.steps(ended["PipelineExecutionArn"])
    assert steps.keys() == {"A", "B"}
    assert steps["A"]["SelectiveExecutionResult"] == {"SourcePipelineExecutionArn": source}
    assert steps["B"]["Metadata"]["Lambda"]["OutputParameters"] == [{"Name": "n", "Value": "20"}]
    with pytest.raises(ClientError) as missing:
        lab.start(name, SelectiveExecutionConfig=select("B"))
    assert missing.value.response["Error"]["Message"] == (
        "Invalid SourcePipelineExecutionArn: null. The selected steps [B] have dependencies on [A]"
    )
    with pytest.raises(ClientError, match="not connected"):
        lab.start(name, SelectiveExecutionConfig=select("A", "C", SourcePipelineExecutionArn=source))
    with pytest.raises(ClientError, match=r"\[Z\] do not exist"):
        lab.start(name, SelectiveExecutionConfig=select("Z", SourcePipelineExecutionArn=source))
