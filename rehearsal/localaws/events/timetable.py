"""Scheduled rules and EventBridge Scheduler: one thread that sleeps on the clock until the next one is due.

When the clock is advanced past several occurrences of one schedule, each is delivered with its own time, up to a
hundred. What came due while the server was down is delivered at the restart, once for each schedule: AWS would not have
missed it.
"""

import logging
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial, wraps
from operator import itemgetter
from typing import Any

from moto.events.exceptions import ValidationException
from moto.events.models import EventsBackend, Rule, events_backends
from moto.scheduler.exceptions import ValidationException as SchedulerValidationException
from moto.scheduler.models import EventBridgeSchedulerBackend, Schedule, scheduler_backends

from rehearsal.localaws.events import delivery, schedules
from rehearsal.localaws.events.scheduled_inputs import scheduler_input
from rehearsal.localaws.events.targets import Delivery
from rehearsal.localaws.ground import arns, clock, host, persistence
from rehearsal.localaws.moto_bridge.replacing import around

log = logging.getLogger("rehearsal.localaws.events")

SCHEDULER = "scheduler.amazonaws.com"
_CATCH_UP = 100

_changed = threading.Condition()
_loop: threading.Thread | None = None
_known: dict["Entry", "Due"] = {}
"""What there is, another dict after each look. ``_changed`` is held while it is looked at again."""
_under_way: dict[str, tuple["Entry", datetime]] = {}
"""Deliveries of the Scheduler that are not through, by the id of their event."""
awaited: dict["Entry", datetime] = {}
"""After a restart: when each entry was due next, as the last snapshot has it."""


@dataclass(frozen=True)
class Entry:
    """One schedule as it stands: another expression or start makes another entry."""

    arn: str
    expression: str
    zone: str
    start: datetime | None
    end: datetime | None


@dataclass
class Due:
    """When an entry is due next."""

    schedule: schedules.Schedule
    at: datetime | None
    fire: Callable[[datetime], None]


def install() -> None:
    """Check expressions when they are given, and wake the timetable at each change."""
    check_rule, check_schedule = partial(_watched, check=_check_rule), partial(_watched, check=_check_schedule)
    around(EventsBackend, "put_rule", check_rule)
    for name in ("enable_rule", "disable_rule", "delete_rule"):
        around(EventsBackend, name, _watched)
    for name in ("create_schedule", "update_schedule"):
        around(EventBridgeSchedulerBackend, name, check_schedule)
    around(EventBridgeSchedulerBackend, "delete_schedule", _watched)
    persistence.on_resume(_wake)


def _watched(operation: Callable[..., Any], check: Callable[[Mapping[str, Any]], None] | None = None) -> Any:
    @wraps(operation)
    def watched(*args: Any, **named: Any) -> Any:
        if check is not None:
            check(named)
        if "state" in named:
            named["state"] = named["state"] or "ENABLED"  # moto takes an update that says nothing for one that disables
        answer = operation(*args, **named)
        _wake()
        return answer

    return watched


def _check_rule(named: Mapping[str, Any]) -> None:
    if named.get("scheduled_expression"):
        try:
            schedules.parse(named["scheduled_expression"], since=clock.now())
        except schedules.InvalidExpression as error:
            raise ValidationException("Parameter ScheduleExpression is not valid.") from error


def _check_schedule(named: Mapping[str, Any]) -> None:
    zone = named.get("schedule_expression_timezone") or "UTC"
    try:
        schedules.parse(named["schedule_expression"], since=clock.now(), zone=zone, any_number=True)
    except schedules.InvalidExpression as error:
        raise SchedulerValidationException(f"Invalid Schedule Expression {named['schedule_expression']}.") from error


def _wake() -> None:
    """Take up what has changed, and begin the loop with the first schedule.

    On the caller's thread: a rate counts from the request that made it, also when the clock is moved right after it.
    """
    global _loop
    with _changed:
        known = _look_again()
        if _loop is None and known:
            _loop = host.in_background(_run, name="timetable")
        _changed.notify_all()


def _look_again() -> dict[Entry, Due]:
    global _known
    now = clock.now()
    _known = {entry: _known.get(entry) or taken_up(entry, made(now), now) for entry, made in _entries()}
    return _known


def _run() -> None:
    while True:
        host.attempt(_round, name="timetable")


def _round() -> None:
    with _changed:
        known = _look_again()
    next_at = _fire_due(known, clock.now())
    moment = None if next_at is None else next_at.timestamp()
    with _changed:
        clock.wait_until(_changed, partial(_has_changed_since, known), moment)


def taken_up(entry: Entry, due: Due, now: datetime) -> Due:
    """A new entry as it is; one from before a restart keeps its beat, and is delivered now if it came due meanwhile."""
    at = awaited.pop(entry, None)
    if at is None:
        return due
    if isinstance(due.schedule, schedules.Rate):
        due.schedule = schedules.Rate(due.schedule.period, since=at)
    due.at = at
    if at <= now and (entry.end is None or at <= entry.end):
        log.warning("%s came due at %s, while the embedded AWS was down: it is delivered now, once", entry.arn, at)
        due.fire(at)
        due.at = due.schedule.after(now)
    return due


