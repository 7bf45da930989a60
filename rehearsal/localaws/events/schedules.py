"""Schedule expressions: ``rate(5 minutes)``, ``cron(0 12 ? * MON-FRI *)``, ``at(2026-12-01T08:00:00)``. Pure.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html and
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

_UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_YEARS = (1970, 2199)
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
class Cron:
    """The six fields of a cron expression, in a time zone."""

    minutes: frozenset[int]
    hours: frozenset[int]
    month_days: str
    months: frozenset[int]
    week_days: str
    years: frozenset[int]
    zone: ZoneInfo

    def after(self, moment: datetime) -> datetime | None:
        local = moment.astimezone(self.zone)
        day = local.date()
        for _ in range(366 * 9):  # a leap day is at most eight years away
            if day.year > max(self.years):
                return None
            if self._is_on(day):
                for due in self._times_of(day):
                    if due > moment:
                        return due
            day += timedelta(days=1)
        return None

    def _times_of(self, day: date) -> Iterator[datetime]:
        for hour in sorted(self.hours):
            for minute in sorted(self.minutes):
                yield datetime.combine(day, time(hour, minute), self.zone).astimezone(UTC)

    def _is_on(self, day: date) -> bool:
        if day.year not in self.years or day.month not in self.months:
            return False
        if self.month_days != "?":
            return day.day in _month_days(self.month_days, day.year, day.month)
        return day.day in _week_days(self.week_days, day.year, day.month)


def parse(expression: str, *, since: datetime, zone: str = "UTC") -> Schedule:
    """Read an expression. ``since`` is where a rate begins; ``zone`` is that of cron and at.

    Raises:
        InvalidExpression: with the expression.
    """
    found = re.fullmatch(r"(rate|cron|at)\((\S.*)\)", expression)
    if found is None:
        raise InvalidExpression(expression)
    try:
        kind, inside = found.groups()
        if kind == "rate":
            return Rate(_period(inside), since)
        if kind == "at":
            if not _MOMENT.fullmatch(inside):
                raise InvalidExpression(expression)
            return Once(datetime.fromisoformat(inside).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC))
        return _cron(inside.split(), ZoneInfo(zone))
    except (ValueError, KeyError) as error:
        raise InvalidExpression(expression) from error


def _period(inside: str) -> timedelta:
    count, _, unit = inside.partition(" ")
    if int(count) < 1 or (int(count) == 1) == unit.endswith("s"):
        raise ValueError(inside)
    return int(count) * _UNITS[unit.removesuffix("s")]


def _cron(fields: list[str], zone: ZoneInfo) -> Cron:
    minutes, hours, month_days, months, week_days, years = (field.upper() for field in fields)
    if (month_days == "?") == (week_days == "?"):
        raise ValueError("one of day-of-month and day-of-week must be ?")
    made = Cron(
        minutes=_numbers(minutes, 0, 59),
        hours=_numbers(hours, 0, 23),
        month_days=month_days,
        months=_numbers(_by_number(months, _MONTHS), 1, 12),
        week_days=_by_number(week_days, _DAYS),
        years=_numbers(years, *_YEARS),
        zone=zone,
    )
    _month_days(made.month_days, 2024, 1) if month_days != "?" else _week_days(made.week_days, 2024, 1)
    return made


def _by_number(field: str, names: tuple[str, ...]) -> str:
    return re.sub("|".join(names), lambda match: str(names.index(match[0]) + 1), field)


def _numbers(field: str, least: int, most: int) -> frozenset[int]:
    """The numbers of ``*``, ``5``, ``1-5``, ``0/15`` and lists of them."""
    numbers: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        low = least if first == "*" else int(first)
        high = int(last) if last else (most if first == "*" or step else low)
        if not least <= low <= high <= most or (step and int(step) < 1):
            raise ValueError(field)
        numbers.update(range(low, high + 1, int(step or 1)))
    return frozenset(numbers)


def _month_days(field: str, year: int, month: int) -> frozenset[int]:
    """Days of one month, with ``L`` (the last day) and ``15W`` (the weekday nearest to the 15th)."""
    last = calendar.monthrange(year, month)[1]
    if field == "L":
        return frozenset({last})
    if field.endswith("W"):
        wanted = last if field == "LW" else int(field[:-1])
        return frozenset({_nearest_weekday(year, month, min(wanted, last))})
    return frozenset(day for day in _numbers(field, 1, 31) if day <= last)


def _nearest_weekday(year: int, month: int, day: int) -> int:
    last = calendar.monthrange(year, month)[1]
    near = (day, day - 1, day + 1, day - 2, day + 2)
    return next(each for each in near if 1 <= each <= last and date(year, month, each).weekday() < 5)


def _week_days(field: str, year: int, month: int) -> frozenset[int]:
    """Days of one month by week day (1 is Sunday), with ``6L`` (the last Friday) and ``3#2`` (the second Tuesday)."""
    days = range(1, calendar.monthrange(year, month)[1] + 1)

    def those(week_day: int) -> list[int]:
        return [day for day in days if (date(year, month, day).weekday() + 1) % 7 + 1 == week_day]

    if field == "L":
        return frozenset(those(7))
    if field.endswith("L"):
        return frozenset(those(int(field[:-1]))[-1:])
    if "#" in field:
        week_day, _, nth = field.partition("#")
        if not 1 <= int(nth) <= 5:
            raise ValueError(field)
        return frozenset(those(int(week_day))[int(nth) - 1 : int(nth)])
    return frozenset(day for week_day in _numbers(field, 1, 7) for day in those(week_day))
