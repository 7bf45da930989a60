"""``rehearse where``: one line from a commit or a version of data to model, endpoint and approver."""

from dataclasses import asdict
from typing import Annotated

from rich.markup import escape
from typer import Argument, Exit

from rehearsal.cli.app import command
from rehearsal.cli.options import AccountOptions
from rehearsal.cli.output import Output
from rehearsal.toolkit.executions import whereabouts


@command("rehearse where 3f2c91ab")
def where(
    account: AccountOptions,
    output: Output,
    revision: Annotated[
        str, Argument(help="A commit, the version of a source's object or of training data; its beginning is enough.")
    ],
) -> None:
    """Show where a revision is: its executions, models, endpoints and who approved. Exits 1 if nothing took it."""
    ways = whereabouts.find(account.reach(), revision)
    document = [{**asdict(way), "started_at": way.started_at.isoformat()} for way in ways]
    none = f"none of the {whereabouts.MOST_EXECUTIONS} newest executions of any pipeline took {revision}"
    output.result({"ways": document}, "\n".join(escape(whereabouts.line_of(way)) for way in ways) or escape(none))
    if not ways:
        raise Exit(1)
