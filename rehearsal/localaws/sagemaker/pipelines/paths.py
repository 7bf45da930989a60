"""Paths into a document: ``ModelArtifacts.S3ModelArtifacts``, ``Outputs['train'].S3Output``, ``metrics[0].value``.
Pure.

Property references and JsonGet share this grammar: names parted by dots, numbers and quoted keys in brackets, with or
without the ``$`` of JSONPath. What finds more than one value (``*``, ``..``, filters) is not part of it.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

Part = str | int

_PART = re.compile(
    r"""(?P<dot>\.)?(?P<name>[^.\[\]*?'"\s]+) | \[(?P<index>\d+)\] | \[(?P<quote>['"])(?P<key>.*?)(?P=quote)\]""", re.X
)

_NAMED_MEMBERS: dict[tuple[Part, ...], str] = {
    ("ProcessingOutputConfig", "Outputs"): "OutputName",
    ("ProcessingInputs",): "InputName",
}
"""Lists of a Describe answer whose entries are looked up by their name, and the member that holds it."""


class InvalidPath(ValueError):
    """A path that this grammar does not have; the text is the path."""


class NotFound(LookupError):
    """There is nothing at the path; the text names the part that is missing."""


def parse(text: str) -> tuple[Part, ...]:
    """The parts of a path, names and list positions.

    Raises:
        InvalidPath: the text is no path, or one that may find several values.
    """
    rest = text.removeprefix("$")
    parts: list[Part] = []
    position = 0
    while position < len(rest):
        found = _PART.match(rest, position)
        if found is None or (found["name"] and bool(found["dot"]) != bool(parts or text.startswith("$"))):
            raise InvalidPath(text)
        if found["index"]:
            parts.append(int(found["index"]))
        else:
            parts.append(found["name"] if found["name"] is not None else found["key"])
        position = found.end()
    if not parts:
        raise InvalidPath(text)
    return tuple(parts)


def walk(document: Any, parts: Sequence[Part]) -> Any:
    """What is at the path.

    Raises:
        NotFound: nothing is.
    """
    found = document
    for depth, part in enumerate(parts):
        found = _step(found, part, tuple(parts[:depth]))
    return found


def _step(value: Any, part: Part, before: tuple[Part, ...]) -> Any:
    if isinstance(value, Mapping) and part in value:
        return value[part]
    if isinstance(value, Sequence) and not isinstance(value, str):
        if isinstance(part, int) and part < len(value):
            return value[part]
        name = _NAMED_MEMBERS.get(before) if isinstance(part, str) else None
        for entry in value if name else ():
            if entry.get(name) == part:
                return entry
    raise NotFound(str(part))
