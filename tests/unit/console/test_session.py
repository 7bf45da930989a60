"""What a session keeps: for good what does not change, for some seconds what does."""

from types import SimpleNamespace
from typing import Any

from rehearsal.console.session import Session


def session() -> Session:
    account: Any = SimpleNamespace()
    return Session(account, 4570, is_embedded=True, is_read_only=False)


def test_what_is_recent_is_not_asked_again_and_what_is_old_is() -> None:
    here, asked = session(), iter(range(1000))
    assert [here.recent("traffic", 3600.0, lambda: next(asked)) for _ in range(3)] == [0, 0, 0]
    assert here.recent("traffic", 0.0, lambda: next(asked)) == 1
    assert here.recent("capture", 3600.0, lambda: next(asked)) == 2


def test_many_recent_answers_push_out_none_that_is_kept_for_good() -> None:
    here = session()
    here.remembered("log", lambda: "read once")
    for number in range(1000):
        here.recent(number, 3600.0, lambda: "soon old")
    assert here.remembered("log", lambda: "read again") == "read once"
