"""What runs beside the requests."""

import logging
import threading

import pytest

from rehearsal.localaws.ground import host


def test_a_look_that_fails_is_logged_and_the_next_ones_come(caplog: pytest.LogCaptureFixture) -> None:
    failed, seen = threading.Event(), threading.Event()

    def look() -> None:
        if not failed.is_set():
            failed.set()
            raise ZeroDivisionError("of the first look")
        seen.set()

    host.records_are_complete()
    with caplog.at_level(logging.ERROR):
        host.look_after_every(0.01, look, name="a look")
        assert seen.wait(60)
    assert "in the background: a look" in caplog.text
    assert "of the first look" in caplog.text
