"""What the functions of the pages take and give: values, so that they are tested without a browser."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rehearsal.toolkit.executions.events import Tell


@dataclass(frozen=True)
class Asked:
    """What a browser asked for: the names in the address's path, its query, and the fields of a form that was sent."""

    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """What is shown: ``facts`` are the template's names and, as they are, the page's JSON twin.

    ``command`` shows the same on the command line. A live page is drawn again when its facts have changed.
    """

    template: str
    title: str
    facts: Mapping[str, Any]
    command: str = ""
    status: int = 200
    is_live: bool = True


@dataclass(frozen=True)
class Change:
    """Something to do: ``sentence`` completes "This will ...", ``command`` does the same on the command line.

    ``do`` gives the address to go to afterwards, or None for ``then``. What is slow is done beside the page, which
    shows its progress. ``cost`` says what it costs on a real account; what destroys is asked about on every account.
    """

    sentence: str
    command: str
    then: str
    do: Callable[[Tell], str | None]
    cost: str = ""
    is_destructive: bool = False
    is_slow: bool = False


PageFunction = Callable[[Any, Asked], Page]
ChangeFunction = Callable[[Any, Asked], Change]
