"""Deployment windows: Quartz cron expressions read as "when is it open", minute by minute. Pure.

Six fields and an optional year: seconds (not looked at), minutes, hours, day of month, month, day of week (1 is Sunday).
"""

import calendar
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

_MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
_DAYS = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), start=1)}
_FARTHEST_DAYS = 366 * 5

Test = Callable[[datetime], bool]


@dataclass(frozen=True)
class Window:
    """When deployments are allowed."""

    minutes: frozenset[int]
    hours: frozenset[int]
    day_tests: tuple[Test, ...]

    def next_opening(self, moment: datetime) -> datetime:
        """The moment itself when the window is open, else the start of the next minute in which it is.

        Raises:
            ValueError: when it does not open within five years.
        """
        for days in range(_FARTHEST_DAYS):
            day = (
                moment
                if days == 0
                else (moment + timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)
            )
            if all(test(day) for test in self.day_tests) and (found := self._in_day(day)) is not None:
                return found
        raise ValueError("it does not open within five years")

    def _in_day(self, start: datetime) -> datetime | None:
        if start.hour in self.hours and start.minute in self.minutes:
            return start
        for hour in sorted(self.hours):
            for minute in sorted(self.minutes):
                if (hour, minute) > (start.hour, start.minute):
                    return start.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return None


def parse(expression: str) -> Window:
    """The window that a cron expression describes.

    Raises:
        ValueError: naming the field that cannot be read.
    """
    fields = expression.split()
    if len(fields) not in (6, 7):
        raise ValueError(f"a window has 6 fields and an optional year, not {len(fields)}")
    _seconds, minutes, hours, day, month, weekday, *year = fields
    tests: list[Test] = [_day_of_month(day), _day_of_week(weekday)]
    months = _numbers(month, 1, 12, _MONTHS)
    tests.append(lambda moment: moment.month in months)
    if year:
        years = _numbers(year[0], 1970, 2199, {})
        tests.append(lambda moment: moment.year in years)
    return Window(_numbers(minutes, 0, 59, {}), _numbers(hours, 0, 23, {}), tuple(tests))


def _numbers(field: str, least: int, most: int, names: dict[str, int]) -> frozenset[int]:
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, last = _span(span, least, most, names, has_step=bool(step))
        if not least <= first <= last <= most:
            raise ValueError(f"{part!r} is not within {least}-{most}")
        found.update(range(first, last + 1, int(step or 1)))
    return frozenset(found)


def _span(span: str, least: int, most: int, names: dict[str, int], *, has_step: bool) -> tuple[int, int]:
    if span in ("*", "?"):
        return least, most
    first, dash, last = span.partition("-")
    start = _number(first, names)
    if dash:
        return start, _number(last, names)
    return start, most if has_step else start


def _number(text: str, names: dict[str, int]) -> int:
    if text.upper() in names:
        return names[text.upper()]
    if not text.isdigit():
        raise ValueError(f"{text!r} is no number")
    return int(text)


def _last_day(moment: datetime) -> int:
    return calendar.monthrange(moment.year, moment.month)[1]


def _day_of_month(field: str) -> Test:
    if field == "L":
        return lambda moment: moment.day == _last_day(moment)
    if field.endswith("W"):
        return _nearest_workday(field[:-1])
    days = _numbers(field, 1, 31, {})
    return lambda moment: moment.day in days


def _nearest_workday(wanted: str) -> Test:
    def test(moment: datetime) -> bool:
        day = _last_day(moment) if wanted == "L" else min(_number(wanted, {}), _last_day(moment))
        target = moment.replace(day=day)
        shifts: Sequence[int] = {5: (-1, 2), 6: (1, -2)}.get(target.weekday(), (0, 0))
        near = target + timedelta(days=shifts[0])
        if near.month != moment.month:
            near = target + timedelta(days=shifts[1])
        return moment.day == near.day

    return test


def _day_of_week(field: str) -> Test:
    if "#" in field:
        day, _, week = field.partition("#")
        wanted, nth = _number(day, _DAYS), _number(week, {})
        return lambda moment: _weekday(moment) == wanted and (moment.day - 1) // 7 + 1 == nth
    if field.endswith("L") and field != "L":
        last = _number(field[:-1], _DAYS)
        return lambda moment: _weekday(moment) == last and moment.day + 7 > _last_day(moment)
    days = frozenset((7,)) if field == "L" else _numbers(field, 1, 7, _DAYS)
    return lambda moment: _weekday(moment) in days


def _weekday(moment: datetime) -> int:
    return moment.isoweekday() % 7 + 1
