"""When schedule expressions are due."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.localaws.events.schedules import InvalidExpression, parse

START = datetime(2026, 11, 21, 10, 7, tzinfo=UTC)  # a Saturday


def due(expression: str, times: int = 1, zone: str = "UTC") -> list[str]:
    schedule, moment, found = parse(expression, since=START, zone=zone), START, []
    for _ in range(times):
        following = schedule.after(moment)
        if following is None:
            break
        moment = following
        found.append(moment.strftime("%Y-%m-%d %H:%M"))
    return found


@pytest.mark.parametrize(
    ("expression", "times"),
    [
        ("rate(5 minutes)", ["2026-11-21 10:12", "2026-11-21 10:17"]),
        ("rate(1 hour)", ["2026-11-21 11:07", "2026-11-21 12:07"]),
        ("rate(2 days)", ["2026-11-23 10:07", "2026-11-25 10:07"]),
        ("cron(0/15 * * * ? *)", ["2026-11-21 10:15", "2026-11-21 10:30"]),
        ("cron(0 12 * * ? *)", ["2026-11-21 12:00", "2026-11-22 12:00"]),
        ("cron(15 10 ? * 6L 2026-2027)", ["2026-11-27 10:15", "2026-12-25 10:15"]),
        ("cron(0 8 1 * ? *)", ["2026-12-01 08:00", "2027-01-01 08:00"]),
        ("cron(0 18 ? * MON-FRI *)", ["2026-11-23 18:00", "2026-11-24 18:00"]),
        ("cron(30 6 ? * SUN,SAT *)", ["2026-11-22 06:30", "2026-11-28 06:30"]),
        ("cron(0 9 ? * 2#1 *)", ["2026-12-07 09:00", "2027-01-04 09:00"]),
        ("cron(0 9 L * ? *)", ["2026-11-30 09:00", "2026-12-31 09:00"]),
        ("cron(0 9 1W * ? *)", ["2026-12-01 09:00", "2027-01-01 09:00"]),
        ("cron(0 0 29 FEB ? *)", ["2028-02-29 00:00", "2032-02-29 00:00"]),
        ("cron(0 0 1 JAN ? 2027)", ["2027-01-01 00:00"]),
        ("at(2026-12-01T08:00:00)", ["2026-12-01 08:00"]),
        ("at(2026-11-01T08:00:00)", []),
    ],
)
def test_due(expression: str, times: list[str]) -> None:
    assert due(expression, 2) == times


def test_time_zone_with_its_summer_time() -> None:
    schedule = parse("cron(0 9 ? * * *)", since=START, zone="Europe/Berlin")
    winter = schedule.after(datetime(2027, 3, 27, 0, 0, tzinfo=UTC))
    summer = schedule.after(datetime(2027, 3, 28, 0, 0, tzinfo=UTC))
    assert winter is not None and summer is not None
    assert (winter.hour, summer.hour) == (8, 7)


@pytest.mark.parametrize(
    "expression",
    [
        "every day", "rate(0 minutes)", "rate(1 minutes)", "rate(5 minute)", "rate(5 weeks)", "cron(* * * * *)",
        "cron(0 12 * * * *)", "cron(0 12 ? * ? *)", "cron(60 12 * * ? *)", "cron(0 12 32 * ? *)", "cron(0 12 ? * 8 *)",
        "cron(0 12 ? * 2#6 *)", "at(tomorrow)",
    ],
)  # fmt: skip
def test_what_is_no_expression(expression: str) -> None:
    with pytest.raises(InvalidExpression):
        parse(expression, since=START)


@pytest.mark.parametrize(("expression", "minutes"), [("rate(5 minute)", 5), ("rate(1 minutes)", 1)])
def test_a_schedule_takes_either_number_of_the_unit(expression: str, minutes: int) -> None:
    assert parse(expression, since=START, any_number=True) == parse(
        f"rate({minutes} minute{'s' * (minutes > 1)})", since=START
    )


@given(
    st.sampled_from(["rate(7 minutes)", "cron(3/7 * * * ? *)", "cron(0 4 ? * MON#2 *)", "cron(0 0 31 * ? *)"]),
    st.integers(0, 10**6),
)
def test_next_is_later_and_nothing_lies_between(expression: str, minutes: int) -> None:
    schedule, moment = parse(expression, since=START), START + timedelta(minutes=minutes)
    following = schedule.after(moment)
    assert following is not None and following > moment
    between = moment + (following - moment) / 2
    assert schedule.after(between) == following
