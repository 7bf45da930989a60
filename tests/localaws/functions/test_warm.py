"""Which sandboxes are kept, and for how long."""

from dataclasses import dataclass, field

import pytest

from rehearsal.localaws.functions.warm import IDLE_SECONDS, WarmSandboxes


@dataclass(eq=False)
class FakeSandbox:
    """Keeps what was done to it."""

    is_ready: bool = True
    done: list[str] = field(default_factory=list)

    def kill(self) -> None:
        self.done.append("killed")

    def end(self) -> None:
        self.done.append("ended")


@dataclass
class FakeClock:
    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def warm(clock: FakeClock) -> WarmSandboxes[FakeSandbox]:
    return WarmSandboxes(clock)


def kept(warm: WarmSandboxes[FakeSandbox], key: str = "key") -> FakeSandbox:
    sandbox = FakeSandbox()
    warm.add(sandbox)
    warm.put_back(key, sandbox)
    return sandbox


def test_the_last_used_of_its_key_is_taken_first(warm: WarmSandboxes[FakeSandbox]) -> None:
    first, second, other = kept(warm), kept(warm), kept(warm, "other")
    assert [warm.take("key"), warm.take("key"), warm.take("key")] == [second, first, None]
    assert warm.take("other") is other
    warm.close()


def test_one_that_failed_is_ended_and_not_kept(warm: WarmSandboxes[FakeSandbox]) -> None:
    broken = FakeSandbox(is_ready=False)
    warm.add(broken)
    warm.put_back("key", broken)
    assert broken.done == ["ended"]
    assert warm.take("key") is None


def test_one_that_died_while_idle_is_not_taken(warm: WarmSandboxes[FakeSandbox]) -> None:
    alive, died = kept(warm), kept(warm)
    died.is_ready = False
    assert warm.take("key") is alive
    assert died.done == ["ended"]
    warm.close()


def test_idle_ones_are_reaped_after_their_time(warm: WarmSandboxes[FakeSandbox], clock: FakeClock) -> None:
    old = kept(warm)
    clock.seconds = IDLE_SECONDS / 2
    young = kept(warm)
    clock.seconds = IDLE_SECONDS
    warm.reap()
    assert (old.done, young.done) == (["ended"], [])
    assert warm.take("key") is young
    warm.close()


def test_those_under_keys_of_the_past_are_ended_at_once(warm: WarmSandboxes[FakeSandbox]) -> None:
    old, new = kept(warm, "old"), kept(warm, "new")
    warm.end_idle(lambda key: key == "old")
    assert (old.done, new.done) == (["ended"], [])
    assert warm.take("old") is None and warm.take("new") is new


def test_closing_ends_the_idle_and_kills_those_at_work(warm: WarmSandboxes[FakeSandbox]) -> None:
    idle, working = kept(warm), FakeSandbox()
    warm.add(working)
    warm.close()
    assert (idle.done, working.done) == (["ended"], ["killed"])
    warm.put_back("key", working)
    assert working.done == ["killed", "ended"]


def test_what_comes_after_closing_is_killed(warm: WarmSandboxes[FakeSandbox]) -> None:
    warm.close()
    late = FakeSandbox()
    warm.add(late)
    assert late.done == ["killed"]
