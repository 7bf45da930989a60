"""``rehearse parity``: how an account answers, written down, and held against the embedded AWS."""

import secrets
from pathlib import Path
from typing import Annotated

from rich.markup import escape
from typer import Argument, Exit, Option

from rehearsal.cli.app import command, group
from rehearsal.cli.confirmation import Consent
from rehearsal.cli.options import AccountOptions
from rehearsal.cli.output import Output
from rehearsal.cli.pipeline import estimate_text
from rehearsal.toolkit import project
from rehearsal.toolkit.aws import capabilities
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import BadInput, RehearsalError
from rehearsal.toolkit.checks import pricing
from rehearsal.toolkit.executions.events import silence
from rehearsal.toolkit.parity import comparison, paid, recording, removing, script, transcript
from rehearsal.toolkit.parity.calls import PREFIX, Call, Names
from rehearsal.toolkit.parity.comparison import Difference
from rehearsal.toolkit.stacks import template_files

parity_ = group("parity")
WithJobs = Annotated[bool, Option("--with-jobs", help="Also calls that are charged: a training job, an endpoint.")]


@command("rehearse parity record -o transcript.json", below=parity_)
def record(
    account: AccountOptions,
    consent: Consent,
    output: Output,
    file: Annotated[Path, Option("-o", "--output", help="Where the transcript goes.")] = Path("transcript.json"),
    with_jobs: WithJobs = False,
) -> None:
    """Run the script on an account and write how it answered, without ids, times and secrets. Read it before you send
    it.

    Everything that it makes is named parity-RUN, tagged, and removed at the end, also after Ctrl-C.
    """
    aws = account.reach()
    calls = _script(aws, with_jobs)
    recorded = _run(aws, calls, consent, output)
    transcript.write(recorded.transcript, file, recorded.secrets)
    count = len(recorded.transcript.entries)
    output.result(
        {"file": str(file), "calls": count, "place": recorded.transcript.place},
        f"{count} calls are written to {escape(str(file))}; read it before you send it to anybody",
    )


@command("rehearse parity compare transcript.json", below=parity_)
def compare(
    account: AccountOptions,
    consent: Consent,
    output: Output,
    file: Annotated[Path, Argument(metavar="FILE", help="A transcript.")],
) -> None:
    """Run the script here and print where the answers differ from a transcript's, by call and field. Exits 1 if any
    does."""
    recorded = transcript.read(file)
    aws = account.reach()
    with_jobs = any(entry.name in {call.name for call in paid.paid()} for entry in recorded.entries)
    here = _run(aws, _script(aws, with_jobs), consent, output).transcript
    found = comparison.differences(recorded, here)
    document = {
        "recordedOn": recorded.place,
        "calls": len(recorded.entries),
        "differences": [vars(each) for each in found],
    }
    output.result(document, _differences_text(found, len(recorded.entries)))
    if found:
        raise Exit(1)


@command("rehearse parity clean 3f9c2a", below=parity_)
def clean(
    account: AccountOptions,
    consent: Consent,
    output: Output,
    run: Annotated[str, Argument(metavar="RUN", help="The run's id, which recording has named.")],
) -> None:
    """Remove what a recording that was cut off has left in an account."""
    aws = account.reach()
    names = _names(aws, run.removeprefix(PREFIX))
    consent.obtain(aws, f"remove everything named {names.prefix}")
    left = removing.remove(aws, _script(aws, with_jobs=True), names, silence)
    output.result(
        {"run": names.run, "left": left}, f"nothing of run {names.run} is left" if not left else "\n".join(left)
    )
    if left:
        raise RehearsalError(
            f"{len(left)} things are left: {left[0]}", next_step="remove what holds it, then try again"
        )


def _script(aws: Aws, with_jobs: bool) -> tuple[Call, ...]:
    return (*script.free(aws.region), *(paid.paid() if with_jobs else ()))


def _names(aws: Aws, run: str) -> Names:
    if not run.isalnum() or not run.islower() or len(run) > 12:
        raise BadInput(f"{run!r} is no id of a run", where="RUN", next_step="give the id that the recording has named")
    image = template_files.algorithm_image(project.find().pipeline_template, aws.region, aws.partition)
    return Names(run, aws.identity.account_id, aws.region, aws.partition, image)


def _run(aws: Aws, calls: tuple[Call, ...], consent: Consent, output: Output) -> recording.Recorded:
    names = _names(aws, f"r{secrets.token_hex(3)}")
    charged = [call for call in calls if call.is_paid]
    if charged and not capabilities.is_rehearsal(aws):
        output.say("charged: " + ", ".join(f"{call.name} ({call.operation})" for call in charged))
        output.say(estimate_text(pricing.of_parameters(aws, paid.USER_PARAMETERS)))
    consent.obtain(
        aws, f"make {len(calls)} calls ({len(charged)} charged), with names beginning {names.prefix}, and remove all"
    )
    output.say(f"run {names.run}; if it is cut off: rehearse parity clean {names.run}")
    with output.display() as display:
        return recording.record(aws, calls, names, display.tell)


def _differences_text(found: list[Difference], calls: int) -> str:
    lines = []
    for each in found:
        lines.append(f"[bold]{escape(each.call)}[/]  {escape(each.field)}")
        lines += [f"   recorded  {escape(str(each.recorded))}", f"   here      {escape(str(each.here))}"]
    differing = len({each.call for each in found})
    return "\n".join([*lines, f"{calls - differing} of {calls} calls are answered alike, {differing} differ"])
