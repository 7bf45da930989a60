"""Asynchronous invocations: accepted at once, run soon, tried again when the function fails, and their outcome told.

A function's error is tried twice more, after one and two minutes of the clock; a throttle is tried again with growing
waits until the event is too old. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""

from __future__ import annotations

import logging
import os
import threading
import uuid

from rehearsal.localaws.functions import destinations
from rehearsal.localaws.functions.destinations import Condition, Event, Policy
from rehearsal.localaws.functions.record import FunctionRecord, Result
from rehearsal.localaws.ground import clock, host, persistence
from rehearsal.localaws.ground.errors import AwsError, describe

log = logging.getLogger("rehearsal.localaws.functions")

_RETRY_SECONDS = (60.0, 120.0)
_FIRST_THROTTLE_SECONDS, _LONGEST_THROTTLE_SECONDS = 1.0, 300.0
_slots = threading.BoundedSemaphore(max(8, 4 * (os.cpu_count() or 1)))
"""Events wait here for their turn: a thousand processes at once would serve nobody on one machine."""
_pending: dict[str, tuple[FunctionRecord, Event]] = {}
"""Accepted events whose outcome has not been told, by request id."""


def accept(function: FunctionRecord, payload: bytes) -> str:
    """Run the function in the background; gives the request id, which all attempts share."""
    event = Event(str(uuid.uuid4()), payload, clock.timestamp())
    _begin(function, event)
    return event.request_id


def _begin(function: FunctionRecord, event: Event) -> None:
    _pending[event.request_id] = (function, event)
    host.in_background(_see_through, function, event, name=f"event for {function.function_name}")


def _see_through(function: FunctionRecord, event: Event) -> None:
    try:
        _attempt_until_over(function, event)
    finally:
        _pending.pop(event.request_id, None)


def resume() -> None:
    """Run again what had been accepted and was not over: Lambda promises an event at least once, not exactly once."""
    for function, event in list(_pending.values()):
        log.warning(
            "event %s for %s was under way at the restart: it is run again", event.request_id, function.function_name
        )
        _begin(function, event)


def _attempt_until_over(function: FunctionRecord, event: Event) -> None:
    policy = Policy.of(function)
    result: Result | None = None
    attempts, throttle_seconds = 0, _FIRST_THROTTLE_SECONDS
    while True:
        if clock.timestamp() - event.accepted_at > policy.max_age_seconds:
            return destinations.tell(function, policy, event, result, attempts, Condition.TOO_OLD)
        answer = _attempt(function, event)
        if answer is None:
            clock.sleep(throttle_seconds)
            throttle_seconds = min(throttle_seconds * 2, _LONGEST_THROTTLE_SECONDS)
            continue
        attempts, result = attempts + 1, answer
        if result.failure is None:
            return destinations.tell(function, policy, event, result, attempts, Condition.SUCCESS)
        if attempts > policy.max_retries:
            return destinations.tell(function, policy, event, result, attempts, Condition.EXHAUSTED)
        clock.sleep_until(result.ended_at + _RETRY_SECONDS[attempts - 1])


def _attempt(function: FunctionRecord, event: Event) -> Result | None:
    """The result; None when Lambda had no room for it, or could not assume the role, and tries again later."""
    with _slots:
        try:
            return function.execute(event.payload, request_id=event.request_id)
        except AwsError as error:
            log.warning("%s cannot run on an event now: %s", function.function_arn, describe(error))
            return None


persistence.keep_dict("functions.events", _pending)
persistence.on_resume(resume)
