"""Approval action: somebody must approve, after a message to an SNS topic where one is given.

Reference: user guide, "Add a manual approval action" and "JSON data format for manual approval notifications".
"""

import json
from datetime import UTC, datetime, timedelta

from rehearsal.localaws.codepipeline.action_types import TypeRules
from rehearsal.localaws.codepipeline.actions.context import Context
from rehearsal.localaws.codepipeline.actions.provider import Provider
from rehearsal.localaws.ground import clock


def act(context: Context) -> None:
    """Tell the topic that an approval is waited for; PutApprovalResult brings the answer."""
    topic = context.configuration.get("NotificationArn")
    if not topic:
        return
    subject = f"APPROVAL NEEDED: AWS CodePipeline {context.pipeline_name} for action {context.declared.name}"
    context.client("sns").publish(TopicArn=topic, Subject=subject[:100], Message=json.dumps(_message(context)))


def _message(context: Context) -> dict[str, object]:
    console = f"https://console.aws.amazon.com/codesuite/codepipeline/pipelines/{context.pipeline_name}/view"
    minutes = context.declared.timeout_minutes or 7 * 24 * 60
    expires = datetime.fromtimestamp(clock.timestamp(), UTC) + timedelta(minutes=minutes)
    approval = {
        "pipelineName": context.pipeline_name,
        "stageName": context.stage,
        "actionName": context.declared.name,
        "token": context.approval_token,
        "expires": expires.strftime("%Y-%m-%dT%H:%MZ"),
        "externalEntityLink": context.configuration.get("ExternalEntityLink"),
        "approvalReviewLink": f"{console}#/{context.stage}/{context.declared.name}/approve/{context.approval_token}",
        "customData": context.configuration.get("CustomData"),
    }
    known = {name: value for name, value in approval.items() if value is not None}
    return {"region": context.region, "consoleLink": console, "approval": known}


PROVIDERS = (
    Provider(
        "Approval",
        "Manual",
        act,
        TypeRules({"NotificationArn": False, "CustomData": False, "ExternalEntityLink": False}),
    ),
)
