"""The lab retrain: deliveries start executions, one for each object version, whatever the queue does."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from rehearsal.toolkit.labs.retrain import notification
from tests.conftest import EmbeddedAws, start_embedded_aws, stop_embedded_aws
from tests.end_to_end.rehearse import Answer
from tests.labs.conftest import Typed
from tests.localaws.authorizer.minimal.statements import Named
from tests.localaws.authorizer.minimal.table import TABLE, Evaluated
from tests.localaws.waiting import wait_until

HERE = "tests/labs/test_retrain.py"
STACK = "lab-retrain-two"
EVALUATED = {name: row for name, row in TABLE.items() if isinstance(row, Evaluated) and row.test.startswith(HERE)}
SECONDS = 120


@pytest.fixture(scope="module")
def ran(typed: Any) -> Iterator[Answer]:
    """The lab after a run."""
    done = typed("lab", "run", "retrain", "--suffix", "two", "--json")
    yield done
    typed("lab", "destroy", "retrain", "--suffix", "two")


def executions(aws: EmbeddedAws, stack: str = STACK) -> list[str]:
    found = aws.client("sagemaker").list_pipeline_executions(PipelineName=stack)
    return [each["PipelineExecutionArn"] for each in found["PipelineExecutionSummaries"]]


def parameters(aws: EmbeddedAws, arn: str) -> dict[str, str]:
    found = aws.client("sagemaker").list_pipeline_parameters_for_execution(PipelineExecutionArn=arn)
    return {each["Name"]: each["Value"] for each in found["PipelineParameters"]}


def put(aws: EmbeddedAws, key: str, body: bytes, stack: str = STACK) -> str:
    return str(aws.client("s3").put_object(Bucket=stack, Key=key, Body=body)["VersionId"])


def send(aws: EmbeddedAws, message: Any, stack: str = STACK) -> None:
    url = aws.client("sqs").get_queue_url(QueueName=stack)["QueueUrl"]
    aws.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(message))


def waiting(aws: EmbeddedAws, queue: str = STACK) -> int:
    """Messages that wait or are being worked on."""
    url = aws.client("sqs").get_queue_url(QueueName=queue)["QueueUrl"]
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(value) for value in found.values())


def handled(aws: EmbeddedAws, stack: str = STACK) -> None:
    """Wait until the queue is empty."""
    wait_until(lambda: waiting(aws, stack) == 0, seconds=SECONDS)


def test_each_delivery_starts_one_execution_and_registers_a_version(ran: Answer, aws: EmbeddedAws) -> None:
    assert ran.exit_code == 0, ran.err
    told = ran.document
    assert told["status"] == "Succeeded"
    assert {step["name"] for step in told["steps"]} == {"Train", "Create", "Register"}
    assert list(told["facts"]["executionsByVersion"].values()) == [1, 1]
    assert told["facts"]["modelVersions"] == 2
    assert 0 < told["metrics"]["validation:rmse"] < 3
    package = aws.client("sagemaker").describe_model_package(ModelPackageName=told["modelPackageArn"])
    assert package["CustomerMetadataProperties"]["data-version"] in told["facts"]["executionsByVersion"]


def test_the_outcome_of_each_comes_by_mail(ran: Answer, aws: EmbeddedAws) -> None:
    def mails() -> list[str]:
        messages = aws.rehearsal("GET", "mailbox")["messages"]
        texts = [mail["text"] for mail in messages if mail["to"] == "you@example.com"]
        return [text for text in texts if f"pipeline/{STACK}/execution/" in text]

    wait_until(lambda: len(mails()) >= 2, seconds=SECONDS)
    assert all("Retraining Succeeded: data-" in text for text in mails())


@pytest.mark.parametrize("name", EVALUATED, ids=" ".join)
def test_recorded_calls_would_be_denied_without_the_statement(ran: Answer, typed: Any, name: Named) -> None:
    assert set(EVALUATED[name].actions) <= typed.needed(STACK)[name]
    assert typed.denied(STACK) == []


def test_only_the_prefix_and_suffix_start_anything_and_any_key_is_read(ran: Answer, aws: EmbeddedAws) -> None:
    before = executions(aws)
    rows = aws.client("s3").get_object(Bucket=STACK, Key="incoming/abalone.csv")["Body"].read()
    put(aws, "incoming/notes.txt", b"not data")
    put(aws, "elsewhere/abalone.csv", rows)
    version = put(aws, "incoming/müscheln & co, 100 %+.csv", rows)
    wait_until(lambda: executions(aws) != before, seconds=SECONDS)
    handled(aws)
    (new,) = set(executions(aws)) - set(before)
    given = parameters(aws, new)
    assert given["DataVersion"] == version
    bucket, _, key = given["TrainDataUrl"][5:].partition("/")
    assert aws.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read() == rows


def test_late_double_and_reversed_messages_start_one_execution_for_each_version(ran: Answer, aws: EmbeddedAws) -> None:
    before = set(executions(aws))
    rows = aws.client("s3").get_object(Bucket=STACK, Key="incoming/abalone.csv")["Body"].read().splitlines()
    key = "incoming/late.not-yet"  # without the suffix, so that the messages below are all there are
    bodies = [b"\n".join(rows[: 100 * count]) for count in (1, 2, 3)]
    versions = [put(aws, key, body) for body in bodies]
    told = [notification(STACK, key, version) for version in versions]
    for message in [*reversed(told), told[0], told[2], *told]:
        send(aws, message)
    handled(aws)
    started = {parameters(aws, arn)["DataVersion"]: parameters(aws, arn) for arn in set(executions(aws)) - before}
    assert len(set(executions(aws)) - before) == 3
    assert set(started) == set(versions)
    for version, body in zip(versions, bodies, strict=True):
        bucket, _, place = started[version]["TrainDataUrl"][5:].partition("/")
        assert aws.client("s3").get_object(Bucket=bucket, Key=place)["Body"].read() == body


def test_a_poisoned_message_is_a_lesson_that_ends_with_empty_queues(ran: Answer, typed: Any, aws: EmbeddedAws) -> None:
    assert typed("lab", "break", "retrain", "poisoned-message", "--suffix", "two").exit_code == 0
    broken = typed("lab", "check", "retrain", "--suffix", "two", "--json")
    assert (broken.exit_code, list(broken.document["problems"])) == (1, ["poisoned-message"])
    for queue in (STACK, "lab-retrain-dead-letters-two"):
        aws.client("sqs").purge_queue(QueueUrl=aws.client("sqs").get_queue_url(QueueName=queue)["QueueUrl"])
    handled(aws)
    assert typed("lab", "check", "retrain", "--suffix", "two").exit_code == 0


def test_by_eventbridge_it_goes_the_same_way(ran: Answer, typed: Any, aws: EmbeddedAws) -> None:
    done = typed("lab", "run", "retrain", "--suffix", "two", "--json", "--stack-parameter", "Trigger=EventBridge")
    assert done.exit_code == 0, done.err
    assert list(done.document["facts"]["executionsByVersion"].values()) == [1, 1]
    configuration = aws.client("s3").get_bucket_notification_configuration(Bucket=STACK)
    assert "QueueConfigurations" not in configuration
    queue = f"arn:aws:sqs:us-east-1:123456789012:{STACK}"
    assert len(aws.client("events").list_rule_names_by_target(TargetArn=queue)["RuleNames"]) == 1


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("Trigger=Mail", "Trigger must be one of Notification, EventBridge"),
        ("Prefix=models/", "Prefix must begin with incoming/"),
        ("SuffixID=sde", "no parameter SuffixID"),
    ],
)
def test_stack_parameters_are_checked_before_anything_is_made(typed: Any, option: str, words: str) -> None:
    refused = typed("lab", "run", "retrain", "--stack-parameter", option)
    assert (refused.exit_code, words in refused.err) == (2, True), refused.err


@pytest.fixture
def own_account() -> Iterator[EmbeddedAws]:
    """An embedded AWS whose clock may be moved."""
    embedded = start_embedded_aws()
    yield embedded
    stop_embedded_aws(embedded)


def test_what_fails_three_times_waits_in_the_dead_letter_queue_until_it_is_sent_again(own_account: EmbeddedAws) -> None:
    aws, typed, stack = own_account, Typed(own_account), "lab-retrain-rehearsal"
    assert typed("lab", "run", "retrain", "--json").exit_code == 0
    before = executions(aws, stack)
    aws.rehearsal("POST", "faults", kind="deny", service="sagemaker", operation="StartPipelineExecution", count=None)
    rows = aws.client("s3").get_object(Bucket=stack, Key="incoming/abalone.csv")["Body"].read()
    put(aws, "incoming/unlucky.csv", rows, stack)
    deadline = time.monotonic() + SECONDS
    while waiting(aws, "lab-retrain-dead-letters-rehearsal") == 0:
        assert time.monotonic() < deadline
        aws.rehearsal("POST", "clock", seconds=30)  # the message is to be seen again after two minutes
    assert executions(aws, stack) == before
    wait_until(lambda: _mails_of_alarm(aws, 60), seconds=SECONDS)
    aws.rehearsal("DELETE", "faults")
    again = typed("lab", "redrive", "retrain", "--json")
    assert again.document == {"messages": 1}
    wait_until(lambda: len(executions(aws, stack)) == len(before) + 1, seconds=SECONDS)
    handled(aws, stack)
    assert waiting(aws, "lab-retrain-dead-letters-rehearsal") == 0


def _mails_of_alarm(aws: EmbeddedAws, seconds: int) -> list[str]:
    """Mails that tell of dead letters; the metric is looked at once a minute, which passes meanwhile."""
    aws.rehearsal("POST", "clock", seconds=seconds)
    messages = aws.rehearsal("GET", "mailbox")["messages"]
    return [mail["text"] for mail in messages if "DeadLetterAlarm" in mail["subject"] + mail["text"]]


def test_a_lab_without_dead_letters_says_so(ran: Answer, typed: Any) -> None:
    refused = typed("lab", "redrive", "census", "--suffix", "none")
    assert refused.exit_code == 1
    assert "has no dead-letter queue" in refused.err
