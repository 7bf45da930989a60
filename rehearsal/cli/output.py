"""Where words go: results to standard output (text or one JSON document), talk and errors to standard error."""

import json
import sys
from dataclasses import dataclass
from typing import Annotated, Any

from rich.console import Console, RenderableType
from typer import Option

from rehearsal.cli.display import Display, display_on
from rehearsal.toolkit.aws.errors import RehearsalError


@dataclass(frozen=True)
class Output:
    """How the user wants to be answered."""

    json: Annotated[
        bool, Option("--json", help="Print one JSON document on standard output and nothing else there.")
    ] = False
    debug: Annotated[bool, Option("--debug", help="Show the Python traceback of an error.")] = False

    def result(self, document: Any, text: RenderableType) -> None:
        """Print the answer: ``document`` where a script listens, ``text`` for a person."""
        if self.json:
            print_json(document)
        else:
            results().print(text)

    def say(self, text: RenderableType) -> None:
        """A remark on standard error."""
        talk().print(text)

    def display(self) -> Display:
        """A progress display on standard error."""
        return display_on(talk())


def results() -> Console:
    """Standard output."""
    return Console(file=sys.stdout, highlight=False, soft_wrap=True)


def talk() -> Console:
    """Standard error."""
    return Console(file=sys.stderr, highlight=False, soft_wrap=True)


def print_json(document: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(document, indent=2, default=str) + "\n")
    sys.stdout.flush()


def print_error(error: RehearsalError) -> None:
    """What happened, where, what to do next."""
    console = talk()
    console.print(f"[bold red]error:[/] {_plain(error.what)}")
    for line in error.log_lines:
        console.print(f"  [dim]log:[/]   {_plain(line)}")
    if error.where:
        console.print(f"  [dim]where:[/] {_plain(error.where)}")
    if error.next_step:
        console.print(f"  [dim]next:[/]  {_plain(error.next_step)}")


def _plain(text: str) -> str:
    return text.replace("[", r"\[")
