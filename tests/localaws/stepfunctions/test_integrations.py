"""Tasks that call services: names, cases, errors and times as AWS has them."""

import json
from typing import Any

from tests.localaws.inboxes import make_role
from tests.localaws.stepfunctions.conftest import RULES, history
from tests.localaws.waiting import wait_until

_ECHO = {"Echo": {"Type": "Pass", "End": True}}


def _machine(aws: Any, name: str, states: dict[str, Any]) -> str:
    client, role = aws.client("stepfunctions"), make_role(aws, name, ("states",), "logs:CreateLogGroup")
    definition = json.dumps({"StartAt": next(iter(states)), "States": states})
    arn: str = client.create_state_machine(name=name, definition=definition, roleArn=role)["stateMachineArn"]
    return arn


def test_members_are_in_pascal_case_whatever_the_service_writes(aws: Any, unique: Any, run: Any) -> None:
    arn = _machine(aws, unique("inner"), _ECHO)
    task = {
        "Resource": "arn:aws:states:::aws-sdk:sfn:describeStateMachine",
        "Parameters": {"StateMachineArn": arn},
        "ResultSelector": {"arn.$": "$.StateMachineArn", "made.$": "$.CreationDate"},
    }
    done = run(task, "states:DescribeStateMachine")
    output = json.loads(done["output"])
    assert output["arn"] == arn
    assert output["made"].endswith("Z")


def test_answers_with_times_are_described(run: Any) -> None:
    for resource, action in (
        ("s3:listBuckets", "s3:ListAllMyBuckets"),
        ("codepipeline:listPipelines", "codepipeline:*"),
    ):
        done = run({"Resource": f"arn:aws:states:::aws-sdk:{resource}"}, action)
        assert done["status"] == "SUCCEEDED", done


def test_services_have_the_names_of_the_sdk(run: Any, unique: Any) -> None:
    task = {
        "Resource": "arn:aws:states:::aws-sdk:cloudwatchlogs:createLogGroup",
        "Parameters": {"LogGroupName": unique("group")},
    }
    assert run(task, "logs:CreateLogGroup")["status"] == "SUCCEEDED"


def test_errors_have_the_names_of_the_sdk_and_are_caught(run_states: Any) -> None:
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:lambda:getFunction",
        "Parameters": {"FunctionName": "no-such-function"},
        "Catch": [{"ErrorEquals": ["Lambda.ResourceNotFoundException"], "Next": "Caught"}],
        "End": True,
    }
    done = run_states({"Do": task, "Caught": {"Type": "Pass", "End": True}}, "lambda:GetFunction")
    assert done["status"] == "SUCCEEDED"
    assert "Service: Lambda, Status Code: 404" in json.loads(done["output"])["Cause"]


def test_an_object_is_written_as_json(aws: Any, unique: Any, run: Any) -> None:
    bucket, s3 = unique("body"), aws.client("s3")
    s3.create_bucket(Bucket=bucket)
    task = {
        "Resource": "arn:aws:states:::aws-sdk:s3:putObject",
        "Parameters": {"Bucket": bucket, "Key": "report.json", "Body": {"rmse": 0.5}},
    }
    assert run(task, "s3:PutObject")["status"] == "SUCCEEDED"
    assert json.load(s3.get_object(Bucket=bucket, Key="report.json")["Body"]) == {"rmse": 0.5}


def test_a_nested_execution_is_waited_for(aws: Any, unique: Any, run: Any) -> None:
    inner = _machine(aws, unique("inner"), _ECHO)
    actions = ("states:StartExecution", "states:DescribeExecution", "states:StopExecution", *RULES)
    outputs = {}
    for pattern in ("sync", "sync:2"):
        task = {
            "Resource": f"arn:aws:states:::states:startExecution.{pattern}",
            "Parameters": {"StateMachineArn": inner, "Input": {"n": 3}},
        }
        done = run(task, *actions)
        assert done["status"] == "SUCCEEDED", done
        outputs[pattern] = json.loads(done["output"])
    assert (outputs["sync"]["Output"], outputs["sync:2"]["Output"]) == ('{"n":3}', {"n": 3})
    assert outputs["sync"]["Status"] == "SUCCEEDED"
    assert isinstance(outputs["sync"]["StartDate"], int)
    started = run(
        {"Resource": "arn:aws:states:::states:startExecution", "Parameters": {"StateMachineArn": inner}}, *actions
    )
    assert json.loads(started["output"])["ExecutionArn"].startswith("arn:aws:states:")


def test_a_nested_execution_that_fails_fails_the_task(aws: Any, unique: Any, run: Any) -> None:
    inner = _machine(aws, unique("inner"), {"Fail": {"Type": "Fail", "Error": "Bad", "Cause": "luck"}})
    task = {"Resource": "arn:aws:states:::states:startExecution.sync:2", "Parameters": {"StateMachineArn": inner}}
    done = run(task, "states:StartExecution", "states:DescribeExecution", *RULES)
    assert (done["status"], done["error"]) == ("FAILED", "States.TaskFailed")
    assert json.loads(done["cause"])["Error"] == "Bad"


def test_starting_what_is_not_there_is_told_in_awss_words(aws: Any, run: Any) -> None:
    arn = f"arn:aws:states:{aws.announced.region}:{aws.announced.account_id}:stateMachine:none"
    done = run(
        {"Resource": "arn:aws:states:::states:startExecution", "Parameters": {"StateMachineArn": arn}}, "states:*"
    )
    assert done["error"] == "StepFunctions.StateMachineDoesNotExistException"
    assert done["cause"].startswith(
        f"State Machine Does Not Exist: '{arn}' (Service: AWSStepFunctions; Status Code: 400;"
    )


def test_waiting_for_a_task_token(aws: Any, inbox: Any, start: Any) -> None:
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": inbox.url, "MessageBody": {"token.$": "$$.Task.Token"}},
        "End": True,
    }
    arn = start({"Ask": task}, "sqs:SendMessage")
    token = inbox.body()["token"]
    states = aws.client("stepfunctions")
    states.send_task_success(taskToken=token, output='{"approved": true}')
    wait_until(lambda: states.describe_execution(executionArn=arn)["status"] == "SUCCEEDED")
    assert json.loads(states.describe_execution(executionArn=arn)["output"]) == {"approved": True}
    assert [event["type"] for event in history(aws, arn)][3:7] == [
        "TaskStarted",
        "TaskSubmitted",
        "TaskSucceeded",
        "TaskStateExited",
    ]


def test_a_dynamodb_table_that_is_not_there(run: Any) -> None:
    task = {
        "Resource": "arn:aws:states:::dynamodb:putItem",
        "Parameters": {"TableName": "no-such-table", "Item": {"id": {"S": "1"}}},
    }
    done = run(task, "dynamodb:PutItem")
    assert done["error"] == "DynamoDB.ResourceNotFoundException"
    assert done["cause"].startswith("Requested resource not found (Service: AmazonDynamoDBv2; Status Code: 400;")
