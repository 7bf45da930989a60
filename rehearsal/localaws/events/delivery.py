"""From a rule to its targets: off the caller's thread, tried again where that helps, never lost in silence.

EventBridge tries a target again for up to a day when it is throttled or fails on its side; what the target refuses, it
does not. Either way an event that was not delivered goes to the target's dead-letter queue, and the log says why.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
"""

import copy
import logging
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.core.exceptions import ServiceException
from moto.events.exceptions import InvalidEventPatternException
from moto.events.models import EventPattern, Rule, events_backends
from werkzeug.exceptions import HTTPException

from rehearsal.localaws.events import other_accounts, patterns, rule_metrics, targets
from rehearsal.localaws.events.inputs import NotJson, target_input
from rehearsal.localaws.events.targets import Delivery
from rehearsal.localaws.ground import arns, clock, host
from rehearsal.localaws.ground.errors import AwsError, describe
from rehearsal.localaws.moto_bridge.replacing import replace

log = logging.getLogger("rehearsal.localaws.events")

_ENABLED = ("ENABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")
_MAX_ATTEMPTS, _MAX_AGE_SECONDS = 185, 86_400
_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 1.0, 1800.0
_RETRIABLE = ("Throttl", "TooManyRequests", "LimitExceeded", "ServiceUnavailable", "Internal", "ServiceException")
_slots = threading.BoundedSemaphore(16)

Refusal = (ClientError, BotoCoreError, ServiceException, HTTPException, ValueError, KeyError)
"""What a target, moto's or ours, may answer with; JSON that is none is a ValueError."""

_moto_send_to_targets = Rule.send_to_targets


def install() -> None:
    """Put our delivery and our patterns in the place of moto's, which deliver on the caller's thread and know few
    targets."""
    replace(Rule, "send_to_targets", _send_to_targets)
    replace(EventPattern, "matches_event", _matches_event)
    replace(EventPattern, "load", classmethod(_load))


def _load(made: Any, text: str | None) -> EventPattern:
    try:
        return made(text, patterns.parse(text) if text else {})
    except patterns.InvalidPattern as error:
        raise InvalidEventPatternException(str(error)) from error


def _matches_event(pattern: Any, event: Mapping[str, Any]) -> bool:
    return patterns.matches(pattern.get_pattern(), event)


def _send_to_targets(rule: Rule, original_event: dict[str, Any], transform_input: bool = True) -> None:
    del transform_input  # moto's replays leave it out by name; a replayed event is given to targets as any other
    if rule.state not in _ENABLED or not rule.event_pattern.get_pattern():
        return
    if not rule.event_pattern.matches_event(original_event):
        return
    deliver(rule, original_event)


def deliver(rule: Rule, original_event: Mapping[str, Any]) -> None:
    """Send an event to all targets of a rule, each in the background."""
    event = as_received(original_event)
    for target in [*rule.targets]:
        if _is_of_eventbridge(target["Arn"]):
            _pass_on(rule, target, original_event)
            continue
        try:
            text = target_input(target, event, rule_name=rule.name, rule_arn=rule.arn)
        except NotJson as error:
            _give_up(targets.rule_delivery(rule, target, event, ""), rule.name, error, retries=0)
            continue
        delivery = targets.rule_delivery(rule, target, event, text)
        host.in_background(see_through, delivery, rule.name, name=f"event of {rule.name}")


def as_received(event: Mapping[str, Any]) -> dict[str, Any]:
    """The event as targets get it: moto's notes removed, the time in ISO 8601."""
    received = {name: value for name, value in copy.deepcopy(dict(event)).items() if name != "ingestion-time"}
    if isinstance(received.get("time"), int | float | str) and str(received["time"]).replace(".", "", 1).isdigit():
        moment = datetime.fromtimestamp(float(received["time"]), UTC)
        received["time"] = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return received


