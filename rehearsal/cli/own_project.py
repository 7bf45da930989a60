"""``rehearse init`` and ``rehearse upgrade``: a project that one owns, and what a newer release has otherwise."""

from pathlib import Path
from typing import Annotated

from rich.markup import escape
from typer import Argument, Option

from rehearsal import __version__
from rehearsal.cli.app import command
from rehearsal.cli.output import Output
from rehearsal.toolkit import own_project, project
from rehearsal.toolkit.own_project import Change

_NEXT = {"workshop": "rehearse run", "pipeline": "rehearse deploy template.yaml --source source/"}


@command("rehearse init my-project --kind pipeline")
def init(
    output: Output,
    folder: Annotated[Path, Argument(metavar="DIR", help="A folder that is missing or empty.")],
    kind: Annotated[
        str,
        Option(help="workshop, pipeline (of one Lambda function), example:NAME or lab:NAME; a wrong one lists all."),
    ] = "workshop",
) -> None:
    """Make a project that you own: the workshop, a lab, or a small pipeline to start from."""
    made = own_project.make(folder, kind, project.shipped())
    begin = _NEXT.get(kind, "its README.md says how to go on")
    text = f"{folder.resolve()}: {len(made)} files of {kind}, release {__version__}\nnext: cd {folder} && {begin}"
    output.result({"folder": str(folder.resolve()), "kind": kind, "release": __version__, "files": made}, text)


@command("rehearse upgrade my-project --diff")
def upgrade(
    output: Output,
    folder: Annotated[Path, Argument(metavar="DIR", help="A project made by rehearse init.")] = Path(),
    diff: Annotated[bool, Option("--diff", help="Show the lines, too.")] = False,
    apply: Annotated[bool, Option("--apply", help="Take over the files that you have not changed.")] = False,
) -> None:
    """Show what the installed release has otherwise than the one that a project was made from."""
    shipped = project.shipped()
    made, changes = own_project.read(folder), own_project.differences(folder, shipped)
    taken = own_project.apply(folder, changes, shipped) if apply else []
    lines = [f"{folder.resolve()}: {made.kind} of release {made.release}; installed is {__version__}"]
    for each in changes:
        word = "taken over" if each.path in taken else _WORDS[each.change]
        lines.append(f"  {each.path}: {word}")
        if diff and each.diff:
            lines.append(escape(each.diff))
    if not changes:
        lines.append("nothing differs")
    document = [{"path": each.path, "change": str(each.change), "diff": each.diff} for each in changes]
    output.result({"from": made.release, "to": __version__, "changes": document, "taken": taken}, "\n".join(lines))


_WORDS = {
    Change.NEW: "new in the release",
    Change.CHANGED: "changed in the release, not by you: --apply takes it over",
    Change.BOTH: "changed by the release and by you: --diff shows what is different",
    Change.GONE: "no longer in the release",
}
