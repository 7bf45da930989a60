"""State machines act as their role."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import start_embedded_aws, stop_embedded_aws
from tests.localaws.inboxes import make_role
from tests.localaws.waiting import wait_until


def test_task_invokes_a_function(run: Any, deploy: Any) -> None:
    name = deploy("def handler(event, context):\n    return {'sum': event['a'] + event['b']}\n")
    task = {
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": name, "Payload": {"a": 1, "b": 2}},
        "ResultSelector": {"sum.$": "$.Payload.sum"},
    }
    done = run(task, "lambda:InvokeFunction")
    assert (done["status"], json.loads(done["output"])) == ("SUCCEEDED", {"sum": 3})


def test_task_that_the_role_may_not_do_fails(run: Any, deploy: Any) -> None:
    name = deploy("def handler(event, context):\n    return 1\n")
    task = {"Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": name}}
    done = run(task, "sqs:SendMessage")
    assert done["status"] == "FAILED"
    assert "not authorized to perform: lambda:InvokeFunction" in done["cause"]


def test_executions_without_a_name_get_their_own(aws: Any, unique: Any) -> None:
    states = aws.client("stepfunctions")
    role = make_role(aws, unique("states"), ("states",), "sqs:SendMessage")
    definition = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}})
    machine = states.create_state_machine(name=unique("machine"), definition=definition, roleArn=role)
    arns = {states.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"] for _ in range(2)}
    assert len(arns) == 2


def test_a_name_has_at_most_80_characters(aws: Any, unique: Callable[[str], str]) -> None:
    states, role = aws.client("stepfunctions"), make_role(aws, unique("long"), ("states",), "logs:CreateLogGroup")
    definition = json.dumps({"StartAt": "Do", "States": {"Do": {"Type": "Succeed"}}})
    name = unique("machine").ljust(81, "x")
    with pytest.raises(ClientError, match="less than or equal to 80"):
        states.create_state_machine(name=name, definition=definition, roleArn=role)
    assert states.create_state_machine(name=name[:80], definition=definition, roleArn=role)


def test_a_role_may_trust_the_regional_principal(aws: Any, unique: Callable[[str], str], deploy: Any) -> None:
    role = make_role(aws, unique("regional"), (f"states.{aws.announced.region}",), "lambda:InvokeFunction")
    states = aws.client("stepfunctions")
    task = {"Type": "Task", "End": True, "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {}}
    task["Parameters"] = {"FunctionName": deploy("def handler(event, context):\n    return 7\n")}
    definition = json.dumps({"StartAt": "Do", "States": {"Do": task}})
    machine = states.create_state_machine(name=unique("machine"), definition=definition, roleArn=role)
    arn = states.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]
    done = wait_until(lambda: (found := states.describe_execution(executionArn=arn))["status"] != "RUNNING" and found)
    assert (done["status"], json.loads(done["output"])["Payload"]) == ("SUCCEEDED", 7)


def test_a_role_that_trusts_somebody_else_is_refused(aws: Any, unique: Callable[[str], str]) -> None:
    role = make_role(aws, unique("other"), ("lambda",), "logs:CreateLogGroup")
    definition = json.dumps({"StartAt": "Do", "States": {"Do": {"Type": "Succeed"}}})
    with pytest.raises(ClientError, match="Neither the global service principal") as refused:
        aws.client("stepfunctions").create_state_machine(name=unique("machine"), definition=definition, roleArn=role)
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"


def test_an_execution_describes_itself_as_on_aws(run_states: Any) -> None:
    failed = run_states({"End": {"Type": "Fail", "Error": "E", "Cause": "C"}})
    assert (failed["error"], failed["cause"]) == ("E", "C")
    assert (failed["redriveCount"], failed["redriveStatus"]) == (0, "REDRIVABLE")
    assert failed["inputDetails"] == {"included": True}
    done = run_states({"End": {"Type": "Pass", "End": True, "Parameters": {"start.$": "$$.Execution.StartTime"}}})
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", json.loads(done["output"])["start"])
    assert done["redriveStatusReason"] == "Execution is SUCCEEDED and cannot be redriven"


def test_a_choice_without_a_match_says_so(run_states: Any) -> None:
    rule = {"Variable": "$.n", "NumericEquals": 1, "Next": "End"}
    done = run_states({"Choose": {"Type": "Choice", "Choices": [rule]}, "End": {"Type": "Succeed"}}, given={"n": 2})
    assert (done["status"], done["error"]) == ("FAILED", "States.NoChoiceMatched")
    assert "'Choose' (entered at the event id #2). Failed to transition out of the state." in done["cause"]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$.items[?(@.a == 1)]", []),
        ("$.items[?(@.a == 2)]", [{"a": 2}]),
        ("$.items[*].b", []),
        ("$.items[0]", {"a": 2}),
    ],
)
def test_paths_find_what_they_find_on_aws(run_states: Any, path: str, found: Any) -> None:
    state = {"Type": "Pass", "End": True, "Parameters": {"item.$": path}}
    done = run_states({"Pass": state}, given={"items": [{"a": 2}]})
    assert json.loads(done["output"]) == {"item": found}


def test_the_bus_hears_of_executions(aws: Any, unique: Callable[[str], str], make_inbox: Any, run_states: Any) -> None:
    inbox, events, rule = make_inbox("events"), aws.client("events"), unique("executions")
    pattern = {"source": ["aws.states"], "detail": {"status": ["SUCCEEDED"]}}
    events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=rule, Targets=[{"Id": "queue", "Arn": inbox.arn}])
    done = run_states({"Do": {"Type": "Pass", "Result": {"a": 1}, "End": True}})
    while (told := inbox.body())["detail"]["executionArn"] != done["executionArn"]:
        pass
    events.remove_targets(Rule=rule, Ids=["queue"])
    assert told["detail-type"] == "Step Functions Execution Status Change"
    assert (told["detail"]["output"], told["detail"]["redriveStatus"]) == ('{"a":1}', "NOT_REDRIVABLE")


def test_waits_follow_the_clock() -> None:
    aws = start_embedded_aws()
    try:
        states, role = aws.client("stepfunctions"), make_role(aws, "waits", ("states",), "logs:CreateLogGroup")
        day = {"Wait": {"Type": "Wait", "Seconds": 86400, "End": True}}
        definition = json.dumps({"StartAt": "Wait", "States": day})
        machine = states.create_state_machine(name="waits", definition=definition, roleArn=role)["stateMachineArn"]
        arn = states.start_execution(stateMachineArn=machine)["executionArn"]
        wait_until(lambda: len(states.get_execution_history(executionArn=arn)["events"]) == 2)
        aws.rehearsal("POST", "clock", seconds=86400)
        wait_until(lambda: states.describe_execution(executionArn=arn)["status"] == "SUCCEEDED")
        ended = states.describe_execution(executionArn=arn)
        assert (ended["stopDate"] - ended["startDate"]).total_seconds() >= 86400
    finally:
        stop_embedded_aws(aws)
