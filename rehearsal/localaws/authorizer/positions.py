"""Where the statements of a policy document stand in its text, as the policy simulator tells it. Pure.

The simulator's columns count from 1 and point behind the brace that opens or closes the statement: in a document of one
line, ``{"Statement":{...}}``, the statement begins in column 15.
https://docs.aws.amazon.com/cli/latest/reference/iam/simulate-custom-policy.html#examples
"""

import json
import re
from collections.abc import Iterator

_DECODER = json.JSONDecoder()
_BETWEEN = re.compile(r"[\s,:\[]*")
_SPACE = re.compile(r"\s*")
_COLON = re.compile(r"[\s:]*")

Position = dict[str, int]
"""``Line`` and ``Column``."""


def of_statement(text: str, index: int) -> tuple[Position, Position]:
    """Start and end of the statement of that index in a document that has been parsed."""
    start, end = list(_spans(text))[index]
    return _position(text, start + 1), _position(text, end)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Offsets of each statement's opening brace, and behind its closing one."""
    at = text.index("{") + 1
    while text[_after(_SPACE, text, at)] != "}":
        key, at = _DECODER.raw_decode(text, _after(_BETWEEN, text, at))
        at = _after(_COLON, text, at)
        _, end = _DECODER.raw_decode(text, at)
        if key == "Statement":
            yield from _items(text, at, end)
        at = end


def _items(text: str, at: int, end: int) -> Iterator[tuple[int, int]]:
    while (start := _after(_BETWEEN, text, at)) < end and text[start] == "{":
        _, at = _DECODER.raw_decode(text, start)
        yield start, at


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    assert found is not None  # every pattern here matches nothing too
    return found.end()


def _position(text: str, offset: int) -> Position:
    before = text[:offset]
    return {"Line": before.count("\n") + 1, "Column": offset - (before.rfind("\n") + 1) + 1}
