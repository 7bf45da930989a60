"""Where an answer differs from what AWS answers. Pure."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

_KINDS: Mapping[str, tuple[type, ...]] = {
    "<text>": (str,),
    "<time>": (datetime,),
    "<number>": (int, float),
    "<any>": (object,),
}
_ANY = re.compile(r"<[^<>\s]*>")
_NOTHING = object()


class Difference(NamedTuple):
    """What stands at a path, on AWS and here; None where nothing stands."""

    path: str
    on_aws: Any
    here: Any


def differences(expected: Any, found: Any, path: str = "") -> Iterator[Difference]:
    """Every place in which the two differ."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        for name in [*expected, *(name for name in found if name not in expected)]:
            yield from differences(
                expected.get(name, _NOTHING), found.get(name, _NOTHING), f"{path}.{name}".lstrip(".")
            )
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for number, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from differences(one, other, f"{path}[{number}]")
    elif not _agree(expected, found):
        yield Difference(path, *(None if each is _NOTHING else each for each in (expected, found)))


def _agree(expected: Any, found: Any) -> bool:
    if isinstance(expected, str) and expected in _KINDS:
        return found is not _NOTHING and isinstance(found, _KINDS[expected])
    if isinstance(expected, str) and isinstance(found, str) and _ANY.search(expected):
        pattern = ".+".join(re.escape(part) for part in _ANY.split(expected))
        return re.fullmatch(pattern, found, re.DOTALL) is not None
    return type(expected) is type(found) and bool(expected == found)
