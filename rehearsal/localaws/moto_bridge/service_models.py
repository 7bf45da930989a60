"""botocore's service models, read once, quickly, and without their documentation.

Each session has a loader, and each loader read its own copies from disk: a run of the workshop has thirty. What is read
is half documentation, of which no service has any use, and botocore makes an ``OrderedDict`` of each object, which
takes three times as long and half as much memory again as Python's own, which is ordered, too.
"""

import functools
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from botocore.loaders import JSONFileLoader, Loader

from rehearsal.localaws.moto_bridge.replacing import around, replace

log = logging.getLogger("rehearsal.localaws.service_models")

_read: dict[tuple[str, ...], dict[Any, Any]] = {}
"""What botocore's loaders have read, by the folders in which they look."""


def install() -> None:
    """Have botocore's loaders read so."""
    around(Loader, "__init__", _sharing)
    replace(JSONFileLoader, "_load_file", _load_file)


def _sharing(initialise: Callable[..., None]) -> Callable[..., None]:
    """Loaders keep what they have read for their own callers, none of whom changes it."""

    @functools.wraps(initialise)
    def begin(self: Loader, *args: Any, **named: Any) -> None:
        initialise(self, *args, **named)
        self._cache = _read.setdefault(tuple(self.search_paths), self._cache)

    return begin


def _load_file(_loader: JSONFileLoader, full_path: str, open_method: Callable[..., Any]) -> Any:
    """What is in the file, None where there is none."""
    if not Path(full_path).is_file():
        return None
    log.debug("reading %s", full_path)
    with open_method(full_path, "rb") as opened:
        return undocumented(orjson.loads(opened.read()))


def undocumented(found: Any) -> Any:
    """A service model without what it says to readers; anything else as it is."""
    if isinstance(found, dict) and isinstance(found.get("shapes"), dict):
        for part in (*found["shapes"].values(), *found.get("operations", {}).values()):
            part.pop("documentation", None)
            for member in _members(part):
                member.pop("documentation", None)
    return found


def _members(shape: dict[str, Any]) -> list[dict[str, Any]]:
    """References to other shapes: of a structure, of a list, of a map."""
    referred = [shape[name] for name in ("member", "key", "value", "input", "output") if name in shape]
    return [*shape.get("members", {}).values(), *referred, *shape.get("errors", ())]
