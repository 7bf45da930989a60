"""Read a JSON object from a person's hand: where it breaks, why, and which small change would mend it.

Pure. A mend is only proposed after it has been tried: the text with it is a JSON object.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipeline_job.problem import Problem

_REPLACEMENTS = (
    ({"'": '"'}, "JSON quotes with double quotes (\"), not with single ones (')"),
    ({"\u201c": '"', "\u201d": '"'}, 'straight quotes ("), not typographic ones'),
    ({"True": "true", "False": "false"}, "true and false are written in lower case"),
    ({"None": "null"}, "leave the key out, or write null"),
)
_BRACE = re.compile(r"[{}]")
_REFERENCE = re.compile(r"#\{[^{}]*\}")


@dataclass(frozen=True)
class Member:
    """A member of the outermost object and where it stands in the text (positions counted from 0)."""

    key: str
    value: Any
    key_position: int
    value_position: int


def members(text: str) -> tuple[list[Member], Problem | None]:
    """The members of the JSON object in ``text``, or what keeps it from being one."""
    try:
        parsed = json.loads(text)
    except json.JSONDecodeError as error:
        return [], _explain(text, error)
    except RecursionError:
        return [], Problem("the object is nested too deeply", position=0)
    if not isinstance(parsed, dict):
        position = len(text) - len(text.lstrip())
        return [], Problem(f"an object is wanted, {{...}}, not {_kind(parsed)}", position=position)
    found = list(_walk(text))
    seen: set[str] = set()
    for member in found:
        if member.key in seen:
            return [], Problem(f"the key {member.key!r} is given twice", (member.key,), member.key_position)
        seen.add(member.key)
    return found, None


def _walk(text: str) -> Iterator[Member]:
    """The members in order; ``text`` is known to be an object."""
    decoder = json.JSONDecoder()
    position = _skip_space(text, text.index("{") + 1)
    while text[position] != "}":
        key_position = position
        key, position = decoder.raw_decode(text, position)
        value_position = _skip_space(text, _skip_space(text, position) + 1)
        value, position = decoder.raw_decode(text, value_position)
        yield Member(key, value, key_position, value_position)
        position = _skip_space(text, position)
        if text[position] == ",":
            position = _skip_space(text, position + 1)


def _skip_space(text: str, position: int) -> int:
    while text[position] in " \t\r\n":
        position += 1
    return position


def _explain(text: str, error: json.JSONDecodeError) -> Problem:
    if not text.strip():
        return Problem("nothing is given; the smallest object is {}")
    return Problem(_reason(text, error), position=min(error.pos, max(len(text) - 1, 0)), hint=_mend(text, error.pos))


def _reason(text: str, error: json.JSONDecodeError) -> str:
    if error.msg == "Extra data":
        return "the object ends here, but text follows"
    if error.pos >= len(text.rstrip()):
        return "the text ends before the object does"
    return error.msg[0].lower() + error.msg[1:]


def _mend(text: str, position: int) -> str:
    for replacements, advice in _REPLACEMENTS:
        mended = text
        for wrong, right in replacements.items():
            mended = mended.replace(wrong, right)
        if mended != text and _is_object(mended):
            return advice
    return _removal(text, position) or _insertion(text, position) or ""


def _removal(text: str, position: int) -> str | None:
    for length in (1, 2, 3):
        for start in range(max(0, position - 3), min(len(text), position + 2)):
            mended = text[:start] + text[start + length :]
            if _is_object(mended):
                excerpt = mended[max(0, start - 10) : start + 12]
                return (
                    f"remove the `{text[start : start + length]}` in column {_column(text, start)}, so that it "
                    f"reads `{excerpt}`"
                )
    return None


def _insertion(text: str, position: int) -> str | None:
    for addition in (",", ":", '"', "}", '"}', "]", "]}", "{"):
        for start in sorted({*range(max(0, position - 2), min(len(text), position + 1) + 1), len(text.rstrip())}):
            if _is_object(text[:start] + addition + text[start:]):
                return f"add a `{addition}` in column {_column(text, start)}"
    return None


def _column(text: str, position: int) -> int:
    return position - (text.rfind("\n", 0, position) + 1) + 1


def _is_object(text: str) -> bool:
    """Whether a mend gives an object whose strings have not swallowed its braces."""
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return False
    if not isinstance(parsed, dict):
        return False
    strings = [part for pair in parsed.items() for part in pair if isinstance(part, str)]
    return not any(_BRACE.search(_REFERENCE.sub("", part)) for part in strings)


def _kind(value: Any) -> str:
    names = {list: "an array", str: "a string", bool: "a boolean", int: "a number", float: "a number"}
    return names.get(type(value), "null")
