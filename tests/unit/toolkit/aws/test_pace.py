"""The rhythm of watching: close after a change, calmer the longer nothing happens."""

from rehearsal.toolkit.aws.pace import Pace


def test_the_pause_is_a_tenth_of_the_quiet_time_within_bounds() -> None:
    now = [100.0]
    pace = Pace(now=lambda: now[0], sleep=lambda _seconds: None)
    pauses = []
    for quiet in (0.0, 2.0, 20.0, 600.0):
        now[0] = 100.0 + quiet
        pauses.append(pace.next_pause())
    assert pauses == [0.1, 0.2, 2.0, 5.0]


def test_a_change_makes_it_look_closely_again() -> None:
    now = [0.0]
    pace = Pace(now=lambda: now[0], sleep=lambda _seconds: None)
    now[0] = 600.0
    pace.changed()
    assert pace.next_pause() == 0.1


def test_waiting_sleeps_for_the_pause() -> None:
    slept: list[float] = []
    Pace(now=lambda: 0.0, sleep=slept.append).wait()
    assert slept == [0.1]
