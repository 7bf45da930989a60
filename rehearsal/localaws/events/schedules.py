"""Schedule expressions: ``rate(5 minutes)``, ``cron(0 12 ? * MON-FRI *)``, ``at(2026-12-01T08:00:00)``. Pure.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html and
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from rehearsal.localaws.ground.cron import Cron

_UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


class InvalidExpression(ValueError):
    """An expression that EventBridge does not accept."""


class Schedule(Protocol):
    """When something is due."""

    def after(self, moment: datetime) -> datetime | None:
        """The first time later than ``moment`` (both aware); None when there is none any more."""
        ...


@dataclass(frozen=True)
class Rate:
    """Every ``period`` since ``since``."""

    period: timedelta
    since: datetime

    def after(self, moment: datetime) -> datetime | None:
        if moment < self.since:
            return self.since
        return self.since + ((moment - self.since) // self.period + 1) * self.period


@dataclass(frozen=True)
class Once:
    """At one time only."""

    due: datetime

    def after(self, moment: datetime) -> datetime | None:
        return self.due if self.due > moment else None


@dataclass(frozen=True)
class CronSchedule:
    """At the times of a cron expression, in a time zone."""

    cron: Cron
    zone: ZoneInfo

    def after(self, moment: datetime) -> datetime | None:
        day = moment.astimezone(self.zone).date()
        for _ in range(366 * 9):  # a leap day is at most eight years away
            if day.year > max(self.cron.years):
                return None
            if self.cron.is_on(day):
                for due in self.cron.times():
                    if (found := datetime.combine(day, due, self.zone).astimezone(UTC)) > moment:
                        return found
            day += timedelta(days=1)
        return None


def parse(expression: str, *, since: datetime, zone: str = "UTC", any_number: bool = False) -> Schedule:
    """Read an expression. ``since`` is where a rate begins; ``zone`` is that of cron and at.

    A rule wants the unit in the number of its value (``1 minute``, ``5 minutes``). EventBridge Scheduler documents no
    such thing and takes ``rate(5 minute)`` and ``rate(1 minutes)``: ``any_number``.

    Raises:
        InvalidExpression: with the expression.
    """
    found = re.fullmatch(r"(rate|cron|at)\((\S.*)\)", expression)
    if found is None:
        raise InvalidExpression(expression)
    try:
        kind, inside = found.groups()
        if kind == "rate":
            return Rate(_period(inside, any_number=any_number), since)
        if kind == "at":
            if not _MOMENT.fullmatch(inside):
                raise InvalidExpression(expression)
            return Once(datetime.fromisoformat(inside).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC))
        return _cron(inside.split(), ZoneInfo(zone))
    except (ValueError, KeyError) as error:
        raise InvalidExpression(expression) from error


def _period(inside: str, *, any_number: bool) -> timedelta:
    count, _, unit = inside.partition(" ")
    if int(count) < 1 or ((int(count) == 1) == unit.endswith("s") and not any_number):
        raise ValueError(inside)
    return int(count) * _UNITS[unit.removesuffix("s")]


def _cron(fields: list[str], zone: ZoneInfo) -> CronSchedule:
    minutes, hours, month_days, months, week_days, years = fields
    if (month_days == "?") == (week_days == "?"):
        raise ValueError("one of day-of-month and day-of-week must be ?")
    return CronSchedule(Cron.parse(minutes, hours, month_days, months, week_days, years), zone)
