"""What pipelines tell EventBridge, and what starts them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.localaws.sagemaker.pipelines.conftest import ALLOWED, NUMBERS, make_role
from tests.localaws.sagemaker.pipelines.definitions import condition, equals, fail, function, get, join, parameter
from tests.localaws.waiting import wait_until


@pytest.fixture
def told(aws, unique):
    """``told(pipeline_arn)`` gives a function that gives all events of the pipeline so far, in the order in which they
    came."""
    sqs, events = aws.client("sqs"), aws.client("events")

    def listen(pipeline_arn: str):
        name = f"{unique('heard')}-{next(NUMBERS)}"
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        allow = {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        pattern = {"source": ["aws.sagemaker"], "detail": {"pipelineArn": [pipeline_arn]}}
        events.put_rule(Name=name, EventPattern=json.dumps(pattern))
        events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
        heard: list[dict[str, Any]] = []

        def all_events() -> list[dict[str, Any]]:
            found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", ())
            heard.extend(json.loads(each["Body"]) for each in found)
            return heard

        return all_events

    return listen


def test_every_change_of_status_is_told(lab, told) -> None:
    name = lab.create(condition("Check", [equals(1, 2)], [], [fail("Bad", "no good")]))
    pipeline = lab.sagemaker.describe_pipeline(PipelineName=name)["PipelineArn"]
    heard = told(pipeline)
    arn = lab.start(name, PipelineExecutionDisplayName="shown")
    events = wait_until(lambda: found if len(found := heard()) >= 8 else None)
    assert {tuple(each["resources"]) for each in events} == {(pipeline, arn)}
    steps = [each["detail"] for each in events if "Step Status" in each["detail-type"]]
    changes = {(each["stepName"], each.get("previousStepStatus"), each["currentStepStatus"]) for each in steps}
    assert changes == {
        *(("Check", None, "Starting"), ("Check", "Starting", "Executing"), ("Check", "Executing", "Succeeded")),
        *(("Bad", None, "Starting"), ("Bad", "Starting", "Failed")),
    }
    failed = next(each for each in steps if each["currentStepStatus"] == "Failed")
    assert (failed["failureReason"], failed["stepType"]) == ("no good", "Fail")
    assert failed["metadata"] == {"fail": {"errorMessage": "no good"}}
    whole = [each["detail"] for each in events if "Step Status" not in each["detail-type"]]
    assert {each["detail-type"] for each in events} == {
        "SageMaker Model Building Pipeline Execution Status Change",
        "SageMaker Model Building Pipeline Execution Step Status Change",
    }
    last = next(each for each in whole if each["currentPipelineExecutionStatus"] == "Failed")
    assert (last["previousPipelineExecutionStatus"], last["pipelineExecutionDisplayName"]) == ("Executing", "shown")
    assert last["executionEndTime"].endswith("Z")


def started(lab, name: str) -> dict[str, Any]:
    """The one execution of a pipeline, once it is over."""
    summaries = wait_until(
        lambda: lab.sagemaker.list_pipeline_executions(PipelineName=name)["PipelineExecutionSummaries"]
    )
    return lab.ended(summaries[0]["PipelineExecutionArn"])


@pytest.fixture
def saying(lab) -> str:
    """A pipeline that fails with the text of its parameter ``Why``."""
    return lab.create(fail("Say", join("", get("Parameters.Why"))), parameters=[parameter("Why")])


def test_a_schedule_starts_a_pipeline_with_its_parameters(lab, aws, unique, saying) -> None:
    role = scheduling_role(aws, unique)
    pipeline = lab.sagemaker.describe_pipeline(PipelineName=saying)["PipelineArn"]
    now = datetime.fromisoformat(aws.rehearsal("GET", "clock")["now"])
    given = {"PipelineParameterList": [{"Name": "Why", "Value": "it is time"}]}
    aws.client("scheduler").create_schedule(
        Name=unique("soon"),
        ScheduleExpression=f"at({(now + timedelta(seconds=10)).astimezone(UTC):%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": pipeline, "RoleArn": role, "SageMakerPipelineParameters": given},
    )
    assert lab.step(started(lab, saying)["PipelineExecutionArn"], "Say")["FailureReason"] == "it is time"


def scheduling_role(aws: Any, unique: Any) -> str:
    iam, name = aws.client("iam"), unique("scheduling")
    trust = {"Effect": "Allow", "Principal": {"Service": "scheduler.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    allow = {"Effect": "Allow", "Action": "sagemaker:StartPipelineExecution", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam.put_role_policy(RoleName=name, PolicyName="May", PolicyDocument=policy)
    return role


def test_a_state_machine_starts_a_pipeline_and_waits_for_it(lab, aws, unique, double) -> None:
    pipeline = lab.create(function("A", {"x": get("Parameters.X")}, double), parameters=[parameter("X", "Integer", 1)])
    role = states_role(aws, unique)
    start = "arn:aws:states:::aws-sdk:sagemaker:startPipelineExecution"
    look = "arn:aws:states:::aws-sdk:sagemaker:describePipelineExecution"
    states = {
        "Start": {
            "Type": "Task",
            "Resource": start,
            "Parameters": {
                "PipelineName": pipeline,
                "ClientRequestToken.$": "States.Format('{}-{}', $$.Execution.Name, States.UUID())",
                "PipelineParameters": [{"Name": "X", "Value": "21"}],
            },
            "Next": "Look",
        },
        "Look": {
            "Type": "Task",
            "Resource": look,
            "Parameters": {"PipelineExecutionArn.$": "$.PipelineExecutionArn"},
            "Next": "Over",
        },
        "Over": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.PipelineExecutionStatus", "StringEquals": "Executing", "Next": "Look"}],
            "Default": "Done",
        },
        "Done": {"Type": "Pass", "End": True},
    }
    client = aws.client("stepfunctions")
    machine = client.create_state_machine(
        name=unique("starter"), roleArn=role, definition=json.dumps({"StartAt": "Start", "States": states})
    )["stateMachineArn"]
    run = client.start_execution(stateMachineArn=machine)["executionArn"]

    def over() -> Any:
        found = client.describe_execution(executionArn=run)
        return found if found["status"] != "RUNNING" else None

    ended = wait_until(over)
    assert ended["status"] == "SUCCEEDED", ended
    assert json.loads(ended["output"])["PipelineExecutionStatus"] == "Succeeded"


def states_role(aws: Any, unique: Any) -> str:
    name = unique("states")
    role = make_role(
        aws, name, [*ALLOWED, {"Effect": "Allow", "Action": "sagemaker:StartPipelineExecution", "Resource": "*"}]
    )
    trust = {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}
    aws.client("iam").update_assume_role_policy(
        RoleName=name, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )
    return role
