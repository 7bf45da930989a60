"""Cron expressions as EventBridge and CodePipeline write them: minutes, hours, day of month, month, day of week, year.
Pure.

``?`` in a day field asks nothing of it, week days count from 1 (Sunday); ``L`` is the last, ``15W`` the weekday nearest
to the 15th, ``6#3`` the third Friday.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time

_MONTHS = tuple(name.upper() for name in calendar.month_abbr[1:])
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_YEARS = (1970, 2199)


@dataclass(frozen=True)
class Cron:
    """The fields, read; those of days as they are written, because they mean other days in each month."""

    minutes: frozenset[int]
    hours: frozenset[int]
    month_days: str
    months: frozenset[int]
    week_days: str
    years: frozenset[int]

    @classmethod
    def parse(cls, minutes: str, hours: str, month_days: str, months: str, week_days: str, years: str = "*") -> "Cron":
        """Read the fields.

        Raises:
            ValueError: naming what cannot be read.
        """
        made = cls(
            minutes=_numbers(minutes, 0, 59),
            hours=_numbers(hours, 0, 23),
            month_days=month_days.upper(),
            months=_numbers(_by_number(months, _MONTHS), 1, 12),
            week_days=_by_number(week_days, _DAYS),
            years=_numbers(years, *_YEARS),
        )
        made._days_of(2024, 1)  # the fields of days are read with a month in hand
        return made

    def is_on(self, day: date) -> bool:
        """Whether it asks for that day."""
        if day.year not in self.years or day.month not in self.months:
            return False
        return day.day in self._days_of(day.year, day.month)

    def times(self) -> Iterator[time]:
        """The times of each day that it asks for, earliest first."""
        return (time(hour, minute) for hour in sorted(self.hours) for minute in sorted(self.minutes))

    def _days_of(self, year: int, month: int) -> frozenset[int]:
        return _month_days(self.month_days, year, month) & _week_days(self.week_days, year, month)


def _by_number(field: str, names: tuple[str, ...]) -> str:
    return re.sub("|".join(names), lambda match: str(names.index(match[0]) + 1), field.upper())


def _numbers(field: str, least: int, most: int) -> frozenset[int]:
    """The numbers of ``*``, ``5``, ``1-5``, ``0/15`` and lists of them."""
    numbers: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        low = least if first == "*" else _number(first)
        high = _number(last) if last else (most if first == "*" or step else low)
        if not least <= low <= high <= most or (step and _number(step) < 1):
            raise ValueError(f"{part!r} is not within {least}-{most}")
        numbers.update(range(low, high + 1, int(step or 1)))
    return frozenset(numbers)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"{text!r} is no number")
    return int(text)


def _month_days(field: str, year: int, month: int) -> frozenset[int]:
    """Days of one month by number, with ``L`` (the last day), ``15W`` and ``LW``."""
    last = calendar.monthrange(year, month)[1]
    if field == "?":
        return frozenset(range(1, last + 1))
    if field == "L":
        return frozenset({last})
    if field.endswith("W"):
        wanted = last if field == "LW" else _number(field[:-1])
        return frozenset({_nearest_weekday(year, month, min(wanted, last))})
    return frozenset(day for day in _numbers(field, 1, 31) if day <= last)


def _nearest_weekday(year: int, month: int, day: int) -> int:
    last = calendar.monthrange(year, month)[1]
    near = (day, day - 1, day + 1, day - 2, day + 2)
    return next(each for each in near if 1 <= each <= last and date(year, month, each).weekday() < 5)


def _week_days(field: str, year: int, month: int) -> frozenset[int]:
    """Days of one month by day of the week, with ``6L`` (the last Friday) and ``3#2`` (the second Tuesday)."""
    days = range(1, calendar.monthrange(year, month)[1] + 1)

    def those(week_day: int) -> list[int]:
        return [day for day in days if date(year, month, day).isoweekday() % 7 + 1 == week_day]

    if field == "?":
        return frozenset(days)
    if field == "L":
        return frozenset(those(7))
    if field.endswith("L"):
        return frozenset(those(_week_day(field[:-1]))[-1:])
    if "#" in field:
        week_day, _, nth = field.partition("#")
        if not 1 <= _number(nth) <= 5:
            raise ValueError(f"{field!r}: a month has no week {nth}")
        return frozenset(those(_week_day(week_day))[int(nth) - 1 : int(nth)])
    return frozenset(day for week_day in _numbers(field, 1, 7) for day in those(week_day))


def _week_day(text: str) -> int:
    [number] = _numbers(text, 1, 7)
    return number
