"""A rule starts a pipeline with the rule's role, and the execution says so."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.localaws.inboxes import Inbox, make_role
from tests.localaws.waiting import wait_until


@pytest.fixture
def pipeline(aws: Any, unique: Callable[[str], str]) -> str:
    """A pipeline that waits for an approval after its source."""
    s3, bucket, name = aws.client("s3"), unique("source"), unique("pipeline")
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    role = make_role(aws, unique("pipeline-role"), ("codepipeline",), "s3:*")
    source = {
        "name": "Source",
        "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "S3", "version": "1"},
        "configuration": {"S3Bucket": bucket, "S3ObjectKey": "in.zip", "PollForSourceChanges": "false"},
        "outputArtifacts": [{"name": "In"}],
    }
    approve = {
        "name": "Approve",
        "actionTypeId": {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"},
    }
    stages = [{"name": "Source", "actions": [source]}, {"name": "Approve", "actions": [approve]}]
    aws.client("codepipeline").create_pipeline(
        pipeline={
            "name": name,
            "roleArn": role,
            "artifactStore": {"type": "S3", "location": bucket},
            "stages": stages,
            "pipelineType": "V2",
        }
    )
    return name


def executions(aws: Any, pipeline: str, trigger: str) -> list[dict[str, Any]]:
    found = aws.client("codepipeline").list_pipeline_executions(pipelineName=pipeline)["pipelineExecutionSummaries"]
    return [each for each in found if each["trigger"]["triggerType"] == trigger]


@pytest.fixture
def rule(aws: Any, pipeline: str, unique: Any) -> Callable[..., str]:
    def make(role: str, **target: Any) -> str:
        events, name = aws.client("events"), unique("starts")
        arn = f"arn:aws:codepipeline:us-east-1:{aws.announced.account_id}:{pipeline}"
        events.put_rule(Name=name, EventPattern=json.dumps({"source": [f"test.{name}"]}))
        events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": arn, "RoleArn": role, **target}])
        events.put_events(Entries=[{"Source": f"test.{name}", "DetailType": "Go", "Detail": "{}"}])
        return str(events.describe_rule(Name=name)["Arn"])

    return make


def test_rule_starts_the_pipeline_once(aws: Any, pipeline: str, rule: Any, unique: Any) -> None:
    role = make_role(aws, unique("starter"), ("events",), "codepipeline:StartPipelineExecution")
    rule_arn = rule(role)
    (started,) = wait_until(lambda: executions(aws, pipeline, "CloudWatchEvent"))
    assert started["trigger"]["triggerDetail"] == rule_arn


def test_role_that_may_not_start_it_ends_in_the_dead_letter_queue(
    aws: Any, pipeline: str, rule: Any, inbox: Inbox, unique: Any
) -> None:
    role = make_role(aws, unique("starter"), ("events",), "codepipeline:GetPipeline")
    rule(role, DeadLetterConfig={"Arn": inbox.arn})
    dead = inbox.receive()
    assert dead["attributes"]["ERROR_CODE"]["StringValue"] == "AccessDeniedException"
    assert not executions(aws, pipeline, "CloudWatchEvent")
