"""Rules, queues, topics, log groups, and a project."""

import json

from rehearsal.toolkit.parity.calls import TAG, Call, Removal
from rehearsal.toolkit.parity.script.common import TAGS

_GROUP = "/{prefix}/logs"


def calls() -> tuple[Call, ...]:
    """Each a thing of the run, and a thing that is not there."""
    rule, queue, group = {"Name": "{prefix}-rule"}, {"QueueName": "{prefix}-queue"}, {"logGroupName": _GROUP}
    pattern = json.dumps({"source": ["aws.s3"]})
    topic = "arn:{partition}:sns:{region}:{account}:{prefix}-topic"
    found = ("get_queue_url", queue, "QueueUrl")
    return (
        Call(
            "events-put-rule",
            "events",
            "put_rule",
            {**rule, "EventPattern": pattern, "Tags": TAGS},
            Removal("delete_rule", rule),
        ),
        Call("events-describe-rule", "events", "describe_rule", rule),
        Call(
            "events-bad-pattern",
            "events",
            "put_rule",
            {"Name": "{prefix}-refused", "EventPattern": "{"},
            Removal("delete_rule", {"Name": "{prefix}-refused"}),
        ),
        Call("events-missing-rule", "events", "describe_rule", {"Name": "{prefix}-nowhere"}),
        Call(
            "sqs-create", "sqs", "create_queue", {**queue, "tags": {TAG: "{run}"}}, Removal("delete_queue", {}, found)
        ),
        Call("sqs-missing", "sqs", "get_queue_url", {"QueueName": "{prefix}-nowhere"}),
        Call(
            "sns-create",
            "sns",
            "create_topic",
            {"Name": "{prefix}-topic", "Tags": TAGS},
            Removal("delete_topic", {"TopicArn": topic}),
        ),
        Call("sns-bad-address", "sns", "subscribe", {"TopicArn": topic, "Protocol": "email", "Endpoint": "nobody"}),
        Call(
            "logs-create",
            "logs",
            "create_log_group",
            {**group, "tags": {TAG: "{run}"}},
            Removal("delete_log_group", group),
        ),
        Call("logs-bad-retention", "logs", "put_retention_policy", {**group, "retentionInDays": 2}),
        Call("logs-retention", "logs", "put_retention_policy", {**group, "retentionInDays": 7}),
        Call("logs-missing", "logs", "describe_log_streams", {"logGroupName": "/{prefix}/nowhere"}),
        Call("ssm-missing", "ssm", "get_parameter", {"Name": "/{prefix}/nowhere"}),
        Call("kms-missing", "kms", "describe_key", {"KeyId": "alias/{prefix}-nowhere"}),
        Call("scheduler-missing", "scheduler", "get_schedule", {"Name": "{prefix}-nowhere"}),
        Call(
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
        ),
    )
