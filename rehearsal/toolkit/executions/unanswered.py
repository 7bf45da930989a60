"""Functions that have failed without telling CodePipeline: seen in their logs long before CodePipeline gives up on
them.

CodePipeline calls a function asynchronously and then waits twenty minutes for PutJobSuccessResult or
PutJobFailureResult, whatever became of the call (CodePipeline user guide, "Invoke an AWS Lambda function in a
pipeline").
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from rehearsal.toolkit.aws import capabilities, translation
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.executions import logs
from rehearsal.toolkit.executions.events import FunctionFailed
from rehearsal.toolkit.executions.executions import ActionRun, Execution, Status
from rehearsal.toolkit.executions.logs import Interval, Source

_REPLY = timedelta(minutes=20)
_EVERY_SECONDS = 1.0


class _Ending(NamedTuple):
    pattern: re.Pattern[str]
    words: str


_ENDINGS = (
    _Ending(re.compile(r"Task timed out after (?P<what>[\d.]+) seconds"), "timed out after {what} s"),
    _Ending(re.compile(r"signal: killed|Runtime\.OutOfMemory"), "ran out of memory and was killed"),
    _Ending(re.compile(r"Runtime exited with error: (?P<what>[^\n]+)"), "ended with {what}"),
    _Ending(re.compile(r"Runtime exited without providing a reason"), "ended by itself"),
    _Ending(re.compile(r"^\[ERROR\] (?P<what>[A-Za-z_][\w.]*(?::[^\r\n]*)?)"), "failed with {what}"),
)
"""What Lambda and its Python runtime write, and what that is in words; the first that fits is taken."""


def reason_in(messages: Iterable[str]) -> str | None:
    """How the last failed call in a function's log failed; None when none did. Pure."""
    found = None
    for message in messages:
        for ending in _ENDINGS:
            match = ending.pattern.search(message)
            if match:
                found = ending.words.format(what=match.groupdict().get("what", ""))
                break
    return found


class Listener:
    """Looks into the logs of functions whose actions run; tells each failure once."""

    def __init__(self, aws: Aws, now: Callable[[], float] = time.monotonic) -> None:
        self._aws = aws
        self._now = now
        self._next_look = now()
        self._told: set[tuple[str, int, str]] = set()

    def look(self, execution: Execution) -> Iterator[FunctionFailed]:
        """The failures that are new; looks at most once a second."""
        if self._now() < self._next_look:
            return
        self._next_look = self._now() + _EVERY_SECONDS
        for action in execution.actions:
            reason = self._reason(action) if action.status is Status.IN_PROGRESS else None
            key = (action.path, action.attempts, reason or "")
            if reason and key not in self._told:
                self._told.add(key)
                yield FunctionFailed(action, _function(action), reason, _waits_until(action), self._advice(action))

    def _reason(self, action: ActionRun) -> str | None:
        """From the action's beginning on: a log that cannot be read says nothing."""
        if action.provider != "Lambda" or action.started_at is None:
            return None
        try:
            source = Source(f"/aws/lambda/{_function(action)}", during=Interval(action.started_at))
            lines = logs.read(self._aws, source.from_the_beginning)
        except translation.FAILURES:
            return None  # a caller without logs:FilterLogEvents watches all the same
        return reason_in(line.message for line in lines)

    def _advice(self, action: ActionRun) -> tuple[str, ...]:
        general = (
            "(Lambda calls it again after one and two minutes; that may still succeed)",
            f"to see why: rehearse logs {action.path}    not to wait: rehearse stop --abandon",
        )
        if not capabilities.is_rehearsal(self._aws):
            return general
        port = urlsplit(self._aws.endpoint_url or "").port
        return (
            *general,
            "to let the time pass: rehearse clock advance 20m",
            f'in another terminal, first: eval "$(rehearse env --port {port})"',
        )


def _function(action: ActionRun) -> str:
    return action.configuration.get("FunctionName", "")


def _waits_until(action: ActionRun) -> datetime:
    """Twenty minutes after the call, which came with the action's beginning or its last sign of life."""
    assert action.started_at is not None  # it runs
    return max(action.started_at, action.updated_at or action.started_at) + _REPLY
