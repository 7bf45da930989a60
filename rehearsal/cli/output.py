"""Where words go: results to standard output (text or one JSON document), talk and errors to standard error."""

import json
import sys
import textwrap
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
    """Standard output: on a terminal lines break between words, elsewhere they stay whole."""
    return Console(file=sys.stdout, highlight=False, soft_wrap=not sys.stdout.isatty())


def talk() -> Console:
    """Standard error, the same way."""
    return Console(file=sys.stderr, highlight=False, soft_wrap=not sys.stderr.isatty())


def print_json(document: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(document, indent=2, default=str) + "\n")
    sys.stdout.flush()


def print_error(error: RehearsalError) -> None:
    """What happened, where, what to do next."""
    console = talk()
    _print_part(console, "[bold red]error:[/] ", 7, error.what)
    for line in error.log_lines:
        _print_part(console, "  [dim]log:[/]   ", 9 + len(line) - len(line.lstrip()), line)
    if error.where:
        _print_part(console, "  [dim]where:[/] ", 9, error.where)
    if error.next_step:
        _print_part(console, "  [dim]next:[/]  ", 9, error.next_step)


def _print_part(console: Console, head: str, indent: int, text: str) -> None:
    """On a terminal a long part goes on below itself; one that points at a character stays as it is."""
    if not console.is_terminal or any(line.strip(" ").startswith("^") for line in text.splitlines()):
        console.print(f"{head}{_plain(text)}", soft_wrap=True)
        return
    blanks = " " * indent
    own = [
        textwrap.wrap(line, max(console.width - indent, 20), break_on_hyphens=False) or [""]
        for line in text.splitlines()
    ]
    parts = [part for line in own for part in line] or [""]
    console.print(head + _plain(f"\n{blanks}".join(parts)), soft_wrap=True)


def _plain(text: str) -> str:
    return text.replace("[", r"\[")
