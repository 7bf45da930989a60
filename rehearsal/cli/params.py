"""``rehearse params``: the UserParameters of the running pipeline, by Stage/Action."""

import json
from typing import Annotated

from rich.markup import escape
from typer import Argument, Option

from rehearsal.cli import completion
from rehearsal.cli.app import command, group
from rehearsal.cli.confirmation import Consent
from rehearsal.cli.given_text import HOW, text_of
from rehearsal.cli.options import AccountOptions, PipelineOptions, WorkshopOptions
from rehearsal.cli.output import Output
from rehearsal.cli.pipeline import execution_of
from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.executions import addressing, executions
from rehearsal.toolkit.parameters import user_parameters
from rehearsal.toolkit.parameters.user_parameters import Change
from rehearsal.toolkit.stacks import discovery

params = group("params")
Address = Annotated[
    str,
    Argument(
        metavar="STAGE/ACTION",
        help="The bare action name will do where it is unique.",
        autocompletion=completion.actions,
    ),
]


@command("rehearse params show FullTest", below=params)
def show(
    account: AccountOptions,
    which: PipelineOptions,
    output: Output,
    action: Annotated[
        str | None, Argument(metavar="[STAGE/ACTION]", help="All if not given.", autocompletion=completion.actions)
    ] = None,
) -> None:
    """Show the UserParameters that the pipeline's next run will use."""
    aws = account.reach()
    declared = executions.definition(aws, which.choose(aws).pipeline)
    chosen = [addressing.find(declared, action)] if action else addressing.actions_of(declared)
    texts = {
        each.path: each.configuration["UserParameters"] for each in chosen if "UserParameters" in each.configuration
    }
    document = {path: _parsed(text) for path, text in texts.items()}
    output.result(document, "\n".join(f"{path}\n  {escape(text)}" for path, text in texts.items()) or "none")


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


@command(
    """rehearse params check FullTest '{"env": "Test", "s3bucket": "b", "s3key": "test/test.csv"}'""", below=params
)
def check(
    output: Output,
    action: Address,
    given: Annotated[str, Argument(metavar="JSON", help=f"The UserParameters, {HOW}.")],
) -> None:
    """Check UserParameters before they are used: points at the character. Needs no account."""
    checked = user_parameters.check(action, text_of(given, "JSON"))
    warnings = [problem.message for problem in checked.warnings]
    lines = [f"{action}: good", *(f"warning: {escape(warning)}" for warning in warnings)]
    output.result({"action": action, "values": dict(checked.values), "warnings": warnings}, "\n".join(lines))


@command("rehearse params set SmokeTest s3key=validation/validation.csv", below=params, name="set")
def set_(
    account: AccountOptions,
    which: WorkshopOptions,
    consent: Consent,
    output: Output,
    action: Address,
    assignment: Annotated[list[str] | None, Argument(metavar="NAME=VALUE...", help="Keys to set.")] = None,
    unset: Annotated[list[str] | None, Option(help="A key to remove; repeatable.")] = None,
) -> None:
    """Change UserParameters: checks them, updates the stack, says what changed. The next release uses them."""
    if not assignment and not unset:
        raise BadInput("no key is named", where=action, next_step="write NAME=VALUE to set one, or --unset NAME")
    aws = account.reach()
    found = which.find(aws)
    chosen = addressing.find(executions.definition(aws, found.pipeline), action)
    before = chosen.configuration.get("UserParameters", "")
    after = user_parameters.changed(before, discovery.assignments(assignment or []), unset or [])
    user_parameters.check(chosen.path, after)
    changes = user_parameters.differences(before, after)
    if changes:
        consent.obtain(aws, f"update the stack {found.pipeline_stack}")
        with output.display() as display:
            user_parameters.set_in_stack(aws, found, chosen, after, display.tell)
    output.result({"action": chosen.path, "changes": _document(changes)}, _text(chosen.path, changes))
    if changes:
        output.say("next: rehearse release    (an execution that failed before cannot be retried with it)")


@command("rehearse params diff", below=params)
def diff(
    account: AccountOptions,
    which: PipelineOptions,
    output: Output,
    run: Annotated[
        str | None,
        Argument(help="Execution id, or its beginning; the newest if not given.", autocompletion=completion.executions),
    ] = None,
) -> None:
    """Show what the next release would be told that a past run was not."""
    aws = account.reach()
    found = which.choose(aws)
    declared = executions.definition(aws, found.pipeline)
    past = executions.read(aws, declared, execution_of(aws, found, run))
    used = {
        action.path: user_parameters.as_declared(action.configuration.get("UserParameters", ""), past.execution_id)
        for action in past.actions
        if action.started_at
    }
    now = user_parameters.of_pipeline(declared)
    changed = {path: user_parameters.differences(used[path], text) for path, text in now.items() if path in used}
    document = {path: _document(changes) for path, changes in changed.items() if changes}
    text = "\n".join(_text(path, changes) for path, changes in changed.items() if changes)
    output.result(document, text or f"nothing changed since execution {past.execution_id}")


def _document(changes: list[Change]) -> list[dict[str, object]]:
    return [{"key": change.key, "before": change.before, "after": change.after} for change in changes]


def _text(path: str, changes: list[Change]) -> str:
    if not changes:
        return f"{path}: nothing changes"
    lines = [f"  {change.key}: {_shown(change.before)} -> {_shown(change.after)}" for change in changes]
    return "\n".join([path, *map(escape, lines)])


def _shown(value: object) -> str:
    return "(not set)" if value is None else json.dumps(value)