def see_through(delivery: Delivery, rule_name: str) -> None:
    """Deliver, trying again as the target's retry policy says; then the dead-letter queue."""
    policy = delivery.target.get("RetryPolicy") or {}
    attempts = int(policy.get("MaximumRetryAttempts", _MAX_ATTEMPTS)) + 1
    give_up_at = clock.timestamp() + int(policy.get("MaximumEventAgeInSeconds", _MAX_AGE_SECONDS))
    wait_seconds = _FIRST_WAIT_SECONDS
    for attempt in range(attempts):
        error = _attempt(delivery)
        if error is None:
            _count(delivery, rule_name, failed=False)
            return
        retries_help = _is_retriable(error) and attempt + 1 < attempts and clock.timestamp() < give_up_at
        if not retries_help:
            _give_up(delivery, rule_name, error, retries=attempt)
            return
        clock.sleep(wait_seconds)
        wait_seconds = min(wait_seconds * 2, _LONGEST_WAIT_SECONDS)


def _attempt(delivery: Delivery) -> BaseException | None:
    with _slots:
        try:
            targets.send(delivery)
        except Refusal as error:
            return error
    return None


def _is_retriable(error: BaseException) -> bool:
    return any(mark in _code(error) for mark in _RETRIABLE)


def _code(error: BaseException) -> str:
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        return str(response.get("Error", {}).get("Code", ""))
    return str(getattr(error, "code", None) or getattr(error, "error_type", None) or type(error).__name__)


def _count(delivery: Delivery, rule_name: str, *, failed: bool) -> None:
    if delivery.service == targets.SERVICE:
        region, account_id = delivery.source_arn.split(":")[3:5]
        rule_metrics.count(rule_name, region, account_id, failed=failed)


def _give_up(delivery: Delivery, rule_name: str, error: BaseException, *, retries: int) -> None:
    _count(delivery, rule_name, failed=True)
    reason = describe(error)
    log.warning(
        "rule %s could not deliver event %s to %s: %s", rule_name, delivery.event.get("id"), delivery.arn, reason
    )
    queue_arn = (delivery.target.get("DeadLetterConfig") or {}).get("Arn")
    if queue_arn is None:
        return
    said = {
        "RULE_ARN" if delivery.service == targets.SERVICE else "SCHEDULE_ARN": delivery.source_arn,
        "TARGET_ARN": delivery.arn,
        "ERROR_CODE": _code(error),
        "ERROR_MESSAGE": reason,
        "RETRY_ATTEMPTS": str(retries),
    }
    try:
        targets.send_dead_letter(delivery, queue_arn, said)
    except Refusal as refusal:
        log.warning(
            "rule %s: the dead-letter queue %s did not take the event: %s", rule_name, queue_arn, describe(refusal)
        )


def _is_of_eventbridge(arn: str) -> bool:
    return arn.split(":")[2] == "events"


def _pass_on(rule: Rule, target: Mapping[str, Any], event: Mapping[str, Any]) -> None:
    """To another bus the event goes as it is; archives are moto's own; API destinations lie beyond this machine."""
    _, _, _, region, account_id, resource = target["Arn"].split(":", 5)
    if resource.startswith("api-destination/"):
        refusal = ValueError("the embedded AWS does not call API destinations: nothing leaves this machine")
        _give_up(targets.rule_delivery(rule, target, as_received(event), ""), rule.name, refusal, retries=0)
        return
    if not resource.startswith("event-bus/"):
        one = copy.copy(rule)
        one.targets = [target]
        _moto_send_to_targets(one, dict(event))
        return
    if account_id != arns.account_of(rule.arn):
        try:
            other_accounts.check_may_pass_on(rule, target)
        except AwsError as error:
            _give_up(targets.rule_delivery(rule, target, as_received(event), ""), rule.name, error, retries=0)
            return
    bus = events_backends[account_id][region].describe_event_bus(resource.partition("/")[2])
    for other in [*bus.rules.values()]:
        _send_to_targets(other, dict(event))
