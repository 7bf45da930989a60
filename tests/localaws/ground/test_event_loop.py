"""The event loop."""

import threading

from rehearsal.localaws.ground.event_loop import EventLoop

SECONDS = 60


def test_a_fault_in_one_callback_does_not_end_the_loop(caplog):
    def fail() -> None:
        raise RuntimeError("by intention")

    made = EventLoop()
    done = threading.Event()
    made.call(fail)
    made.call(done.set)
    assert done.wait(SECONDS)
    assert "by intention" in caplog.text
