"""The run card as a file: one page of HTML that needs nothing else, as Markdown, or as JSON. Pure."""

import json
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from rehearsal.console import words
from rehearsal.console.pictures.table import PICTURES
from rehearsal.console.plain import plain
from rehearsal.toolkit.aws import secrets
from rehearsal.toolkit.executions.run_card import RunCard

FORMATS = ("html", "md", "json")


def written(card: RunCard, form: str) -> str:
    """The card in one of the formats, without credentials."""
    if form == "json":
        return json.dumps(document(card), indent=2) + "\n"
    return _environment(form == "html").get_template("card.html" if form == "html" else "card.md.txt").render(card=card)


def document(card: RunCard) -> Any:
    """The card as JSON has it."""
    return plain(card, secrets.redacted)


def _environment(is_html: bool) -> Environment:
    found = Environment(
        loader=PackageLoader("rehearsal.console"),
        autoescape=is_html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: secrets.redacted(value) if type(value) is str else value,
    )
    found.filters |= {each.__name__: each for each in (words.duration, words.moment, words.number, words.mark)}
    found.globals["pictures"] = PICTURES
    return found
