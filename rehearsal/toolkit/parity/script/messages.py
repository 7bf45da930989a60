"""Rules, queues, topics, log groups, and a project."""

import json
from collections.abc import Mapping
from typing import Any

from rehearsal.toolkit.parity.calls import TAG, Call, Removal
from rehearsal.toolkit.parity.script.common import TAGS

Members = Mapping[str, Any]


def calls() -> tuple[Call, ...]:
    """Each a thing of the run, and a thing that is not there."""
    return (*_events(), *_queues_and_topics(), *_logs(), *_MISSING, _PROJECT)


def _events() -> tuple[Call, ...]:
    rule, refused = {"Name": "{prefix}-rule"}, {"Name": "{prefix}-refused"}
    pattern = json.dumps({"source": ["aws.s3"]})
    return (
        _call("events-put-rule", "put_rule", {**rule, "EventPattern": pattern, "Tags": TAGS}, "delete_rule", rule),
        Call("events-describe-rule", "events", "describe_rule", rule),
        _call("events-bad-pattern", "put_rule", {**refused, "EventPattern": "{"}, "delete_rule", refused),
        Call("events-missing-rule", "events", "describe_rule", {"Name": "{prefix}-nowhere"}),
    )


def _queues_and_topics() -> tuple[Call, ...]:
    queue, topic = {"QueueName": "{prefix}-queue"}, "arn:{partition}:sns:{region}:{account}:{prefix}-topic"
    no_address = {"TopicArn": topic, "Protocol": "email", "Endpoint": "nobody"}
    removed = Removal("delete_queue", {}, ("get_queue_url", queue, "QueueUrl"))
    return (
        Call("sqs-create", "sqs", "create_queue", {**queue, "tags": {TAG: "{run}"}}, removed),
        Call("sqs-missing", "sqs", "get_queue_url", {"QueueName": "{prefix}-nowhere"}),
        _call(
            "sns-create", "create_topic", {"Name": "{prefix}-topic", "Tags": TAGS}, "delete_topic", {"TopicArn": topic}
        ),
        Call("sns-bad-address", "sns", "subscribe", no_address),
    )


def _logs() -> tuple[Call, ...]:
    group = {"logGroupName": "/{prefix}/logs"}
    return (
        _call("logs-create", "create_log_group", {**group, "tags": {TAG: "{run}"}}, "delete_log_group", group),
        Call("logs-bad-retention", "logs", "put_retention_policy", {**group, "retentionInDays": 2}),
        Call("logs-retention", "logs", "put_retention_policy", {**group, "retentionInDays": 7}),
        Call("logs-missing", "logs", "describe_log_streams", {"logGroupName": "/{prefix}/nowhere"}),
    )


def _call(name: str, operation: str, given: Members, removal: str, of: Members) -> Call:
    """A call that makes something, of the service that its name begins with, and what removes it."""
    return Call(name, name.partition("-")[0], operation, given, Removal(removal, of))


_MISSING = (
    Call("ssm-missing", "ssm", "get_parameter", {"Name": "/{prefix}/nowhere"}),
    Call("kms-missing", "kms", "describe_key", {"KeyId": "alias/{prefix}-nowhere"}),
    Call("scheduler-missing", "scheduler", "get_schedule", {"Name": "{prefix}-nowhere"}),
)
_PROJECT = Call(
    "codebuild-bad-role",
    "codebuild",
    "create_project",
    {
        "name": "{prefix}-build",
        "source": {"type": "NO_SOURCE", "buildspec": "version: 0.2"},
        "artifacts": {"type": "NO_ARTIFACTS"},
        "environment": {
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/amazonlinux-x86_64-standard:5.0",
            "computeType": "BUILD_GENERAL1_SMALL",
        },
        "serviceRole": "{prefix}-nobody",
    },
    Removal("delete_project", {"name": "{prefix}-build"}),
)
