"""``rehearse logs``: what functions, training jobs and endpoints wrote, and what a stack did."""

from collections.abc import Iterable
from typing import Annotated

from rich.markup import escape
from typer import Argument, Option

from rehearsal.cli import completion
from rehearsal.cli.app import command
from rehearsal.cli.log_places import LogPlace
from rehearsal.cli.options import AccountOptions, PipelineOptions
from rehearsal.cli.output import Output, results
from rehearsal.cli.pipeline import execution_of
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import NotThere
from rehearsal.toolkit.executions import addressing, executions
from rehearsal.toolkit.executions import logs as log_lines
from rehearsal.toolkit.executions.executions import Execution
from rehearsal.toolkit.executions.logs import Line, Source
from rehearsal.toolkit.stacks import stacks


@command("rehearse logs Train/GetStatus")
def logs(
    account: AccountOptions,
    which: PipelineOptions,
    place: LogPlace,
    output: Output,
    action: Annotated[
        str | None,
        Argument(help="Stage/Action; the failed or running one if not given.", autocompletion=completion.actions),
    ] = None,
    follow: Annotated[bool, Option("--follow", "-f", help="Go on showing new lines until Ctrl-C.")] = False,
    run: Annotated[
        str | None,
        Option(help="Execution id, or its beginning; the newest if not given.", autocompletion=completion.executions),
    ] = None,
    stack: Annotated[str | None, Option(help="Show the events of this stack instead.")] = None,
    lines: Annotated[int, Option("-n", "--lines", help="How many, counted from the end.", min=1)] = 100,
) -> None:
    """Show the log lines of an action: its function's, its training job's or endpoint's; or of what is named."""
    aws = account.reach()
    if stack is not None:
        _stack_events(aws, stack, output)
        return
    named = place.sources(aws)
    if named is not None:
        _show(aws, named.subject, list(named.sources), output, follow=follow, count=lines)
        return
    found = which.choose(aws)
    declared = executions.definition(aws, found.pipeline)
    execution = executions.read(aws, declared, execution_of(aws, found, run))
    path = addressing.find(declared, action).path if action else _interesting(execution)
    chosen = next(each for each in execution.actions if each.path == path)
    sources = log_lines.sources_of(execution, chosen)
    if not sources:
        raise NotThere(
            f"{path} has not begun", where=execution.execution_id, next_step="rehearse status shows where it stands"
        )
    _show(aws, path, sources, output, follow=follow, count=lines)


def _show(aws: Aws, subject: str, sources: list[Source], output: Output, *, follow: bool, count: int) -> None:
    output.say(f"{subject}: {', '.join(source.group for source in sources)}")
    if follow:
        _print(log_lines.follow(aws, [source.open_ended for source in sources]))
        return
    found_lines = log_lines.tail(aws, sources, count)
    if output.json:
        document = [{"time": each.at.isoformat(), "group": each.group, "message": each.message} for each in found_lines]
        output.result({"action": subject, "lines": document}, "")
    else:
        _print(found_lines)


def _interesting(execution: Execution) -> str:
    """The failed action, else the one that runs, else the last that ran."""
    begun = [action for action in execution.actions if action.started_at]
    if not begun:
        raise NotThere(
            "no action has begun", where=execution.execution_id, next_step="rehearse status shows where it stands"
        )
    failed = execution.failed_actions
    running = [action for action in begun if not action.status.has_ended]
    return (failed or running or begun[-1:])[0].path


def _print(lines: Iterable[Line]) -> None:
    console = results()
    for line in lines:
        console.print(f"[dim]{line.at:%H:%M:%S.%f}[/] {escape(line.message)}")


def _stack_events(aws: Aws, name: str, output: Output) -> None:
    events = list(stacks.events_of(aws, name))
    document = [
        {
            "time": str(event["Timestamp"]),
            "resource": event.get("LogicalResourceId"),
            "status": event.get("ResourceStatus"),
        }
        | {"reason": event.get("ResourceStatusReason", "")}
        for event in events
    ]
    lines = [
        f"{event['Timestamp']:%H:%M:%S} {event.get('LogicalResourceId', ''):<32} {event.get('ResourceStatus', ''):<28} "
        f"{escape(event.get('ResourceStatusReason', ''))}".rstrip()
        for event in events
    ]
    output.result({"stack": name, "events": document}, "\n".join(lines))