def _export() -> dict[Entry, datetime]:
    """When each is due next; one whose delivery is under way is due still."""
    awaiting = {entry: due.at for entry, due in _known.items() if due.at is not None}
    for entry, at in sorted(_under_way.values(), key=itemgetter(1), reverse=True):
        awaiting[entry] = at
    return awaiting


def _has_changed_since(seen: dict[Entry, Due]) -> bool:
    return _known is not seen


def _fire_due(known: Mapping[Entry, Due], now: datetime) -> datetime | None:
    """Fire what is due; gives when the next is."""
    for entry, due in known.items():
        fired = 0
        while due.at is not None and due.at <= now and (entry.end is None or due.at <= entry.end):
            if fired == _CATCH_UP:
                log.warning("%s was due more than %s times: the rest is left out", entry.arn, _CATCH_UP)
                due.at = due.schedule.after(now)
                break
            due.fire(due.at)
            due.at = due.schedule.after(due.at)
            fired += 1
    waiting = [
        due.at for entry, due in known.items() if due.at is not None and (entry.end is None or due.at <= entry.end)
    ]
    return min(waiting, default=None)


def _entries() -> Iterator[tuple[Entry, Callable[[datetime], Due]]]:
    for events in [each for regions in [*events_backends.values()] for each in [*regions.values()]]:
        for rule in [rule for bus in [*events.event_buses.values()] for rule in [*bus.rules.values()]]:
            if rule.scheduled_expression and rule.state != "DISABLED":
                yield Entry(rule.arn, rule.scheduled_expression, "UTC", None, None), _rule_maker(rule)
    for scheduler in [each for regions in [*scheduler_backends.values()] for each in [*regions.values()]]:
        for schedule in [
            each for group in [*scheduler.schedule_groups.values()] for each in [*group.schedules.values()]
        ]:
            if schedule.state == "ENABLED":
                yield _schedule_entry(schedule), _schedule_maker(scheduler, schedule)


def _rule_maker(rule: Rule) -> Callable[[datetime], Due]:
    def made(now: datetime) -> Due:
        schedule = schedules.parse(rule.scheduled_expression, since=now)
        return Due(schedule, schedule.after(now), fire)

    def fire(at: datetime) -> None:
        delivery.deliver(rule, _scheduled_event(rule.arn, at, "aws.events", {}))

    return made


def _schedule_entry(schedule: Schedule) -> Entry:
    return Entry(
        schedule.arn,
        schedule.schedule_expression,
        schedule.schedule_expression_timezone,
        _moment(schedule.start_date),
        _moment(schedule.end_date),
    )


def _schedule_maker(backend: EventBridgeSchedulerBackend, schedule: Schedule) -> Callable[[datetime], Due]:
    """A rate without a start begins at once; before a start nothing is due."""

    def made(now: datetime) -> Due:
        entry = _schedule_entry(schedule)
        parsed = schedules.parse(entry.expression, since=entry.start or now, zone=entry.zone, any_number=True)
        first = now if isinstance(parsed, schedules.Rate) and entry.start is None else parsed.after(_before(entry, now))
        return Due(parsed, first, lambda at: _fire_schedule(backend, schedule, parsed, at))

    return made


def _before(entry: Entry, now: datetime) -> datetime:
    return max(now, entry.start) if entry.start is not None else now


def _fire_schedule(
    backend: EventBridgeSchedulerBackend, schedule: Schedule, parsed: schedules.Schedule, at: datetime
) -> None:
    event = _scheduled_event(schedule.arn, at, "aws.scheduler", "{}")
    text = scheduler_input(schedule.target, event, arn=schedule.arn, at=at, execution_id=str(uuid.uuid4()))
    going = Delivery(schedule.arn, schedule.target, event, text, SCHEDULER)
    entry, is_last = _schedule_entry(schedule), parsed.after(at) is None
    _under_way[event["id"]] = entry, at

    def deliver() -> None:
        try:
            delivery.see_through(going, schedule.name)
        finally:
            if is_last and schedule.action_after_completion == "DELETE":
                _delete_completed(backend, schedule, entry)
            _under_way.pop(event["id"])

    host.in_background(deliver, name=f"schedule {schedule.name}")


def _delete_completed(backend: EventBridgeSchedulerBackend, schedule: Schedule, completed: Entry) -> None:
    """Not before its delivery is through: after a kill in between it must be there, to be delivered at the restart.

    What was deleted meanwhile is gone, and what was given another time is to come.
    """
    group = backend.schedule_groups.get(schedule.group_name)
    is_there = group is not None and group.schedules.get(schedule.name) is schedule
    if is_there and _schedule_entry(schedule) == completed:
        backend.delete_schedule(schedule.group_name, schedule.name)


def _scheduled_event(arn: str, at: datetime, source: str, detail: Any) -> dict[str, Any]:
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": source,
        "account": arns.account_of(arn),
        "time": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": arn.split(":")[3],
        "resources": [arn],
        "detail": detail,
    }


def _moment(given: Any) -> datetime | None:
    """moto keeps what was sent: seconds since the epoch, or ISO 8601."""
    if given is None:
        return None
    if isinstance(given, datetime):
        return given if given.tzinfo else given.replace(tzinfo=UTC)
    try:
        return datetime.fromtimestamp(float(given), UTC)
    except ValueError:
        return datetime.fromisoformat(str(given).replace("Z", "+00:00"))


persistence.keep("events.timetable", _export, awaited.update)
