"""``rehearse import``: a pipeline that runs in an account, as a project that the embedded AWS can run."""

from pathlib import Path
from typing import Annotated

from rich.markup import escape
from rich.prompt import Confirm
from typer import Option

from rehearsal.cli.app import command
from rehearsal.cli.options import AccountOptions
from rehearsal.cli.output import Output, talk
from rehearsal.toolkit.aws.errors import BadInput, Declined
from rehearsal.toolkit.importing import reading, writing


@command("rehearse import --pipeline my-pipeline -o my-pipeline", name="import")
def import_(
    account: AccountOptions,
    output: Output,
    pipeline: Annotated[str, Option(metavar="NAME", help="The pipeline to read.")],
    folder: Annotated[
        Path | None, Option("-o", "--output", help="Folder to write, missing or empty; the pipeline's name.")
    ] = None,
    review: Annotated[bool, Option("--review", help="Show the calls, then ask before any is made.")] = False,
) -> None:
    """Read a pipeline from the account, and write it as a project that rehearse deploy runs here.

    Only calls that change nothing are made; they are listed first. Values that look like secrets become parameters.
    """
    target = folder or Path(pipeline)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BadInput(f"{target} holds something already", where="--output", next_step="name a missing folder")
    aws = account.reach()
    output.say(f"reads from account {aws.identity.account_id}, region {aws.region}; changes nothing:")
    for calls in reading.CALLS:
        output.say(f"  {calls}")
    if review:
        _ask()
    found = reading.read(aws, pipeline)
    files = writing.write(found, target)
    document = {
        "folder": str(target.resolve()),
        "files": [str(file) for file in files],
        "resources": {name: each["Type"] for name, each in found.resources.items()},
        "parameters": list(found.parameters),
        "leftOut": [{"what": what, "why": why} for what, why in found.left_out],
    }
    lines = [f"{target.resolve()}: {len(found.resources)} resources, {len(found.zips)} zips"]
    lines += [f"  parameter {name}: {escape(purpose)}" for name, purpose in found.parameters.items()]
    lines += [f"  left out: {escape(what)}: {escape(why)}" for what, why in found.left_out]
    lines.append(f"next: rehearse deploy {target}/template.yaml    (on the embedded AWS: rehearse up, rehearse env)")
    output.result(document, "\n".join(lines))


def _ask() -> None:
    try:
        agreed = Confirm.ask("Read them?", console=talk(), default=False)
    except EOFError:
        agreed = False
    if not agreed:
        raise Declined("nothing was read", where="--review")
