"""The Typer application that the commands register with, and how they do."""

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
import typer.core
import typer.main

from rehearsal import __version__
from rehearsal.cli.panels import PANEL_OF, PLACES
from rehearsal.cli.unfolding import unfolded

_USAGE_ERROR: Any = typer.BadParameter.__base__
"""Whatever is wrong with how a command was typed."""


@contextmanager
def _wrong_usage_in_json() -> Iterator[None]:
    """A document for who asked for one, before the usage is explained on standard error."""
    try:
        yield
    except _USAGE_ERROR as error:
        if "--json" in sys.argv:
            from rehearsal.cli.output import print_json  # late: a command that is typed well has it anyway

            context = error.ctx
            path = context.command_path if context is not None else "rehearse"
            told = {"type": "UsageError", "what": error.format_message(), "where": path, "next": f"{path} --help"}
            print_json({"error": told})
        raise


class _ImportedWhenCalled(typer.core.TyperGroup):
    """Lists the commands as the panels have them, and imports the module of the one that is called."""

    def __init__(self, *, commands: dict[str, Any], **settings: Any) -> None:
        super().__init__(commands={name: _listed(name) for name in PLACES} | commands, **settings)

    def make_context(self, *arguments: Any, **named: Any) -> Any:
        """The application's own options, read."""
        with _wrong_usage_in_json():
            return super().make_context(*arguments, **named)

    def invoke(self, ctx: Any) -> Any:
        """Find the command, read its options, run it."""
        with _wrong_usage_in_json():
            return super().invoke(ctx)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is called, and what is left of ``args`` for it."""
        if args and args[0] in PLACES:
            importlib.import_module(f"rehearsal.cli.{PLACES[args[0]].module}")
            self.commands = commands()
        return super().resolve_command(ctx, args)


def _listed(name: str) -> Any:
    """What the help shows of a command whose module is not imported."""
    return typer.core.TyperCommand(name, help=PLACES[name].summary, rich_help_panel=PANEL_OF[name])


app = typer.Typer(
    name="rehearse",
    cls=_ImportedWhenCalled,
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


def group(name: str) -> typer.Typer:
    """A command with commands below it (``rehearse data split``)."""
    below = typer.Typer(name=name, help=PLACES[name].summary, no_args_is_help=True, rich_markup_mode="rich")
    app.add_typer(below, rich_help_panel=PANEL_OF[name])
    return below


def command(example: str, *, below: typer.Typer = app, name: str | None = None) -> Callable[..., Any]:
    """Register a function as a command of :mod:`rehearsal.cli.panels`; its docstring is the help, ``example`` stands
    beneath."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        panel = PANEL_OF[name or function.__name__] if below is app else None
        below.command(name, epilog=f"Example: {example}", rich_help_panel=panel)(unfolded(function))
        return function

    return register


def commands() -> dict[str, Any]:
    """Every command by name; of a module that is not imported yet, only what is listed of it."""
    root: Any = typer.main.get_group(app)
    return dict(root.commands)


def all_commands() -> Any:
    """The application with every command of it, for what reads them all."""
    for module in sorted({place.module for place in PLACES.values()}):
        importlib.import_module(f"rehearsal.cli.{module}")
    return typer.main.get_group(app)
