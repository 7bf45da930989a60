"""The clock moves forward on request, and whoever waits notices."""

import threading
import time

import pytest

from rehearsal.localaws.ground.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


def start(work: object) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)  # type: ignore[arg-type]
    thread.start()
    return thread


def wait_until_somebody_waits(clock: Clock) -> None:
    deadline = time.monotonic() + 60
    while not clock._waiting and time.monotonic() < deadline:
        time.sleep(0.001)
    assert clock._waiting


def test_a_week_passes_at_once_when_the_clock_is_advanced(clock: Clock) -> None:
    began, before = time.monotonic(), clock.now()
    sleeper = start(lambda: clock.sleep(7 * 86400))
    wait_until_somebody_waits(clock)
    clock.advance(7 * 86400)
    sleeper.join(60)
    assert not sleeper.is_alive()
    assert time.monotonic() - began < 3600, "a week passed meanwhile"
    assert (clock.now() - before).total_seconds() == pytest.approx(7 * 86400, abs=3600)


def test_a_sleeper_goes_on_sleeping_when_too_little_time_passes(clock: Clock) -> None:
    sleeper = start(lambda: clock.sleep(7 * 86400))
    wait_until_somebody_waits(clock)
    clock.advance(6 * 86400)
    sleeper.join(0.05)
    assert sleeper.is_alive()
    clock.advance(86400)
    sleeper.join(60)


def test_waiting_for_a_condition_ends_when_it_holds(clock: Clock) -> None:
    condition, done = threading.Condition(), []
    answers: list[bool] = []

    def wait() -> None:
        with condition:
            answers.append(clock.wait_for(condition, lambda: bool(done), 1000))

    waiter = start(wait)
    wait_until_somebody_waits(clock)
    with condition:
        done.append(True)
        condition.notify_all()
    waiter.join(60)
    assert answers == [True]


def test_waiting_for_a_condition_ends_with_the_timeout(clock: Clock) -> None:
    condition = threading.Condition()
    with condition:
        assert clock.wait_for(condition, lambda: False, 0.01) is False


def test_the_clock_does_not_go_back(clock: Clock) -> None:
    with pytest.raises(ValueError, match="forward"):
        clock.advance(-1)


def test_a_moment_that_passed_before_the_wait_began_ends_it_at_once(clock: Clock) -> None:
    seen = (
        clock.timestamp()
    )  # somebody sees a state of this moment, and moves the clock before the wait for its end begins
    clock.advance(3600)
    clock.sleep_until(seen + 3600)
    condition = threading.Condition()
    with condition:
        assert clock.wait_until(condition, lambda: False, seen + 3600) is False


def test_what_is_done_every_so_often_misses_no_advance_while_it_is_at_work(clock: Clock) -> None:
    looks: list[float] = []
    enough = threading.Event()

    def look() -> None:
        looks.append(clock.timestamp())
        clock.advance(60)  # whoever moves the clock now means what comes next
        if len(looks) == 3:
            enough.set()
            threading.Event().wait()

    began = clock.timestamp()
    start(lambda: clock.every(60, look, began))
    clock.advance(60)
    assert enough.wait(60)
    assert [round(at - began) // 60 for at in looks] == [1, 2, 3]
