"""Only the newest log events of a region are kept."""

from typing import Any

from moto.logs.models import LogsBackend

from rehearsal.localaws.services import log_history


def backend_with(**streams: int) -> LogsBackend:
    """A backend whose streams were written to one after the other."""
    made = LogsBackend("us-east-1", "123456789012")
    made.create_log_group("group", {})
    for name, count in streams.items():
        made.create_log_stream("group", name)
        events: list[dict[str, Any]] = [
            {"timestamp": 1_800_000_000_000 + number, "message": f"{name}-{number}"} for number in range(count)
        ]
        made.groups["group"].streams[name].put_log_events(events)
    return made


def messages(backend: LogsBackend) -> list[str]:
    return [event.message for stream in backend.groups["group"].streams.values() for event in stream.events]


def test_the_oldest_events_of_the_stream_that_is_oldest_go_first() -> None:
    backend = backend_with(old=5, new=20)
    assert log_history.forget_oldest(backend, most=18) == 7
    assert messages(backend) == [f"new-{number}" for number in range(2, 20)]


def test_a_few_more_than_are_kept_stay() -> None:
    backend = backend_with(old=50, new=59)
    assert log_history.forget_oldest(backend, most=100) == 0
    assert len(messages(backend)) == 109
