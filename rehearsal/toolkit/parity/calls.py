"""What a parity script is made of: calls, the names that they use, and how what they make is removed. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PREFIX = "parity-"
TAG = "rehearsal:parity"


@dataclass(frozen=True)
class Removal:
    """How one thing goes again, by its name alone, so that a run that was cut off can be cleaned up later.

    ``found_by`` is an operation whose answer's ``member`` the removal needs (a queue's URL).
    """

    operation: str
    params: Mapping[str, Any]
    found_by: tuple[str, Mapping[str, Any], str] | None = None
    empties_bucket: bool = False
    waits_until_gone: tuple[str, Mapping[str, Any]] | None = None
    """An operation that fails once the thing is gone: what holds other things (a stack, an endpoint) is waited for."""


@dataclass(frozen=True)
class Call:
    """One call of the script. Texts in ``params`` take ``{prefix}``, ``{run}``, ``{account}``, ``{region}`` and
    ``{partition}``.

    ``name`` is unique and stays: transcripts of other versions are compared by it. ``is_paid`` calls start something
    that is charged by time. ``retried_on`` is a part of an error's message that goes by itself (a role that is not
    known everywhere yet). ``until`` is ``(member, values)``: the call is repeated until the member of its answer has
    one of the values.
    """

    name: str
    service: str
    operation: str
    params: Mapping[str, Any] = field(default_factory=dict)
    removal: Removal | None = None
    is_paid: bool = False
    retried_on: str = ""
    until: tuple[str, tuple[str, ...]] | None = None


@dataclass(frozen=True)
class Names:
    """What the texts of a script are filled with in one run on one account."""

    run: str
    account: str
    region: str
    partition: str
    image: str

    @property
    def prefix(self) -> str:
        return f"{PREFIX}{self.run}"

    def fill(self, value: Any) -> Any:
        """A value of the script with every text filled in."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Mapping):
            return {key: self.fill(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.fill(each) for each in value]
        return value

    def _text(self, text: str) -> str:
        """Plain replacement: policies and templates have braces of their own."""
        for name in ("prefix", "run", "account", "region", "partition", "image"):
            text = text.replace(f"{{{name}}}", getattr(self, name))
        return text
