"""Pages as HTML, as the part of them that is drawn again, and as JSON. Everything that comes from elsewhere is escaped
and redacted."""

from collections.abc import Callable
from functools import cached_property
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

from rehearsal.console import navigation, words
from rehearsal.console.page import Page
from rehearsal.console.pictures.table import PICTURES
from rehearsal.console.plain import digest, plain
from rehearsal.console.session import Session
from rehearsal.toolkit.aws import secrets

_FILTERS: tuple[Callable[..., Any], ...] = (
    words.mark,
    words.word,
    words.duration,
    words.moment,
    words.clock,
    words.number,
    words.figures,
    words.size,
)


_SHORTEST_SECRET = 15
"""Characters; no credential, and no text that tells one, is shorter: a key id alone has 16."""


class Rendering:
    """Draws the pages of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @cached_property
    def _environment(self) -> Environment:
        found = Environment(
            loader=PackageLoader("rehearsal.console"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=self._shown,
        )
        found.filters |= {each.__name__: each for each in _FILTERS} | {"path": lambda text: quote(str(text), safe="")}
        found.globals |= {
            "session": self._session,
            "form_token": self._session.form_token,
            "pictures": PICTURES,
            "navigation": navigation.entries(self._session),
        }
        return found

    def _shown(self, value: Any) -> Any:
        """A value in a template, without secrets."""
        if not isinstance(value, str) or hasattr(value, "__html__"):
            return value  # a number, or what a macro has drawn: its values were shown one by one
        return self.redacted(value) if len(value) > _SHORTEST_SECRET else value

    def redacted(self, text: str) -> str:
        """The text without the session's secrets and other credentials."""
        return secrets.redacted(text, self._session.hidden)

    def page(self, page: Page, address: str) -> str:
        """The whole page."""
        template = self._environment.get_template(page.template)
        return template.render(self._names(page, address))

    def live_part(self, page: Page, address: str) -> str:
        """What of it is drawn again when its facts have changed."""
        template = self._environment.get_template(page.template)
        context = template.new_context(self._names(page, address))
        return "".join(template.blocks["live"](context))

    def twin(self, page: Page) -> Any:
        """The same facts as JSON."""
        return plain(page.facts, self.redacted)

    def _names(self, page: Page, address: str) -> dict[str, Any]:
        return {**page.facts, "page": page, "address": address, "seen": digest(page.facts)}
