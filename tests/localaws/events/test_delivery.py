"""Rules bring events to their targets."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import botocore.exceptions
import pytest

from tests.localaws.inboxes import Inbox, allow, make_role
from tests.localaws.waiting import wait_until


@pytest.fixture
def events(aws: Any) -> Any:
    return aws.client("events")


@pytest.fixture
def rule(events: Any, unique: Callable[[str], str]) -> Callable[..., str]:
    """``rule(target...)`` takes events of a source of its own, whose name it gives."""

    def make(*targets: dict[str, Any], **members: Any) -> str:
        name = unique("rule")
        source = f"test.{name}"
        events.put_rule(Name=name, EventPattern=json.dumps({"source": [source]}), **members)
        answer = events.put_targets(Rule=name, Targets=[{"Id": str(i), **each} for i, each in enumerate(targets)])
        assert answer["FailedEntryCount"] == 0
        return source

    return make


def put(events: Any, source: str, **detail: Any) -> str:
    entry = {"Source": source, "DetailType": "Test", "Detail": json.dumps(detail), "Resources": ["arn:x"]}
    return events.put_events(Entries=[entry])["Entries"][0]["EventId"]


def test_event_comes_in_its_true_shape(aws: Any, events: Any, rule: Any, inbox: Inbox) -> None:
    source = rule({"Arn": inbox.arn})
    event_id = put(events, source, colour="red")
    body = inbox.body()
    moment = body.pop("time")
    assert body == {
        "version": "0",
        "id": event_id,
        "detail-type": "Test",
        "source": source,
        "account": aws.announced.account_id,
        "region": "us-east-1",
        "resources": ["arn:x"],
        "detail": {"colour": "red"},
    }
    assert time.strptime(moment, "%Y-%m-%dT%H:%M:%SZ")
    assert inbox.is_empty


def test_what_a_rule_did_is_in_its_metrics(aws: Any, events: Any, rule: Any, inbox: Inbox, make_inbox: Any) -> None:
    source = rule({"Arn": inbox.arn}, {"Arn": make_inbox("closed", allowed=False).arn})
    put(events, source)
    name = source.removeprefix("test.")
    assert inbox.body()["source"] == source
    wait_until(lambda: (metric(aws, name, "Invocations"), metric(aws, name, "FailedInvocations")) == (2, 1))


def metric(aws: Any, rule_name: str, name: str) -> float:
    now = datetime.now(UTC)
    found = aws.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Events",
        MetricName=name,
        Dimensions=[{"Name": "RuleName", "Value": rule_name}],
        StartTime=now - timedelta(days=1),
        EndTime=now + timedelta(days=400),
        Period=86400 * 400,
        Statistics=["Sum"],
    )["Datapoints"]
    return float(sum(point["Sum"] for point in found))


def test_a_topic_policy_with_a_condition_keeps_eventbridge_out(
    aws: Any, events: Any, rule: Any, make_inbox: Any, unique: Callable[[str], str]
) -> None:
    sns, letters = aws.client("sns"), make_inbox("letters")
    topic = sns.create_topic(Name=unique("topic"))["TopicArn"]
    policy = json.loads(allow("events.amazonaws.com", action="sns:Publish", resource=topic))
    policy["Statement"][0]["Condition"] = {"StringEquals": {"aws:SourceAccount": aws.announced.account_id}}
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(policy))
    source = rule({"Arn": topic, "DeadLetterConfig": {"Arn": letters.arn}})
    put(events, source)
    received = letters.receive()
    assert "sns:Publish" in received["attributes"]["ERROR_MESSAGE"]["StringValue"]


def test_disabled_rule_does_not_deliver(events: Any, rule: Any, inbox: Inbox) -> None:
    source = rule({"Arn": inbox.arn}, State="DISABLED")
    put(events, source)
    time.sleep(0.1)
    assert inbox.is_empty
    events.enable_rule(Name=source.removeprefix("test."))
    put(events, source)
    inbox.body()


def test_transformed_input_comes(events: Any, rule: Any, inbox: Inbox) -> None:
    transformer = {"InputPathsMap": {"c": "$.detail.colour"}, "InputTemplate": '{"colour": <c>}'}
    put(events, rule({"Arn": inbox.arn, "InputTransformer": transformer}), colour="white")
    assert inbox.body() == {"colour": "white"}


def test_a_template_that_makes_no_json_of_the_event_ends_in_the_dead_letter_queue(
    events: Any, rule: Any, inbox: Inbox, make_inbox: Any
) -> None:
    letters = make_inbox("letters")
    transformer = {"InputPathsMap": {"d": "$.detail"}, "InputTemplate": '{"detail": "<d>"}'}
    dead = {"DeadLetterConfig": {"Arn": letters.arn}}
    put(events, rule({"Arn": inbox.arn, "InputTransformer": transformer, **dead}), colour="white")
    assert "makes no JSON" in letters.receive()["attributes"]["ERROR_MESSAGE"]["StringValue"]
    assert inbox.is_empty


def test_fifo_queue_gets_its_group(events: Any, rule: Any, make_inbox: Any) -> None:
    fifo = make_inbox(FifoQueue="true", ContentBasedDeduplication="true")
    put(events, rule({"Arn": fifo.arn, "SqsParameters": {"MessageGroupId": "g"}}), n=1)
    assert fifo.body()["detail"] == {"n": 1}


def test_topic_passes_the_event_on(aws: Any, events: Any, rule: Any, inbox: Inbox, unique: Any) -> None:
    sns = aws.client("sns")
    topic = sns.create_topic(Name=unique("topic"))["TopicArn"]
    policy = allow("events.amazonaws.com", action="sns:Publish", resource=topic)
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=inbox.arn)
    put(events, rule({"Arn": topic}), n=2)
    assert json.loads(inbox.body()["Message"])["detail"] == {"n": 2}


def test_function_is_invoked(aws: Any, events: Any, rule: Any, inbox: Inbox, deploy: Any) -> None:
    name = deploy(
        "import boto3, json\ndef handler(event, context):\n"
        "    url = event['detail']['url']\n"
        "    boto3.client('sqs').send_message(QueueUrl=url, MessageBody=json.dumps(event['detail-type']))\n"
    )
    function = aws.client("lambda").get_function_configuration(FunctionName=name)["FunctionArn"]
    source = rule({"Arn": function})
    aws.client("lambda").add_permission(
        FunctionName=name,
        StatementId="Events",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=events.describe_rule(Name=source.removeprefix("test."))["Arn"],
    )
    put(events, source, url=inbox.url)
    assert inbox.body() == "Test"


def test_log_group_gets_the_event(aws: Any, events: Any, rule: Any, unique: Any) -> None:
    logs, group = aws.client("logs"), "/aws/events/" + unique("group")
    logs.create_log_group(logGroupName=group)
    arn = f"arn:aws:logs:us-east-1:{aws.announced.account_id}:log-group:{group}"
    put(events, rule({"Arn": arn}), n=3)
    lines = wait_until(lambda: logs.filter_log_events(logGroupName=group)["events"])
    assert json.loads(lines[0]["message"])["detail"] == {"n": 3}


def test_state_machine_is_started_with_the_rules_role(aws: Any, events: Any, rule: Any, unique: Any) -> None:
    role = make_role(aws, unique("role"), ("events", "states"), "states:StartExecution")
    states = aws.client("stepfunctions")
    definition = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}})
    machine = states.create_state_machine(name=unique("m"), definition=definition, roleArn=role)["stateMachineArn"]
    put(events, rule({"Arn": machine, "RoleArn": role}), n=4)
    found = wait_until(lambda: states.list_executions(stateMachineArn=machine)["executions"])
    given = states.describe_execution(executionArn=found[0]["executionArn"])["input"]
    assert json.loads(given)["detail"] == {"n": 4}


def test_refused_event_goes_to_the_dead_letter_queue(events: Any, rule: Any, inbox: Inbox) -> None:
    absent = inbox.arn + "-absent"
    source = rule({"Arn": absent, "DeadLetterConfig": {"Arn": inbox.arn}})
    event_id = put(events, source, n=5)
    dead = inbox.receive()
    assert dead["body"]["id"] == event_id
    said = {name: value["StringValue"] for name, value in dead["attributes"].items()}
    assert said["TARGET_ARN"] == absent and said["RULE_ARN"].endswith(source.removeprefix("test."))
    assert said["ERROR_CODE"] and said["RETRY_ATTEMPTS"] == "0"


def test_event_goes_on_to_another_bus_as_it_is(events: Any, rule: Any, inbox: Inbox, unique: Any) -> None:
    bus = unique("bus")
    arn = events.create_event_bus(Name=bus)["EventBusArn"]
    events.put_rule(Name="all", EventBusName=bus, EventPattern='{"detail-type": ["Test"]}')
    events.put_targets(Rule="all", EventBusName=bus, Targets=[{"Id": "1", "Arn": inbox.arn}])
    event_id = put(events, rule({"Arn": arn}), n=6)
    assert inbox.body()["id"] == event_id


def test_pattern_that_is_none_is_refused(events: Any, unique: Any) -> None:
    with pytest.raises(
        botocore.exceptions.ClientError, match=r"Event pattern is not valid\. Reason: Unrecognized match"
    ):
        events.put_rule(Name=unique("rule"), EventPattern='{"a": [{"like": "b"}]}')


def test_pattern_can_be_tried_out(events: Any) -> None:
    event = {"id": "1", "account": "1", "source": "test", "time": "2026-11-21T00:00:00Z", "region": "us-east-1",
             "resources": [], "detail-type": "Test", "detail": {"n": 5}}  # fmt: skip
    for bound, result in ((4, True), (5, False)):
        pattern = json.dumps({"detail": {"n": [{"numeric": [">", bound]}]}})
        assert events.test_event_pattern(EventPattern=pattern, Event=json.dumps(event))["Result"] is result


def test_nobody_speaks_for_aws(events: Any) -> None:
    entries = [
        {"Source": "aws.s3", "DetailType": "Object Created", "Detail": "{}"},
        {"Source": "mine", "DetailType": "Test", "Detail": "{}"},
    ]
    answer = events.put_events(Entries=entries)
    assert answer["FailedEntryCount"] == 1
    assert answer["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"
    assert answer["Entries"][1]["EventId"]


def test_api_destination_is_not_called_and_says_so(aws: Any, events: Any, rule: Any, inbox: Inbox) -> None:
    arn = f"arn:aws:events:us-east-1:{aws.announced.account_id}:api-destination/web/1"
    event_id = put(events, rule({"Arn": arn, "DeadLetterConfig": {"Arn": inbox.arn}}), n=7)
    dead = inbox.receive()
    assert dead["body"]["id"] == event_id
    assert "nothing leaves this machine" in dead["attributes"]["ERROR_MESSAGE"]["StringValue"]


def test_model_pipeline_is_started_with_the_rules_role_and_its_parameters(
    aws: Any, events: Any, rule: Any, inbox: Inbox, unique: Any
) -> None:
    sagemaker, name = aws.client("sagemaker"), unique("steps")
    starter = make_role(aws, unique("starter"), ("events", "sagemaker"), "sagemaker:StartPipelineExecution")
    stranger = make_role(aws, unique("stranger"), ("events",), "sagemaker:DescribePipeline")
    message = {"Get": "Parameters.Why"}
    definition = {
        "Version": "2020-12-01",
        "Parameters": [{"Name": "Why", "Type": "String"}],
        "Steps": [{"Name": "Stop", "Type": "Fail", "Arguments": {"ErrorMessage": message}}],
    }
    pipeline = sagemaker.create_pipeline(PipelineName=name, PipelineDefinition=json.dumps(definition), RoleArn=starter)[
        "PipelineArn"
    ]
    given = {"PipelineParameterList": [{"Name": "Why", "Value": "told by a rule"}]}
    target = {"Arn": pipeline, "DeadLetterConfig": {"Arn": inbox.arn}, "SageMakerPipelineParameters": given}
    put(events, rule({**target, "RoleArn": starter}, {**target, "RoleArn": stranger}))
    said = inbox.receive(20)["attributes"]["ERROR_MESSAGE"]["StringValue"]
    assert "not authorized to perform: sagemaker:StartPipelineExecution" in said

    def started() -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = sagemaker.list_pipeline_executions(PipelineName=name)[
            "PipelineExecutionSummaries"
        ]
        return [each for each in listed if each["PipelineExecutionStatus"] == "Failed"]

    execution = wait_until(started)[0]["PipelineExecutionArn"]
    steps = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=execution)["PipelineExecutionSteps"]
    assert [step["FailureReason"] for step in steps] == ["told by a rule"]
