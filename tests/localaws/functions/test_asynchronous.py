"""Events are run in the background, and tried again when the function fails."""

import json
import time
from typing import Any

from tests.localaws.waiting import wait_until


def starts(aws: Any, name: str) -> int:
    logs = aws.client("logs")
    try:
        events = logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    except logs.exceptions.ResourceNotFoundException:
        return 0
    return sum(event["message"].startswith("START ") for event in events)


def test_event_is_accepted_and_run(aws: Any, deploy: Any, unique: Any) -> None:
    queue = aws.client("sqs").create_queue(QueueName=unique("queue"))["QueueUrl"]
    name = deploy(
        "import boto3, json\ndef handler(event, context):\n"
        "    boto3.client('sqs').send_message(QueueUrl=event['queue'], MessageBody='done')\n"
    )
    answer = aws.client("lambda").invoke(
        FunctionName=name, InvocationType="Event", Payload=json.dumps({"queue": queue})
    )
    assert answer["StatusCode"] == 202
    (message,) = wait_until(
        lambda: aws.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=20).get("Messages")
    )
    assert message["Body"] == "done"


def test_failing_event_is_tried_twice_more_after_one_and_two_minutes(aws: Any, deploy: Any) -> None:
    name = deploy("def handler(event, context):\n    raise ValueError\n")
    aws.client("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=b"{}")
    for attempt in (1, 2, 3):
        wait_until(lambda attempt=attempt: starts(aws, name) == attempt)
        aws.rehearsal("POST", "clock", seconds=120)
    assert starts(aws, name) == 3


def run_to_the_end(aws: Any, name: str, attempts: int) -> None:
    for attempt in range(1, attempts + 1):
        wait_until(lambda attempt=attempt: starts(aws, name) == attempt)
        aws.rehearsal("POST", "clock", seconds=120)


def test_outcome_goes_to_destination_and_dead_letter_queue(aws: Any, deploy: Any, make_inbox: Any) -> None:
    dead, failed = make_inbox("dead"), make_inbox("failed")
    name = deploy(
        "def handler(event, context):\n    raise ValueError('no')\n", DeadLetterConfig={"TargetArn": dead.arn}
    )
    client = aws.client("lambda")
    client.put_function_event_invoke_config(
        FunctionName=name,
        MaximumRetryAttempts=1,
        DestinationConfig={"OnFailure": {"Destination": failed.arn}},
    )
    answer = client.invoke(FunctionName=name, InvocationType="Event", Payload=b'{"n": 1}')
    request_id = answer["ResponseMetadata"]["RequestId"]
    run_to_the_end(aws, name, 2)
    letter = dead.receive()
    assert letter["body"] == {"n": 1}
    said = {key: value["StringValue"] for key, value in letter["attributes"].items()}
    assert said == {"RequestID": request_id, "ErrorCode": "200", "ErrorMessage": "no"}
    record = failed.body()
    arn = client.get_function_configuration(FunctionName=name)["FunctionArn"]
    assert record["requestContext"] == {
        "requestId": request_id,
        "functionArn": f"{arn}:$LATEST",
        "condition": "RetriesExhausted",
        "approximateInvokeCount": 2,
    }
    assert record["requestPayload"] == {"n": 1}
    assert record["responsePayload"]["errorType"] == "ValueError"
    assert record["responseContext"]["functionError"] == "Unhandled"


def test_success_goes_to_its_destination(aws: Any, deploy: Any, make_inbox: Any) -> None:
    done = make_inbox("done")
    name = deploy("def handler(event, context):\n    return event['n'] + 1\n")
    wanted = {"OnSuccess": {"Destination": done.arn}}
    client = aws.client("lambda")
    client.put_function_event_invoke_config(FunctionName=name, DestinationConfig=wanted)
    client.invoke(FunctionName=name, InvocationType="Event", Payload=b'{"n": 1}')
    record = done.body()
    assert record["responsePayload"] == 2 and record["requestContext"]["condition"] == "Success"


def test_update_of_the_event_configuration_keeps_what_is_not_given(aws: Any, deploy: Any) -> None:
    client, name = aws.client("lambda"), deploy("def handler(e, c): pass\n")
    client.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=1, MaximumEventAgeInSeconds=60)
    client.update_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=0)
    found = client.get_function_event_invoke_config(FunctionName=name)
    assert (found["MaximumRetryAttempts"], found["MaximumEventAgeInSeconds"]) == (0, 60)


def test_throttled_event_waits_until_there_is_room(aws: Any, deploy: Any, make_inbox: Any) -> None:
    done, client = make_inbox("done"), aws.client("lambda")
    name = deploy("def handler(event, context):\n    return 1\n")
    client.put_function_event_invoke_config(
        FunctionName=name, DestinationConfig={"OnSuccess": {"Destination": done.arn}}
    )
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    client.invoke(FunctionName=name, InvocationType="Event", Payload=b"{}")
    time.sleep(0.1)
    assert starts(aws, name) == 0
    client.delete_function_concurrency(FunctionName=name)
    aws.rehearsal("POST", "clock", seconds=2)
    assert done.body()["requestContext"]["approximateInvokeCount"] == 1
