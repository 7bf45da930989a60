"""What moto and the libraries below it work out anew for every request, client or route is worked out once.

Measured in a run of the workshop, where it was half of the server's work: which services there are (a listing of
folders, twice for each request), the methods of a class, and how each of a thousand routes would be written as a URL,
which nobody ever asks.
"""

import functools
from collections.abc import Callable
from typing import Any

import moto.core.responses
from moto import backends
from werkzeug.routing import Rule

from rehearsal.localaws.moto_bridge.replacing import around


def install() -> None:
    """Have each of them kept."""
    around(backends, "list_of_moto_modules", lambda original: functools.cache(lambda: tuple(original())))
    around(moto.core.responses, "method_names_from_class", functools.cache)
    around(Rule, "_compile_builder", _when_asked)


def _when_asked(compile_builder: Callable[..., Any]) -> Callable[..., Any]:
    def later(self: Rule, append_unknown: bool = True) -> Any:
        def build(rule: Rule, **values: Any) -> Any:
            return compile_builder(self, append_unknown)(rule, **values)

        return build

    return later
