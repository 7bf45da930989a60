"""The run card as a file: one page of HTML that needs nothing else, as Markdown, or as JSON. Pure."""

import json
from collections.abc import Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from rehearsal.console import words
from rehearsal.console.pictures.table import PICTURES
from rehearsal.console.plain import plain
from rehearsal.toolkit.aws import secrets
from rehearsal.toolkit.executions.comparison import Difference
from rehearsal.toolkit.executions.executions import Execution
from rehearsal.toolkit.executions.model_card import ModelCard
from rehearsal.toolkit.executions.run_card import RunCard

FORMATS = ("html", "md", "json")


def written(card: RunCard | ModelCard, form: str) -> str:
    """The card in one of the formats, without credentials."""
    if form == "json":
        return json.dumps(document(card), indent=2) + "\n"
    name = "card" if isinstance(card, RunCard) else "model_card"
    ending = "html" if form == "html" else "md.txt"
    return _environment(form == "html").get_template(f"{name}.{ending}").render(card=card)


def compared(before: Execution, after: Execution, differences: Sequence[Difference]) -> str:
    """What two executions have different, as one page of HTML that needs nothing else."""
    template = _environment(True).get_template("difference.html")
    return template.render(before=before, after=after, differences=differences)


def document(card: RunCard | ModelCard) -> Any:
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
