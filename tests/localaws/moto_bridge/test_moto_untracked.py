"""What was deleted takes no memory: moto would list every record that there ever was."""

from collections.abc import Callable
from pathlib import Path

from tests.conftest import EmbeddedAws

_EVENTS = [{"timestamp": 1_800_000_000_000 + number, "message": "x" * 250_000} for number in range(4)]


def memory_mb(aws: EmbeddedAws) -> float:
    status = Path("/proc", str(aws.process.pid), "status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def test_memory_does_not_grow_with_what_is_put_and_deleted(aws: EmbeddedAws, unique: Callable[[str], str]) -> None:
    logs, group = aws.client("logs"), unique("group")

    def put_and_delete() -> None:
        """One megabyte."""
        logs.create_log_group(logGroupName=group)
        logs.create_log_stream(logGroupName=group, logStreamName="s")
        logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=_EVENTS)
        logs.delete_log_group(logGroupName=group)

    for _ in range(10):
        put_and_delete()
    before = memory_mb(aws)
    for _ in range(60):
        put_and_delete()
    assert memory_mb(aws) - before < 30
