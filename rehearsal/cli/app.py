"""The Typer application that the commands register with, and how they do."""

from collections.abc import Callable
from typing import Annotated, Any

import typer
import typer.core

from rehearsal import __version__
from rehearsal.cli.options import unfolded

PANELS = {
    "Start": ("run", "up", "env", "exec", "launch", "release", "package", "upload", "data", "images"),
    "Look": ("status", "logs", "history", "diff", "invoke", "doctor"),
    "Change": ("params", "approve", "retry", "stop"),
    "Labs": ("lab",),
    "A class": ("class", "publish"),
    "The embedded AWS": ("clock", "fault", "mailbox", "iam", "parity"),
    "Clean up": ("leaks", "destroy", "down"),
}
"""The commands as the help shows them: panels by what a user is about to do, each in the order of first use."""

_PANEL_OF = {name: panel for panel, names in PANELS.items() for name in names}
_PLACES = {name: place for place, name in enumerate(_PANEL_OF)}


class _InPanels(typer.core.TyperGroup):
    """Lists the commands by the panels, not by the order in which modules are imported."""

    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(super().list_commands(ctx), key=_PLACES.__getitem__)


app = typer.Typer(
    name="rehearse",
    cls=_InPanels,
    help="Rehearse an MLOps pipeline: on this laptop with the embedded AWS, and unchanged on a real account.",
    epilog="Exit codes: 0 done, 1 failed, 2 used wrongly, 130 interrupted.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode="rich",
)


def _show_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"rehearse {__version__}")
        raise typer.Exit


@app.callback()
def _before_commands(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """What stands before a command; the application has its help already."""


def group(name: str, summary: str) -> typer.Typer:
    """A command with commands below it (``rehearse data split``)."""
    below = typer.Typer(name=name, help=summary, no_args_is_help=True, rich_markup_mode="rich")
    app.add_typer(below, rich_help_panel=_PANEL_OF[name])
    return below


def command(example: str, *, below: typer.Typer = app, name: str | None = None) -> Callable[..., Any]:
    """Register a function as a command; its docstring is the help, ``example`` is shown beneath. :data:`PANELS` has its place."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        panel = _PANEL_OF[name or function.__name__] if below is app else None
        below.command(name, epilog=f"Example: {example}", rich_help_panel=panel)(unfolded(function))
        return function

    return register
