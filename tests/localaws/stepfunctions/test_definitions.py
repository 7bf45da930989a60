"""Definitions that AWS refuses, and those that run on AWS and not here."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localaws.inboxes import make_role

Refuse = Callable[[dict[str, Any]], str]


@pytest.fixture(scope="module")
def role(aws: Any) -> str:
    return make_role(aws, "definitions-that-are-refused", ("states",), "logs:CreateLogGroup")


@pytest.fixture
def refused(aws: Any, unique: Callable[[str], str], role: str) -> Refuse:
    """The text of the refusal of a machine of these states."""

    def text(states: dict[str, Any]) -> str:
        definition = json.dumps({"StartAt": next(iter(states)), "States": states})
        with pytest.raises(ClientError) as found:
            aws.client("stepfunctions").create_state_machine(name=unique("m"), definition=definition, roleArn=role)
        assert found.value.response["Error"]["Code"] == "InvalidDefinition"
        return str(found.value.response["Error"]["Message"])

    return text


def _task(resource: str, **more: Any) -> dict[str, Any]:
    return {"Do": {"Type": "Task", "Resource": resource, "End": True, **more}}


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:states:::batch:submitJob.sync",
        "arn:aws:states:::glue:startJobRun",
        "arn:aws:states:::http:invoke",
        "arn:aws:states:::bedrock:invokeModel",
        "arn:aws:states:::ecs:runTask.sync",
        "arn:aws:states:::codebuild:startBuildBatch.sync",
        "arn:aws:states:::sagemaker:createLabelingJob.sync",
    ],
)
def test_integrations_that_do_not_run_here_are_refused_by_name(refused: Refuse, resource: str) -> None:
    assert f"The embedded AWS does not offer the integration {resource} at /States/Do/Resource" in refused(
        _task(resource)
    )


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:states:::aws-sdk:sagemaker:makeTrainingJob",
        "arn:aws:states:::aws-sdk:nosuchservice:list",
        "arn:aws:states:::aws-sdk:s3:listBuckets.sync",
        "arn:aws:states:::sagemaker:describeTrainingJob",
        "arn:aws:states:::lambda:invoke.sync",
    ],
)
def test_integrations_that_aws_does_not_know(refused: Refuse, resource: str) -> None:
    assert f"The resource provided {resource} is not recognized." in refused(_task(resource))


def test_parameters_that_the_operation_has_not(refused: Refuse) -> None:
    task = _task("arn:aws:states:::aws-sdk:sfn:startExecution", Parameters={"stateMachineArn": "x", "Input.$": "$"})
    assert 'The field "stateMachineArn" is not supported by Step Functions at /States/Do/Parameters' in refused(task)


def test_distributed_maps_are_refused_by_name(refused: Refuse) -> None:
    inner = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
    processor = {**inner, "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    text = refused({"All": {"Type": "Map", "ItemProcessor": processor, "End": True}})
    assert "does not offer distributed maps" in text
    assert text.endswith("at /States/All'")


def test_targets_that_are_not_there_and_states_that_nobody_reaches(refused: Refuse) -> None:
    text = refused({"A": {"Type": "Pass", "Next": "Nowhere"}, "B": {"Type": "Succeed"}})
    assert "MISSING_TRANSITION_TARGET: Missing 'Next' target: Nowhere at /States/A/Next" in text
    assert 'State "B" is not reachable. at /States/B' in text


@pytest.mark.parametrize("field", ["Catch", "Retry", "TimeoutSeconds"])
def test_fields_of_other_types_of_states(refused: Refuse, field: str) -> None:
    value: Any = 5 if field == "TimeoutSeconds" else []
    text = refused({"P": {"Type": "Pass", "End": True, field: value}})
    assert f"SCHEMA_VALIDATION_FAILED: Field '{field}' is not supported at /States/P" in text


def test_a_machine_that_waits_for_jobs_needs_the_rights_for_its_rule(aws: Any, unique: Any, role: str) -> None:
    definition = json.dumps({"StartAt": "Do", "States": _task("arn:aws:states:::sagemaker:createTrainingJob.sync")})
    with pytest.raises(ClientError) as found:
        aws.client("stepfunctions").create_state_machine(name=unique("m"), definition=definition, roleArn=role)
    assert found.value.response["Error"]["Code"] == "AccessDeniedException"
    assert found.value.response["Error"]["Message"] == f"'{role}' is not authorized to create managed-rule."
