"""The CloudWatchAlarm rule: an alarm must come into a wanted state in time. Reference: user guide,
"CloudWatchAlarm"."""

from rehearsal.localaws.codepipeline.action_types import TypeRules
from rehearsal.localaws.codepipeline.actions.context import ActionFailed, Context
from rehearsal.localaws.codepipeline.actions.provider import Provider
from rehearsal.localaws.codepipeline.state_machine import Later, Outcome
from rehearsal.localaws.ground import clock

_STATES = ("ALARM", "OK", "INSUFFICIENT_DATA")
_LOOK_EVERY_SECONDS = 5.0


def act(context: Context) -> Outcome | Later:
    """Succeed as soon as the alarm is in one of ``AlarmStates`` (OK when none is named), fail when ``WaitTime`` minutes
    are over."""
    name = context.required("AlarmName")
    wanted = [state.strip() for state in context.configuration.get("AlarmStates", "OK").split(",")]
    if not set(wanted) <= set(_STATES):
        raise ActionFailed("ConfigurationError", f"AlarmStates may be {', '.join(_STATES)}, not {', '.join(wanted)}.")
    alarms = context.client("cloudwatch").describe_alarms(AlarmNames=[name])
    found = alarms.get("MetricAlarms", []) + alarms.get("CompositeAlarms", [])
    if not found:
        raise ActionFailed("ConfigurationError", f"There is no CloudWatch alarm {name} in {context.region}.")
    state = found[0]["StateValue"]
    if state in wanted:
        return Outcome(summary=f"Alarm {name} is in state {state}.", external_id=name)
    minutes = _minutes(context)
    left = context.started_at + minutes * 60 - clock.timestamp()
    if left <= 0:
        raise ActionFailed("RuleFailed", f"Alarm {name} is in state {state} after {minutes:g} minutes.")
    return Later(min(_LOOK_EVERY_SECONDS, left))


def _minutes(context: Context) -> float:
    given = context.configuration.get("WaitTime", "0")
    try:
        return float(given)
    except ValueError as error:
        raise ActionFailed("ConfigurationError", f"WaitTime must be a number of minutes, not {given!r}.") from error


PROVIDERS = (
    Provider("Rule", "CloudWatchAlarm", act, TypeRules({"AlarmName": True, "AlarmStates": False, "WaitTime": False})),
)
