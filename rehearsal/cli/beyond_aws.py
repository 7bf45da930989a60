"""``rehearse clock``, ``fault``, ``mailbox`` and ``iam``: what only the embedded AWS offers. A real account refuses
them."""

import webbrowser
from typing import Annotated, Any

from rich.markup import escape
from typer import Argument, Option

from rehearsal.cli import completion
from rehearsal.cli.app import command, group
from rehearsal.cli.fault_kinds import FAULT_KINDS
from rehearsal.cli.options import AccountOptions
from rehearsal.cli.output import Output
from rehearsal.toolkit.aws.errors import NotThere
from rehearsal.toolkit.embedded import beyond_aws
from rehearsal.toolkit.embedded.beyond_aws import Message, Usage

clock_ = group("clock")
fault_ = group("fault")
mailbox_ = group("mailbox")
iam_ = group("iam")


@command("rehearse clock show", below=clock_)
def show(account: AccountOptions, output: Output) -> None:
    """Show the time on the embedded AWS."""
    now = beyond_aws.clock(account.reach())
    output.result({"now": now.isoformat()}, f"{now:%Y-%m-%d %H:%M:%S} UTC")


@command("rehearse clock advance 7d", below=clock_)
def advance(
    account: AccountOptions,
    output: Output,
    by: Annotated[str, Argument(metavar="DURATION", help="90s, 20m, 1h30m, 7d, 2w; a bare number is seconds.")],
) -> None:
    """Let time pass at once: schedules fire, timeouts and approvals run out, credentials expire."""
    now = beyond_aws.advance_clock(account.reach(), beyond_aws.duration(by))
    output.result({"now": now.isoformat()}, f"it is now {now:%Y-%m-%d %H:%M:%S} UTC on the embedded AWS")


@command("rehearse fault add throttle --service sagemaker --operation CreateTrainingJob --count 2", below=fault_)
def add(
    account: AccountOptions,
    output: Output,
    kind: Annotated[
        str,
        Argument(help=f"{', '.join(FAULT_KINDS[:-1])} or {FAULT_KINDS[-1]}.", autocompletion=completion.fault_kinds),
    ],
    service: Annotated[str, Option(help="Service as the SDK names it (sagemaker); any if not given.")] = "",
    operation: Annotated[str, Option(help="Operation (CreateTrainingJob); any if not given.")] = "",
    name: Annotated[
        str,
        Option(
            help="Function, bucket, key, pipeline, job...; * stands for anything.", autocompletion=completion.functions
        ),
    ] = "*",
    count: Annotated[int, Option(help="How often it strikes.", min=1)] = 1,
    always: Annotated[bool, Option("--always", help="It strikes without end.")] = False,
    seconds: Annotated[
        float,
        Option(
            help="Length of a delay; how long a job trains first; how late changes of IAM count.", min=0.0, max=3600.0
        ),
    ] = 1.0,
) -> None:
    """Plan a fault at a chosen place."""
    members = {"service": service, "operation": operation, "name": name, "seconds": seconds}
    planned = beyond_aws.add_fault(account.reach(), {"kind": kind, **members, "count": None if always else count})
    output.result(planned, _fault_line(planned))


@command("rehearse fault list", below=fault_, name="list")
def list_faults(account: AccountOptions, output: Output) -> None:
    """List the planned faults and how often each still strikes."""
    _print_faults(beyond_aws.faults(account.reach()), output)


@command("rehearse fault clear fault-1", below=fault_)
def clear(
    account: AccountOptions,
    output: Output,
    fault: Annotated[str | None, Argument(help="Its id; all if not given.")] = None,
) -> None:
    """Forget planned faults, and those that have struck."""
    aws = account.reach()
    before = {each["id"] for each in beyond_aws.faults(aws)}
    left = beyond_aws.clear_faults(aws, fault)
    gone = len(before - {each["id"] for each in left})
    forgotten = f"{gone} fault{'' if gone == 1 else 's'} forgotten"
    output.result(
        {"forgotten": gone, "faults": left},
        "\n".join([forgotten if gone else "no fault was planned", *map(_fault_line, left)]),
    )


