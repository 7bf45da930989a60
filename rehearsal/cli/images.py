"""``rehearse images``: the Python environments that stand for container images."""

from collections.abc import Mapping
from typing import Annotated

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from typer import Argument

from rehearsal.cli.app import command, group
from rehearsal.cli.output import Output
from rehearsal.images import preparing
from rehearsal.images.preparing import CannotPrepare, Prepared
from rehearsal.toolkit.aws.errors import BadInput

images_ = group("images")


@command(
    "rehearse images prepare 683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:0.23-1-cpu-py3",
    below=images_,
)
def prepare(
    output: Output,
    image: Annotated[str, Argument(help="URI of a scikit-learn or XGBoost image of AWS, of any region.")],
) -> None:
    """Install the libraries of an image, as near to it as this machine allows: its scripts then run with them."""
    try:
        made = preparing.prepare(image, output.say)
    except CannotPrepare as error:
        raise BadInput(str(error), where=image, next_step=error.next_step) from error
    document = {"python": made.python, "bytes": made.size, "versions": made.versions, "differences": made.differences}
    output.result(document, _told(made))


def _told(made: Prepared) -> RenderableType:
    """Where the environment is and its size; then what is not as in the image. The path stays in one piece, however
    narrow the table."""
    head = f"{made.python}: {made.size / 1e6:.0f} MB" + ("" if made.differences else ", all as in the image")
    return Group(escape(head), _table(made.differences)) if made.differences else escape(head)


def _table(differences: Mapping[str, tuple[str, str]]) -> Table:
    table = Table()
    for heading in ("differs", "in the image", "here"):
        table.add_column(heading)
    for name, (theirs, ours) in differences.items():
        table.add_row(name, theirs, ours)
    return table
