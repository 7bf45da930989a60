"""What a failed execution tells its user: which action, why in the service's words, what that means here, what its log
said last."""

import re
from collections.abc import Iterable, Iterator, Sequence

from rehearsal.toolkit.aws import explanations, translation
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import ExecutionFailed
from rehearsal.toolkit.executions import logs
from rehearsal.toolkit.executions.executions import ActionRun, Execution
from rehearsal.toolkit.executions.logs import Source
from rehearsal.toolkit.executions.tracebacks import STACK_BEGINS, last_frames, without_stack

_LAST_LINES = 6
_WITHOUT_NEWS = ("START RequestId", "END RequestId", "INIT_START ", "REPORT RequestId", '{"_aws"')
"""Lines that only frame an invocation. A REPORT line with a status is news."""
_PREFIX = re.compile(r"^\[(\w+)\]\t[\dT:.-]+Z?\t[0-9a-f-]{36}\t")
"""Level, time and request id before what Lambda's Python runtime logs."""
_PLACE_OF_LOG = re.compile(r"\s*\bLog: \S+ \S+$")
"""What the workshop's functions put behind a failure, for who reads it in AWS's console."""


def failure_of(execution: Execution, log_lines: Sequence[str] = (), before_logs: str = "") -> ExecutionFailed:
    """The failure as an error; ``before_logs`` is what must be done before ``rehearse logs`` can show more. Pure."""
    failed = execution.failed_actions
    if not failed:
        reason = execution.status_summary or "no action reports an error"
        return ExecutionFailed(
            f"the execution is {execution.status}: {reason}",
            where=f"{execution.pipeline}, execution {execution.execution_id}",
            next_step="rehearse status shows its stages",
        )
    first = failed[0]
    message = _words_of(first) or "the service gives no reason"
    code = f" ({first.error.code})" if first.error and first.error.code else ""
    meaning = explanations.meaning_of("\n".join([message, *log_lines])) or explanations.meaning_of(message)
    more = f"{before_logs}rehearse logs {first.path} shows more"
    return ExecutionFailed(
        f"{first.path} {first.status}: {message}{code}",
        where=f"{execution.pipeline}, execution {execution.execution_id}",
        next_step=f"{meaning}; {more}" if meaning else more,
        log_lines=log_lines,
    )


def with_log(aws: Aws, execution: Execution, before_logs: str = "") -> ExecutionFailed:
    """The failure with the last lines of the log of what failed: the function, or the job or endpoint that it names."""
    failed = execution.failed_actions
    return failure_of(execution, last_words(aws, execution, failed[0]) if failed else (), before_logs)


def last_words(aws: Aws, execution: Execution, action: ActionRun) -> tuple[str, ...]:
    """The last lines of each log that belongs to a failed action, under the name of its group."""
    found: list[str] = []
    for source in telling_sources(logs.sources_of(execution, action), _words_of(action)):
        try:
            lines = logs.read(aws, source.from_the_beginning if source.is_function else source)
        except translation.FAILURES as error:
            found.append(f"{source.group} cannot be read: {translation.explain(error).what}")
            continue
        told = (line for line in worth_telling(line.message for line in lines) if not is_said(line, action))
        messages = list(dict.fromkeys(told))[-_LAST_LINES:]
        found += [source.group, *(f"  {message}" for message in messages)] if messages else []
    return tuple(found)


def is_said(line: str, action: ActionRun) -> bool:
    """Whether a log line only repeats the action's own words, which stand above it."""
    return " ".join(_words_of(action).split()) in " ".join(line.split())


def telling_sources(sources: Sequence[Source], message: str) -> list[Source]:
    """The function's log, and those of jobs and endpoints that the message names. Pure."""
    return [source for source in sources if source.is_function or source.subject in message]


def worth_telling(messages: Iterable[str]) -> Iterator[str]:
    """Log lines without what only frames an invocation; of an exception's stack the innermost frames. Pure."""
    for message in _joined(messages):
        frames = message.startswith(_WITHOUT_NEWS) and "Status: " not in message
        if not frames and (words := _PREFIX.sub(r"[\1] ", without_stack(message))):
            yield words
            yield from (f"  {frame}" for frame in last_frames(message))


def _joined(messages: Iterable[str]) -> Iterator[str]:
    """The messages, a stack that came line by line (printed, not logged) as one of them."""
    stack: list[str] = []
    for message in messages:
        if message.startswith(STACK_BEGINS):
            stack = [message]
        elif stack and message.startswith(" "):
            stack.append(message)
        else:
            yield "\n".join([*stack, message])
            stack = []
    if stack:
        yield "\n".join(stack)


def _words_of(action: ActionRun) -> str:
    """Why it failed, without what the lines below tell anyway."""
    return _PLACE_OF_LOG.sub("", without_stack(action.error.message if action.error else action.summary))
