"""The Typer application that the commands register with, and how they do."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from rehearsal import __version__
from rehearsal.cli.options import unfolded

app = typer.Typer(
    name="rehearse",
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
    app.add_typer(below)
    return below


def command(example: str, *, below: typer.Typer = app, name: str | None = None) -> Callable[..., Any]:
    """Register a function as a command; its docstring is the help, ``example`` is shown beneath."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        below.command(name, epilog=f"Example: {example}")(unfolded(function))
        return function

    return register
