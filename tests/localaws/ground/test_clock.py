"""The clock moves forward on request, and whoever waits notices."""

import threading
import time

import pytest

from rehearsal.localaws.ground.clock import FURTHEST_SECONDS, Clock
from tests.localaws.waiting import wait_until


@pytest.fixture
def clock() -> Clock:
    return Clock()


def start(work: object) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)  # type: ignore[arg-type]
    thread.start()
    return thread


def wait_until_somebody_waits(clock: Clock) -> None:
    wait_until(lambda: clock._waiting, "somebody waits for the clock")


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
    condition = threading.Condition()
    done: list[bool] = []
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


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf"), -float("inf")])
def test_what_is_no_length_of_time_is_refused(clock: Clock, seconds: float) -> None:
    with pytest.raises(ValueError, match="forward"):
        clock.advance(seconds)
    assert clock.offset() == 0


def test_the_clock_goes_ten_years_ahead_in_all_and_then_says_how_much_is_left(clock: Clock) -> None:
    clock.advance(FURTHEST_SECONDS - 86400)
    with pytest.raises(ValueError, match=r"ten years.*86400 seconds \(1 days\) more"):
        clock.advance(86401)
    assert clock.offset() == FURTHEST_SECONDS - 86400
    clock.advance(86400)
    assert clock.now().year >= 2035


def test_a_wait_for_a_moment_that_no_system_can_wait_for_is_a_wait_like_any_other(clock: Clock) -> None:
    condition = threading.Condition()
    done: list[bool] = []

    def wait() -> None:
        with condition:
            clock.wait_until(condition, lambda: bool(done), 1e18)

    waiter = start(wait)
    wait_until_somebody_waits(clock)
    with condition:
        done.append(True)
        condition.notify_all()
    waiter.join(60)
    assert not waiter.is_alive()


class Machine:
    """The machine's clocks: one that can be set, one that passes evenly."""

    def __init__(self) -> None:
        self.shown, self.passed = 1_800_000_000.0, 50.0

    def passes(self, seconds: float) -> None:
        self.shown += seconds
        self.passed += seconds


def on(machine: Machine) -> Clock:
    return Clock(lambda: machine.shown, lambda: machine.passed)


def test_who_waits_notices_that_the_machine_has_slept(clock: Clock) -> None:
    machine = Machine()
    clock = on(machine)
    sleeper = start(lambda: clock.sleep(7 * 86400))
    wait_until_somebody_waits(clock)
    machine.shown += 8 * 86400
    clock.notice_jump()
    sleeper.join(60)
    assert not sleeper.is_alive()
    assert clock.offset() == 0


def test_the_clock_does_not_go_back_when_the_machines_is_set_back() -> None:
    machine = Machine()
    clock = on(machine)
    clock.advance(100)
    machine.passes(10)
    before = clock.timestamp()
    machine.shown -= 3600
    clock.notice_jump()
    assert clock.timestamp() == pytest.approx(before)
    machine.passes(5)
    clock.notice_jump()
    assert clock.timestamp() == pytest.approx(before + 5)


def test_a_clock_that_is_kept_in_step_by_small_corrections_has_not_jumped() -> None:
    machine = Machine()
    clock = on(machine)
    for _ in range(100):
        machine.passes(1)
        machine.shown -= 0.001
        clock.notice_jump()
    assert clock.offset() == 0
