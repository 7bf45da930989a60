"""What follows when an alarm's state changes, by its metric or by SetAlarmState: history, event, actions.

An action on a topic is allowed by the topic's policy alone: the default policy takes alarms of the owner's account, one
of the user's own must let cloudwatch.amazonaws.com publish. How an action went is in the alarm's history, as on AWS.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
"""

import json
import logging
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.models import Alarm

from rehearsal.localaws.alarms import history
from rehearsal.localaws.events import bus, recipients
from rehearsal.localaws.events.delivery import Refusal
from rehearsal.localaws.events.recipients import Sender
from rehearsal.localaws.ground import arns, clock
from rehearsal.localaws.ground.errors import AwsError, describe
from rehearsal.localaws.moto_bridge.replacing import replace

log = logging.getLogger("rehearsal.localaws")

_SERVICE = "cloudwatch.amazonaws.com"
_moto_update_state = Alarm.update_state


def install() -> None:
    """Have every change of state go this way."""
    replace(Alarm, "update_state", _update_state)


def _update_state(alarm: Alarm, reason: str, reason_data: str | None, state_value: str) -> None:
    before = _condition(alarm)
    _moto_update_state(alarm, reason, reason_data or "{}", state_value)
    after = _condition(alarm)
    if before["stateValue"] == state_value:
        return
    summary = f"Alarm updated from {before['stateValue']} to {state_value}"
    history.record(alarm, "StateUpdate", summary, {"version": "1.0", "oldState": before, "newState": after})
    detail = {
        "alarmName": alarm.name,
        "state": {"value": state_value, "reason": reason, "timestamp": clock.now().isoformat()},
        "previousState": {"value": before["stateValue"]},
    }
    arn, region = alarm.alarm_arn, alarm.region_name
    owner = arns.account_of(arn)
    bus.publish("aws.cloudwatch", "CloudWatch Alarm State Change", detail, [arn], region=region, account_id=owner)
    if alarm.actions_enabled:
        _act(alarm, before["stateValue"])


def _condition(alarm: Alarm) -> dict[str, Any]:
    data = json.loads(alarm.state_reason_data or "{}")
    return {"stateValue": alarm.state_value, "stateReason": alarm.state_reason, "stateReasonData": data}


def _act(alarm: Alarm, before: str) -> None:
    """Take the actions for the alarm's new state; one that fails keeps no other from being taken."""
    actions = {
        "ALARM": alarm.alarm_actions,
        "OK": alarm.ok_actions,
        "INSUFFICIENT_DATA": alarm.insufficient_data_actions,
    }
    message = json.dumps(_message(alarm, before))
    for arn in actions[alarm.state_value] or ():
        try:
            _publish(alarm, arn, message)
        except Refusal as error:
            reason = _refused(alarm, arn) if _is_denied_by_topic(error) else describe(error)
            log.warning("alarm %s could not execute action %s: %s", alarm.name, arn, reason)
            _record(alarm, arn, message, f'Failed to execute action {arn}. Received error: "{reason}"', reason)
        else:
            _record(alarm, arn, message, f"Successfully executed action {arn}", None)


def _publish(alarm: Alarm, arn: str, message: str) -> None:
    if arn.split(":")[2] != "sns":
        raise ValueError(f"the embedded AWS takes no alarm actions but on SNS topics, not on {arn}")
    sender = Sender(_SERVICE, alarm.alarm_arn)
    recipients.publish(arn, message, sender, subject=f'{alarm.state_value}: "{alarm.name}" in {alarm.region_name}')


def _is_denied_by_topic(error: BaseException) -> bool:
    return isinstance(error, AwsError) and error.code == "AccessDenied" and "sns:Publish" in error.message


def _refused(alarm: Alarm, topic_arn: str) -> str:
    """AWS's words."""
    return (
        f"Resource: {alarm.alarm_arn} is not authorized to perform: SNS:Publish on resource: {topic_arn} "
        "because no resource-based policy allows the SNS:Publish action"
    )


def _record(alarm: Alarm, arn: str, message: str, summary: str, error: str | None) -> None:
    data = {
        "actionState": "Failed" if error else "Succeeded",
        "stateUpdateTimestamp": int(alarm.state_updated_timestamp.replace(tzinfo=UTC).timestamp() * 1000),
        "notificationResource": arn,
        "publishedMessage": json.dumps({"default": message}),
        "error": error,
    }
    history.record(alarm, "Action", summary, data)


def _message(alarm: Alarm, before: str) -> dict[str, Any]:
    """What subscribers of a topic get."""
    return {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": alarm.alarm_arn.split(":")[4],
        "AlarmConfigurationUpdatedTimestamp": _written(alarm.configuration_updated_timestamp),
        "NewStateValue": alarm.state_value,
        "NewStateReason": alarm.state_reason,
        "StateChangeTime": _written(alarm.state_updated_timestamp),
        "Region": alarm.region_name,
        "AlarmArn": alarm.alarm_arn,
        "OldStateValue": before,
        "OKActions": alarm.ok_actions,
        "AlarmActions": alarm.alarm_actions or [],
        "InsufficientDataActions": alarm.insufficient_data_actions,
        "Trigger": _trigger(alarm),
    }


def _trigger(alarm: Alarm) -> dict[str, Any]:
    return {
        "MetricName": alarm.metric_name,
        "Namespace": alarm.namespace,
        "StatisticType": "Statistic",
        "Statistic": (alarm.statistic or "").upper(),
        "Unit": alarm.unit,
        "Dimensions": [{"name": each.name, "value": each.value} for each in alarm.dimensions],
        "Period": alarm.period,
        "EvaluationPeriods": alarm.evaluation_periods,
        "DatapointsToAlarm": alarm.datapoints_to_alarm or alarm.evaluation_periods,
        "ComparisonOperator": alarm.comparison_operator,
        "Threshold": alarm.threshold,
        "TreatMissingData": alarm.treat_missing_data or "missing",
    }


def _written(moment: datetime) -> str:
    return moment.replace(tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"
