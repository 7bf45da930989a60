"""What moto and the libraries below it work out anew for every request, client or route is worked out once.

Measured in a run of the workshop, where it was half of the server's work: which services there are (a listing of
folders, twice for each request), the service models (each of thirty botocore sessions read its own copies from disk),
the methods of a class, and how each of a thousand routes would be written as a URL, which nobody ever asks.
"""

import functools
from collections.abc import Callable
from typing import Any

import moto.core.responses
from botocore.loaders import Loader
from moto import backends
from werkzeug.routing import Rule

from rehearsal.localaws.moto_bridge.replacing import around

_read: dict[tuple[str, ...], dict[Any, Any]] = {}
"""What botocore's loaders have read, by the folders in which they look."""


def install() -> None:
    """Have each of them kept."""
    around(backends, "list_of_moto_modules", lambda original: functools.cache(lambda: tuple(original())))
    around(moto.core.responses, "method_names_from_class", functools.cache)
    around(Rule, "_compile_builder", _when_asked)
    around(Loader, "__init__", _sharing)


def _when_asked(compile_builder: Callable[..., Any]) -> Callable[..., Any]:
    def later(self: Rule, append_unknown: bool = True) -> Any:
        def build(rule: Rule, **values: Any) -> Any:
            return compile_builder(self, append_unknown)(rule, **values)

        return build

    return later


def _sharing(initialise: Callable[..., None]) -> Callable[..., None]:
    """Loaders keep what they have read for their own callers, none of whom changes it."""

    @functools.wraps(initialise)
    def begin(self: Loader, *args: Any, **named: Any) -> None:
        initialise(self, *args, **named)
        self._cache = _read.setdefault(tuple(self.search_paths), self._cache)

    return begin