def _print_faults(planned: list[dict[str, Any]], output: Output) -> None:
    output.result({"faults": planned}, "\n".join(map(_fault_line, planned)) or "no fault is planned")


def _fault_line(fault: dict[str, Any]) -> str:
    left = {None: "always", 0: "has struck"}.get(fault["count"], f"{fault['count']} times more")
    call = f"{fault['service'] or 'any service'} {fault['operation'] or 'any operation'}"
    return escape(f"{fault['id']:<10} {fault['kind']:<20} {call:<36} name {fault['name']}  {left}")


@command("rehearse mailbox list", below=mailbox_, name="list")
def list_messages(account: AccountOptions, output: Output) -> None:
    """List the messages, oldest first."""
    found = beyond_aws.mailbox(account.reach())
    lines = [f"{each.number:>4}  {each.date}  {each.to}  {each.subject}" for each in found]
    output.result({"messages": [_document(each) for each in found]}, escape("\n".join(lines) or "no message has come"))


Number = Annotated[int | None, Argument(help="Its number; the newest if not given.")]


@command("rehearse mailbox show 1", below=mailbox_, name="show")
def show_message(account: AccountOptions, output: Output, number: Number = None) -> None:
    """Show a message."""
    found = beyond_aws.message(account.reach(), number)
    head = f"to {found.to}, {found.date}\n{found.subject}\n({found.file})\n\n"
    output.result(_document(found), escape(head + found.text))


@command("rehearse mailbox open", below=mailbox_, name="open")
def open_link(account: AccountOptions, output: Output, number: Number = None) -> None:
    """Open the page that a message links to, where an approval is answered, in the browser."""
    found = beyond_aws.message(account.reach(), number)
    if not found.links:
        raise NotThere(
            f"message {found.number} links to no page of the embedded AWS",
            where="mailbox",
            next_step=f"rehearse mailbox show {found.number} shows its text",
        )
    opened = webbrowser.open(found.links[0])
    words = "opened" if opened else "no browser could be started here; open it yourself:"
    output.result({"number": found.number, "url": found.links[0], "opened": opened}, f"{words} {found.links[0]}")


@command("rehearse mailbox confirm", below=mailbox_)
def confirm(account: AccountOptions, output: Output) -> None:
    """Confirm the subscriptions whose e-mails ask for it, as their readers would with the link."""
    confirmed = beyond_aws.confirm_subscriptions(account.reach())
    text = "\n".join(f"{each.to}: confirmed ({each.subject})" for each in confirmed)
    output.result({"confirmed": [each.number for each in confirmed]}, escape(text or "no subscription waits"))


def _document(message: Message) -> dict[str, Any]:
    return {
        "number": message.number,
        "to": message.to,
        "subject": message.subject,
        "date": message.date,
        "text": message.text,
        "file": message.file,
        "links": message.links,
    }


@command("rehearse iam usage --role TrainModel", below=iam_)
def usage(
    account: AccountOptions,
    output: Output,
    role: Annotated[str, Option(help="Only roles and users with this in their name.")] = "",
) -> None:
    """Show what each role used of its permissions, what it was denied, and what it never used."""
    found = [each for each in beyond_aws.usage(account.reach()) if role.lower() in each.name.lower()]
    document = [
        {"arn": each.arn, "used": each.used, "denied": each.denied, "neverUsed": list(each.unused)} for each in found
    ]
    output.result({"principals": document}, "\n".join(map(_usage_text, found)) or f"no role is named like {role!r}")


def _usage_text(usage: Usage) -> str:
    lines = [f"[bold]{escape(usage.name)}[/]"]
    lines += [f"  [red]denied[/]      {_counted(usage.denied)}"] if usage.denied else []
    lines += [f"  used        {_counted(usage.used) or 'nothing'}"]
    lines += [f"  never used  {escape(', '.join(usage.unused))}"] if usage.unused else []
    return "\n".join(lines)


def _counted(actions: dict[str, int]) -> str:
    return ", ".join(f"{action} x {times}" if times > 1 else action for action, times in sorted(actions.items()))
