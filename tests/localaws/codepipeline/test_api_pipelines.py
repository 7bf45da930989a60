"""Pipelines themselves: what is kept, what is refused and in which words, tags, pages, events."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localaws.codepipeline.workbench import action, approval, function, stage
from tests.localaws.waiting import wait_until


def test_a_pipeline_is_given_back_with_the_defaults_filled_in(bench: Any) -> None:
    name = bench.create(stage("Gate", approval()))
    answer = bench.codepipeline.get_pipeline(name=name)
    declared = answer["pipeline"]
    assert (declared["version"], declared["executionMode"], declared["pipelineType"]) == (1, "SUPERSEDED", "V1")
    assert declared["stages"][1]["actions"][0]["runOrder"] == 1
    assert answer["metadata"]["pipelineArn"] == f"arn:aws:codepipeline:us-east-1:123456789012:{name}"


def test_an_update_makes_a_new_version_and_keeps_the_old_one(bench: Any) -> None:
    name = bench.create(stage("Gate", approval()))
    declared = bench.codepipeline.get_pipeline(name=name)["pipeline"]
    declared["stages"][1]["name"] = "Renamed"
    assert bench.codepipeline.update_pipeline(pipeline=declared)["pipeline"]["version"] == 2
    assert bench.codepipeline.get_pipeline(name=name, version=1)["pipeline"]["stages"][1]["name"] == "Gate"
    with pytest.raises(bench.codepipeline.exceptions.PipelineVersionNotFoundException):
        bench.codepipeline.get_pipeline(name=name, version=3)


def test_a_running_execution_keeps_its_version(bench: Any) -> None:
    name = bench.create(stage("Gate", approval()))
    token = bench.token_of(name)
    declared = bench.codepipeline.get_pipeline(name=name)["pipeline"]
    declared["stages"].append(stage("More", approval("Again")))
    bench.codepipeline.update_pipeline(pipeline=declared)
    bench.codepipeline.put_approval_result(
        pipelineName=name,
        stageName="Gate",
        actionName="Approve",
        token=token,
        result={"summary": "", "status": "Approved"},
    )
    assert bench.ended(name) == "Succeeded"


def test_a_name_is_used_once(bench: Any) -> None:
    name = bench.create(stage("Gate", approval()))
    with pytest.raises(bench.codepipeline.exceptions.PipelineNameInUseException, match=f"name '{name}' already exists"):
        bench.codepipeline.create_pipeline(pipeline=bench.declaration(stage("Gate", approval()), name=name))


def test_a_deleted_pipeline_is_gone_and_deleting_it_again_is_no_error(bench: Any) -> None:
    name = bench.create(stage("Gate", approval()))
    bench.codepipeline.delete_pipeline(name=name)
    bench.codepipeline.delete_pipeline(name=name)
    with pytest.raises(
        bench.codepipeline.exceptions.PipelineNotFoundException,
        match=f"Account '123456789012' does not have a pipeline with name '{name}'",
    ):
        bench.codepipeline.get_pipeline_state(name=name)


def test_nothing_of_a_deleted_pipeline_goes_on(bench: Any, silent_function: str) -> None:
    name = bench.create(stage("Invoke", function()), stage("Gate", approval()))
    job = bench.job_of(name)
    bench.codepipeline.delete_pipeline(name=name)
    with pytest.raises(bench.codepipeline.exceptions.JobNotFoundException):
        bench.codepipeline.put_job_success_result(jobId=job)
    bench.codepipeline.create_pipeline(pipeline=bench.declaration(stage("Gate", approval()), name=name))
    assert len(bench.executions(name)) == 1


def refused(bench: Any, code: str, *stages: dict[str, Any], **members: Any) -> str:
    """Why a declaration is refused; nothing of it may be left."""
    declaration = bench.declaration(*stages, **members)
    with pytest.raises(ClientError) as error:
        bench.codepipeline.create_pipeline(pipeline=declaration)
    assert error.value.response["Error"]["Code"] == code
    with pytest.raises(bench.codepipeline.exceptions.PipelineNotFoundException):
        bench.codepipeline.get_pipeline(name=declaration["name"])
    return str(error.value.response["Error"]["Message"])


def test_a_pipeline_starts_with_sources_alone(bench: Any) -> None:
    message = refused(
        bench, "InvalidStructureException", stages=[stage("First", approval()), stage("Second", approval("Other"))]
    )
    assert message == "Pipeline should start with a stage that only contains source actions"


def test_a_source_elsewhere_is_refused(bench: Any) -> None:
    late = bench.source(outputs=["Other"], namespace="Other")
    assert "first stage" in refused(bench, "InvalidStructureException", stage("Late", late))


def test_one_stage_is_too_few(bench: Any) -> None:
    assert "between 2 and 50" in refused(bench, "InvalidStructureException")


def test_two_stages_of_one_name_are_refused(bench: Any) -> None:
    gates = stage("Gate", approval()), stage("Gate", approval("Other"))
    assert "Gate" in refused(bench, "InvalidStructureException", *gates)


def test_two_actions_of_one_name_in_a_stage_are_refused(bench: Any) -> None:
    assert "Approve" in refused(bench, "InvalidStageDeclarationException", stage("Gate", approval(), approval()))


def test_an_unknown_provider_is_refused_by_name(bench: Any) -> None:
    unknown = action("Ship", "Deploy", "Spaceship")
    assert refused(bench, "InvalidActionDeclarationException", stage("Ship", unknown)) == (
        "ActionType (Category: 'Deploy', Provider: 'Spaceship', Owner: 'AWS', Version: '1') in action 'Ship' is not "
        "available in region US_EAST_1"
    )


def test_a_missing_configuration_key_is_named(bench: Any) -> None:
    call = action("Call", "Invoke", "Lambda", configuration={"UserParameters": "x"})
    assert refused(bench, "InvalidActionDeclarationException", stage("Invoke", call)) == (
        "Action configuration for action 'Call' is missing required configuration 'FunctionName'"
    )


def test_an_unknown_configuration_key_is_named(bench: Any) -> None:
    call = function(configuration={"Payload": "x"})
    assert "unknown configuration 'Payload'" in refused(
        bench, "InvalidActionDeclarationException", stage("Invoke", call)
    )


def test_an_input_must_have_been_made_before(bench: Any) -> None:
    assert "Nothing" in refused(bench, "InvalidStructureException", stage("Invoke", function(inputs=["Nothing"])))
    side = stage("Invoke", function("One", outputs=["Made"]), function("Two", inputs=["Made"]))
    assert "Made" in refused(bench, "InvalidStructureException", side)


def test_an_output_is_made_once(bench: Any) -> None:
    twice = stage("Invoke", function("One", outputs=["Made"]), function("Two", outputs=["Made"]))
    assert "Made" in refused(bench, "InvalidStructureException", twice)


def test_an_unknown_namespace_is_refused_with_its_place(bench: Any) -> None:
    call = function(configuration={"UserParameters": "#{Nowhere.Value}"})
    message = refused(bench, "InvalidActionDeclarationException", stage("Invoke", call))
    assert message.endswith(
        "StageName=[Invoke], ActionName=[Call], ActionConfigurationKey=[UserParameters], "
        "VariableReferenceText=[Nowhere.Value]"
    )


def test_lengths_and_patterns_are_checked_in_aws_words(bench: Any) -> None:
    message = refused(bench, "ValidationException", stage("Bad name!", approval()))
    assert message == (
        "1 validation error detected: Value 'Bad name!' at 'pipeline.stages.2.member.name' failed to satisfy "
        "constraint: Member must satisfy regular expression pattern: [A-Za-z0-9.@\\-_]+"
    )
    long = function(configuration={"UserParameters": "x" * 1001})
    assert "length less than or equal to 1000" in refused(bench, "ValidationException", stage("Invoke", long))


@pytest.mark.parametrize("members", [{"executionMode": "QUEUED"}, {"variables": [{"name": "A", "defaultValue": "1"}]}])
def test_what_needs_v2_is_refused_in_v1(bench: Any, members: dict[str, Any]) -> None:
    assert "V2" in refused(bench, "InvalidStructureException", stage("Gate", approval()), **members)


def test_pipeline_variables_have_defaults_and_values(bench: Any) -> None:
    gate = stage("Gate", approval(configuration={"CustomData": "#{variables.City} #{variables.Wine}"}))
    variables = [{"name": "City", "defaultValue": "Turin"}, {"name": "Wine", "defaultValue": "red"}]
    name = bench.create(gate, pipelineType="V2", variables=variables)
    bench.answer(name, "Gate")
    bench.ended(name)
    started = bench.start(name, variables=[{"name": "Wine", "value": "white"}])
    bench.answer(name, "Gate")
    bench.ended(name, started)
    found = bench.codepipeline.get_pipeline_execution(pipelineName=name, pipelineExecutionId=started)
    assert {"name": "Wine", "resolvedValue": "white"} in found["pipelineExecution"]["variables"]
    resolved = [run["input"]["resolvedConfiguration"]["CustomData"] for run in bench.action_runs(name, "Approve")]
    assert resolved == ["Turin white", "Turin red"]
    with pytest.raises(bench.codepipeline.exceptions.ValidationException, match="Colour"):
        bench.start(name, variables=[{"name": "Colour", "value": "blue"}])


def test_the_same_request_token_starts_one_execution(bench: Any) -> None:
    name = bench.create(stage("Gate", approval()))
    token = bench.unique("token")
    assert bench.start(name, clientRequestToken=token) == bench.start(name, clientRequestToken=token)
    assert len(bench.executions(name)) == 2


def test_history_comes_in_pages(bench: Any) -> None:
    name = bench.create(stage("Gate", approval()))
    bench.answer(name, "Gate")
    bench.ended(name)
    for _ in range(2):
        started = bench.start(name)
        bench.answer(name, "Gate")
        bench.ended(name, started)
    pages = bench.codepipeline.get_paginator("list_pipeline_executions").paginate(
        pipelineName=name, PaginationConfig={"PageSize": 2}
    )
    ids = [[e["pipelineExecutionId"] for e in page["pipelineExecutionSummaries"]] for page in pages]
    assert [len(page) for page in ids] == [2, 1]
    assert ids[0][0] == started
    actions = bench.codepipeline.get_paginator("list_action_executions").paginate(
        pipelineName=name, filter={"pipelineExecutionId": started}, PaginationConfig={"PageSize": 1}
    )
    assert [page["actionExecutionDetails"][0]["actionName"] for page in actions] == ["Approve", "Fetch"]
    with pytest.raises(bench.codepipeline.exceptions.InvalidNextTokenException):
        bench.codepipeline.list_pipeline_executions(pipelineName=name, nextToken="made-up")


def test_tags_are_kept_and_their_limits_held(bench: Any) -> None:
    declaration = bench.declaration(stage("Gate", approval()))
    client = bench.codepipeline
    client.create_pipeline(pipeline=declaration, tags=[{"key": "team", "value": "wine"}])
    arn = client.get_pipeline(name=declaration["name"])["metadata"]["pipelineArn"]
    client.tag_resource(resourceArn=arn, tags=[{"key": "stage", "value": "test"}])
    client.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert client.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "stage", "value": "test"}]
    with pytest.raises(client.exceptions.TooManyTagsException):
        client.tag_resource(resourceArn=arn, tags=[{"key": f"k{n}", "value": ""} for n in range(50)])
    with pytest.raises(client.exceptions.InvalidTagsException):
        client.tag_resource(resourceArn=arn, tags=[{"key": "aws:x", "value": ""}])
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.list_tags_for_resource(resourceArn=f"{arn}-not")


def test_state_changes_reach_the_event_bus_in_order(bench: Any) -> None:
    sqs, events = bench.aws.client("sqs"), bench.aws.client("events")
    declaration = bench.declaration(stage("Gate", approval()))
    name = declaration["name"]
    queue = sqs.create_queue(QueueName=bench.unique("events"))["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allow = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn,
            }
        ],
    }
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(allow)})
    pattern = {"source": ["aws.codepipeline"], "detail": {"pipeline": [name]}}
    rule = bench.unique("rule")
    events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=rule, Targets=[{"Id": "queue", "Arn": arn}])
    bench.codepipeline.create_pipeline(pipeline=declaration)
    bench.answer(name, "Gate")
    bench.ended(name)
    seen: list[tuple[str, str]] = []

    def complete() -> bool:
        messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        for message in messages:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            event = json.loads(message["Body"])
            kind = event["detail-type"].split()[1]
            seen.append((kind, event["detail"]["state"]))
        return len(seen) == 10

    wait_until(complete)
    events.remove_targets(Rule=rule, Ids=["queue"])
    events.delete_rule(Name=rule)
    expected = [
        ("Pipeline", "STARTED"),
        *[(kind, s) for s in ("STARTED", "SUCCEEDED") for kind in ("Stage", "Action")] * 2,
    ]
    assert sorted(seen) == sorted([*expected, ("Pipeline", "SUCCEEDED")])


def test_an_operation_that_is_not_offered_says_so(bench: Any) -> None:
    with pytest.raises(ClientError, match="does not offer this operation"):
        bench.codepipeline.list_webhooks()
