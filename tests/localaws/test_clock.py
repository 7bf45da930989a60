"""The clock moves forward on request, and whoever waits notices."""

import threading
import time

import pytest

from rehearsal.localaws.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


def start(work: object) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)  # type: ignore[arg-type]
    thread.start()
    return thread


def wait_until_somebody_waits(clock: Clock) -> None:
    deadline = time.monotonic() + 5
    while not clock._waiting and time.monotonic() < deadline:
        time.sleep(0.001)
    assert clock._waiting


def test_a_week_passes_at_once_when_the_clock_is_advanced(clock: Clock) -> None:
    began, before = time.monotonic(), clock.now()
    sleeper = start(lambda: clock.sleep(7 * 86400))
    wait_until_somebody_waits(clock)
    clock.advance(7 * 86400)
    sleeper.join(2)
    assert not sleeper.is_alive()
    assert time.monotonic() - began < 2
    assert (clock.now() - before).total_seconds() == pytest.approx(7 * 86400, abs=2)


def test_a_sleeper_goes_on_sleeping_when_too_little_time_passes(clock: Clock) -> None:
    sleeper = start(lambda: clock.sleep(7 * 86400))
    wait_until_somebody_waits(clock)
    clock.advance(6 * 86400)
    sleeper.join(0.05)
    assert sleeper.is_alive()
    clock.advance(86400)
    sleeper.join(2)


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
    waiter.join(2)
    assert answers == [True]


def test_waiting_for_a_condition_ends_with_the_timeout(clock: Clock) -> None:
    condition = threading.Condition()
    with condition:
        assert clock.wait_for(condition, lambda: False, 0.01) is False


def test_the_clock_does_not_go_back(clock: Clock) -> None:
    with pytest.raises(ValueError, match="forward"):
        clock.advance(-1)
