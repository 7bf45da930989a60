"""Functions that failed without an answer: seen in their log, told once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.executions import unanswered
from rehearsal.toolkit.executions.executions import ActionRun, Execution, StageRun, Status

BEGAN = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("2026-11-21T01:00:03.010Z 1-2 Task timed out after 3.00 seconds", "timed out after 3.00 s"),
        (
            "RequestId: 1 Error: Runtime exited with error: signal: killed\nRuntime.ExitError",
            "ran out of memory and was killed",
        ),
        (
            "RequestId: 1 Error: Runtime exited with error: exit status 3\nRuntime.ExitError",
            "ended with exit status 3",
        ),
        ("RequestId: 1 Error: Runtime exited without providing a reason", "ended by itself"),
        ("[ERROR] RuntimeError: boom\rTraceback (most recent call last):", "failed with RuntimeError: boom"),
        (
            "[ERROR] Runtime.ImportModuleError: Unable to import module 'a': No module named 'b'",
            "failed with Runtime.ImportModuleError: Unable to import module 'a': No module named 'b'",
        ),
        ("[ERROR]\t2026-11-21T01:00:00.000Z\t1-2\ta word of the function's own", None),
        ("REPORT RequestId: 1 Duration: 3 ms", None),
    ],
)
def test_lambdas_words_become_a_reason(message: str, reason: str | None) -> None:
    assert unanswered.reason_in(["START RequestId: 1", message, "END RequestId: 1"]) == reason


class Logs:
    """CloudWatch Logs with one line."""

    class exceptions:
        class ResourceNotFoundException(Exception):
            pass

    def __init__(self, message: str) -> None:
        self.message = message
        self.queries: list[dict[str, Any]] = []

    def get_paginator(self, _operation: str) -> "Logs":
        return self

    def paginate(self, **query: Any) -> list[dict[str, Any]]:
        self.queries.append(query)
        event = {"timestamp": BEGAN.timestamp() * 1000, "message": self.message, "eventId": "1"}
        return [{"events": [event]}]


class Session:
    def __init__(self, client: Any) -> None:
        self._client = client

    def client(self, _service: str, **_options: Any) -> Any:
        return self._client


def execution(status: Status, provider: str = "Lambda", attempts: int = 1) -> Execution:
    action = ActionRun(
        "Dev",
        "Smoke",
        provider=provider,
        configuration={"FunctionName": "Evaluate"},
        status=status,
        started_at=BEGAN,
        updated_at=BEGAN + timedelta(seconds=30),
        attempts=attempts,
    )
    return Execution("p", "e", Status.IN_PROGRESS, "", (StageRun("Dev", (action,)),))


def test_a_failure_is_told_once_with_the_time_until_which_codepipeline_waits() -> None:
    logs, now = Logs("RequestId: 1 Task timed out after 3.00 seconds"), [0.0]
    listener = unanswered.Listener(Aws(Session(logs), "us-east-1"), now=lambda: now[0])
    (told,) = listener.look(execution(Status.IN_PROGRESS))
    assert (told.function, told.reason) == ("Evaluate", "timed out after 3.00 s")
    assert told.waits_until == BEGAN + timedelta(minutes=20, seconds=30)
    assert any("rehearse stop --abandon" in line for line in told.advice)
    assert not any("clock" in line for line in told.advice), "a real account has no such clock"
    assert logs.queries[0]["startTime"] == int(BEGAN.timestamp() * 1000)
    now[0] = 2.0
    assert list(listener.look(execution(Status.IN_PROGRESS))) == []
    now[0] = 4.0
    assert len(list(listener.look(execution(Status.IN_PROGRESS, attempts=2)))) == 1, "a retry fails anew"


def test_it_looks_at_most_once_a_second_and_only_at_functions_that_run() -> None:
    logs, now = Logs("[ERROR] E: x"), [0.0]
    listener = unanswered.Listener(Aws(Session(logs), "us-east-1"), now=lambda: now[0])
    for _ in range(5):
        list(listener.look(execution(Status.IN_PROGRESS)))
    assert len(logs.queries) == 1
    now[0] = 10.0
    assert list(listener.look(execution(Status.SUCCEEDED))) == []
    now[0] = 20.0
    assert list(listener.look(execution(Status.IN_PROGRESS, provider="CodeBuild"))) == []
    assert len(logs.queries) == 1
