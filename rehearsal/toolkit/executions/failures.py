"""What a failed execution tells its user: which action, why in the service's words, what that means here, what its log
said last."""

from collections.abc import Iterable, Iterator, Sequence

from rehearsal.toolkit.aws import explanations, translation
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import ExecutionFailed
from rehearsal.toolkit.executions import logs
from rehearsal.toolkit.executions.executions import ActionRun, Execution
from rehearsal.toolkit.executions.logs import Source

_LAST_LINES = 6
_STACK_BEGINS = "Traceback (most recent call last):"
_WITHOUT_NEWS = ("START RequestId", "END RequestId", "INIT_START ", "REPORT RequestId", '{"_aws"')
"""Lines that only frame an invocation. A REPORT line with a status is news."""


def failure_of(execution: Execution, log_lines: Sequence[str] = ()) -> ExecutionFailed:
    """The failure as an error. Pure."""
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
    more = f"rehearse logs {first.path} shows more"
    return ExecutionFailed(
        f"{first.path} {first.status}: {message}{code}",
        where=f"{execution.pipeline}, execution {execution.execution_id}",
        next_step=f"{meaning}; {more}" if meaning else more,
        log_lines=log_lines,
    )


def with_log(aws: Aws, execution: Execution) -> ExecutionFailed:
    """The failure with the last lines of the log of what failed: the function, or the job or endpoint that it names."""
    failed = execution.failed_actions
    return failure_of(execution, last_words(aws, execution, failed[0]) if failed else ())


def last_words(aws: Aws, execution: Execution, action: ActionRun) -> tuple[str, ...]:
    """The last lines of each log that belongs to a failed action, under the name of its group."""
    found: list[str] = []
    for source in telling_sources(logs.sources_of(execution, action), _words_of(action)):
        try:
            lines = logs.read(aws, source.from_the_beginning if source.is_function else source)
        except translation.FAILURES as error:
            found.append(f"{source.group} cannot be read: {translation.explain(error).what}")
            continue
        messages = list(worth_telling(line.message for line in lines))[-_LAST_LINES:]
        found += [source.group, *(f"  {message}" for message in messages)] if messages else []
    return tuple(found)


def telling_sources(sources: Sequence[Source], message: str) -> list[Source]:
    """The function's log, and those of jobs and endpoints that the message names. Pure."""
    return [source for source in sources if source.is_function or source.subject in message]


def worth_telling(messages: Iterable[str]) -> Iterator[str]:
    """Log lines without what only frames an invocation, and without the stacks of exceptions. Pure."""
    in_stack = False
    for message in messages:
        in_stack = message.startswith(_STACK_BEGINS) or (in_stack and message.startswith(" "))
        frames = message.startswith(_WITHOUT_NEWS) and "Status: " not in message
        if not in_stack and not frames and (words := without_stack(message)):
            yield words


def without_stack(message: str) -> str:
    """A message without the exception's stack: what comes before it, and its last line. The log has it whole. Pure."""
    before, stack, trace = message.replace("\r", "\n").partition(_STACK_BEGINS)
    if not stack:
        return message.rstrip()
    lines = [line for line in trace.splitlines() if line.strip() and not line.startswith((" ", "\xa0"))]
    return " ".join([before.strip(), *lines]).strip()


def _words_of(action: ActionRun) -> str:
    return without_stack(action.error.message if action.error else action.summary)
